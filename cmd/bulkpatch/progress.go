package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// plainEvery is how often progress is printed if the output is not a terminal.
const plainEvery = 5 * time.Second

// A bar shows progress: as a bar on a terminal, as lines elsewhere. After Finish
// it shows nothing more, even if something still writes to it, such as a read of
// standard input that was abandoned.
type bar struct {
	drawn *progressbar.ProgressBar // nil: print lines
	out   io.Writer
	what  string
	unit  string
	now   func() time.Time
	total int64 // -1: unknown

	mu    sync.Mutex
	told  time.Time
	done  int64
	ended bool
}

// newByteBar shows the number of bytes that are written to it.
func newByteBar(out io.Writer, what string, total int64) *bar {
	return newBar(out, what, "bytes", total, progressbar.OptionShowBytes(true))
}

// newRecordBar shows a number of records.
func newRecordBar(out io.Writer, what string, total int64) *bar {
	return newBar(out, what, "records", total, progressbar.OptionShowIts(), progressbar.OptionSetItsString("records"))
}

// newRowBar shows a number of rows.
func newRowBar(out io.Writer, what string, total int64) *bar {
	return newBar(out, what, "rows", total, progressbar.OptionShowIts(), progressbar.OptionSetItsString("rows"))
}

func newBar(out io.Writer, what, unit string, total int64, more ...progressbar.Option) *bar {
	b := &bar{out: out, what: what, unit: unit, total: total, now: time.Now, told: time.Now()}
	if isTerminal(out) {
		b.drawn = progressbar.NewOptions64(total, append(barOptions(out, what), more...)...)
	}
	return b
}

func barOptions(out io.Writer, what string) []progressbar.Option {
	return []progressbar.Option{
		progressbar.OptionSetWriter(out),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100 * time.Millisecond),
	}
}

// Write counts bytes and never fails.
func (b *bar) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.set(b.done + int64(len(p)))
	return len(p), nil
}

// Set shows that this much is done. It ignores errors of the display: they must
// not stop the work.
func (b *bar) Set(done int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.set(done)
}

func (b *bar) set(done int64) {
	if b.ended {
		return
	}
	b.done = done
	if b.drawn != nil {
		_ = b.drawn.Set64(done)
		return
	}
	if now := b.now(); now.Sub(b.told) >= plainEvery {
		b.told = now
		b.tell()
	}
}

// Finish shows the final progress and ends the line.
func (b *bar) Finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	if b.drawn == nil {
		b.tell()
		return
	}
	_ = b.drawn.Exit()
	fmt.Fprintln(b.out)
}

func (b *bar) tell() {
	if b.total > 0 {
		fmt.Fprintf(b.out, "%s: %d of %d %s (%d%%)\n", b.what, b.done, b.total, b.unit, 100*b.done/b.total)
		return
	}
	fmt.Fprintf(b.out, "%s: %d %s\n", b.what, b.done, b.unit)
}

// isTerminal reports whether a stream is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
