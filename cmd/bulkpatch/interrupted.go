package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"bulkpatch/client"
)

// stopPatience is how long an interrupted import on a database may take to
// store its current batch and report the last line that it stored.
const stopPatience = 10 * time.Second

// untilTold returns a context that ends stopPatience after ctx. A call that is
// answered when ctx ends has that long to answer.
func untilTold(ctx context.Context) (context.Context, context.CancelFunc) {
	told, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(stopPatience, cancel) })
	return told, func() { stop(); cancel() }
}

// A sentFile is a file on its way to the server.
type sentFile struct {
	out   *io.PipeReader
	lines atomic.Int64
}

// A fileError is an error of reading the file.
type fileError struct{ err error }

func (e *fileError) Error() string { return e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

// sendFile starts to read a file. When ctx ends, so does the returned reader,
// even if the file gives nothing more, as standard input may: an HTTP call
// returns only when the read of its body does.
func sendFile(ctx context.Context, in io.Reader) *sentFile {
	out, feed := io.Pipe()
	stop := context.AfterFunc(ctx, func() { feed.CloseWithError(ctx.Err()) })
	go func() {
		defer stop()
		_, err := io.Copy(feed, in)
		if err != nil {
			err = &fileError{err}
		}
		feed.CloseWithError(err)
	}()
	return &sentFile{out: out}
}

// Read reads the file and counts its lines, whether they end with LF or CR.
func (f *sentFile) Read(p []byte) (int, error) {
	n, err := f.out.Read(p)
	f.lines.Add(int64(max(bytes.Count(p[:n], []byte{'\n'}), bytes.Count(p[:n], []byte{'\r'}))))
	return n, err
}

// An interruptedError says why an import stopped early, and which lines may
// have been imported.
type interruptedError struct {
	why    string
	reach  string // a sentence about the lines
	status int    // exit status
	err    error
}

// interrupted explains why an import stopped early. The server's answer, if
// there is one, says which lines were imported; otherwise only the number of
// lines sent is known.
func interrupted(ctx context.Context, f *sentFile, err error) error {
	var answer *client.Error
	var file *fileError
	var call *url.Error
	reach := sent(f.lines.Load())
	switch {
	case errors.As(err, &answer) && ctx.Err() != nil: // on the database itself
		return &interruptedError{"interrupted before the end", strings.Join(refusal(answer, nil), "\n"), exitFailed, err}
	case errors.As(err, &answer):
		return fmt.Errorf("import: %w", err)
	case ctx.Err() != nil:
		return &interruptedError{"interrupted before the end", reach, exitFailed, err}
	case errors.As(err, &file):
		return &interruptedError{"the file could not be read further: " + file.Error(), reach, exitFailed, err}
	case errors.As(err, &call):
		return &interruptedError{"the connection to the server broke: " + networkReason(call), reach, exitRefused, err}
	}
	return &interruptedError{"the connection to the server broke", reach, exitRefused, err}
}

// sent says how many of the lines sent may have been imported.
func sent(lines int64) string {
	if lines == 0 {
		return "No line had been sent."
	}
	return fmt.Sprintf("At most the first %d lines were imported. "+
		"Where lines have an id the same file can be sent again: what is there already stays as it is.", lines)
}

func (e *interruptedError) Unwrap() error { return e.err }

// Error returns two lines: the reason, and what was imported.
func (e *interruptedError) Error() string { return e.why + "\n" + e.reach }
