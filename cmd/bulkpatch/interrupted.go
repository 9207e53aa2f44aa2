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

// stopPatience is how long an import directly on a database may take to store
// its batch and say how far it came, once it is interrupted.
const stopPatience = 10 * time.Second

// untilTold is the context of a call that is answered as soon as ctx ends: it
// outlasts that by stopPatience.
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

// A fileError says that the file could not be read further.
type fileError struct{ err error }

func (e *fileError) Error() string { return e.err.Error() }
func (e *fileError) Unwrap() error { return e.err }

// sendFile reads a file for as long as ctx lasts, also while nothing comes: a
// call waits for a read of its body, and standard input may be silent for ever.
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

// Read counts the lines that it gives, whether they end with LF or with CR.
func (f *sentFile) Read(p []byte) (int, error) {
	n, err := f.out.Read(p)
	f.lines.Add(int64(max(bytes.Count(p[:n], []byte{'\n'}), bytes.Count(p[:n], []byte{'\r'}))))
	return n, err
}

// An interruptedError is why an import ended before its end, and what is known
// of how far it came.
type interruptedError struct {
	why    string
	reach  string // a sentence
	status int    // of the exit
	err    error
}

// interrupted words the end of an import. What the server says of it is the
// last word; where it gave no answer, only what was sent is known.
func interrupted(ctx context.Context, f *sentFile, err error) error {
	var answer *client.Error
	var file *fileError
	var call *url.Error
	reach := sent(f.lines.Load())
	switch {
	case errors.As(err, &answer) && ctx.Err() != nil: // on the database itself
		return &interruptedError{"interrupted before the end", strings.Join(refusal(answer), "\n"), exitFailed, err}
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

// sent says what may have become of the lines that were on their way.
func sent(lines int64) string {
	if lines == 0 {
		return "No line had been sent."
	}
	return fmt.Sprintf("At most the first %d lines were imported. "+
		"Where lines have an id the same file can be sent again: what is there already stays as it is.", lines)
}

func (e *interruptedError) Unwrap() error { return e.err }

// Error says why, and in a second line how far it came.
func (e *interruptedError) Error() string { return e.why + "\n" + e.reach }
