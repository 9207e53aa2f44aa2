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

// plainEvery is how often progress is told where no bar can be drawn.
const plainEvery = 5 * time.Second

// A bar shows how far something is: drawn on a terminal, as lines elsewhere.
// What goes on after its end, such as a read of standard input that nobody waits
// for any more, no longer shows.
type bar struct {
	drawn *progressbar.ProgressBar // nil: lines
	out   io.Writer
	what  string
	unit  string
	now   func() time.Time
	total int64 // -1: not known

	mu    sync.Mutex
	told  time.Time
	done  int64
	ended bool
}

// newByteBar shows the bytes that are written to it.
func newByteBar(out io.Writer, what string, total int64) *bar {
	return newBar(out, what, "bytes", total, progressbar.OptionShowBytes(true))
}

// newRecordBar shows records.
func newRecordBar(out io.Writer, what string, total int64) *bar {
	return newBar(out, what, "records", total, progressbar.OptionShowIts(), progressbar.OptionSetItsString("records"))
}

// newRowBar shows rows of any table.
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

// Set says how far it is. A display that cannot be written to is no reason to
// stop what is displayed.
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

// Finish says the last and ends the line.
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

// isTerminal reports whether out draws what it is given.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
