package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"bulkpatch/client"
	"bulkpatch/job"
	"bulkpatch/store"
)

// A complaint is an error in words for the user of the command line.
type complaint struct {
	lines  []string // one fault each
	status int      // exit status
}

// A flagError is an error about the thing that a flag names, such as a database.
type flagError struct {
	flag string
	err  error
}

// Error is the error behind the flag's name.
func (e *flagError) Error() string { return e.flag + ": " + e.err.Error() }
func (e *flagError) Unwrap() error { return e.err }

// A refusedError says why the server cannot do what was asked for, where its own
// answer would not.
type refusedError struct{ reason string }

func (e *refusedError) Error() string { return e.reason }

// report prints why a command failed and chooses the exit status.
func (a *app) report(err error) int {
	if err == nil {
		return exitOK
	}
	c := complain(err)
	for _, line := range c.lines {
		fmt.Fprintln(a.err, "bulkpatch:", line)
	}
	var usage *usageError
	if errors.As(err, &usage) {
		fmt.Fprintf(a.err, "%s --help says what it takes.\n", usage.help)
	}
	return c.status
}

// complain turns an error into sentences. It leaves out technical details that
// libraries add, such as the method and the path of a call.
func complain(err error) complaint {
	if parts := joined(err); parts != nil {
		return complainOfAll(parts)
	}
	var usage *usageError
	var flag *flagError
	var answer *client.Error
	var placed *placedError
	var refused *refusedError
	var broken *interruptedError
	switch {
	case errors.Is(err, errSaid):
		return complaint{nil, exitFailed}
	case errors.As(err, &broken):
		return complaint{strings.Split(broken.Error(), "\n"), broken.status}
	case errors.As(err, &usage):
		return complaint{usage.faults, exitUsage}
	case errors.As(err, &refused):
		return complaint{[]string{refused.Error()}, exitRefused}
	case errors.As(err, &flag):
		c := complain(flag.err)
		for i := range c.lines {
			c.lines[i] = flag.flag + ": " + c.lines[i]
		}
		return c
	case errors.As(err, &answer):
		var from places
		if errors.As(err, &placed) {
			from = placed.places
		}
		return complaint{refusal(answer, from), exitRefused}
	case errors.Is(err, context.Canceled):
		return complaint{[]string{"interrupted before the end"}, exitFailed}
	case errors.Is(err, store.ErrNoDatabase):
		return complaint{[]string{err.Error() + noDatabase}, exitUsage}
	case errors.Is(err, job.ErrUnavailable):
		return complaint{[]string{err.Error()}, exitRefused}
	}
	return complainOfCall(err)
}

// noDatabase tells the user what to do about a missing database.
const noDatabase = " (is the address right? bulkpatch migrate creates a database)"

// complainOfCall is complain for errors of files and connections, and for all
// errors that complain does not know.
func complainOfCall(err error) complaint {
	var file *fs.PathError
	var link *os.LinkError
	var call *url.Error
	switch {
	case errors.As(err, &file), errors.As(err, &link):
		return complaint{[]string{fileReason(err)}, fileStatus(err)}
	case errors.As(err, &call):
		return complaint{[]string{callReason(call)}, exitRefused}
	case errors.Is(err, client.ErrForeign):
		return complaint{[]string{"what answers at --server is not bulkpatch: is the address right, or does a proxy stand in between?"}, exitRefused}
	}
	return complaint{strings.Split(err.Error(), "\n"), exitFailed}
}

// complainOfAll combines several errors, each sentence once. The first error
// sets the exit status.
func complainOfAll(errs []error) complaint {
	var all complaint
	for _, err := range errs {
		c := complain(err)
		for _, line := range c.lines {
			if !slices.Contains(all.lines, line) {
				all.lines = append(all.lines, line)
			}
		}
		if all.status == exitOK {
			all.status = c.status
		}
	}
	return all
}

// joined returns the errors of an [errors.Join], and nil for any other error.
func joined(err error) []error {
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var texts []string
	for _, e := range many.Unwrap() {
		texts = append(texts, e.Error())
	}
	if strings.Join(texts, "\n") != err.Error() {
		return nil // one sentence that wraps several
	}
	return many.Unwrap()
}

// refusal returns the faults that a server's answer lists, or its one sentence. A
// fault is reported for the place on the command line that its value came from.
func refusal(e *client.Error, from places) []string {
	var lines []string
	for _, f := range e.Faults {
		line := inFlags(f.Detail)
		if name := from.name(f); name != "" {
			line = name + ": " + line
		}
		lines = append(lines, line)
	}
	if e.More > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", e.More))
	}
	switch {
	case len(lines) > 0:
		return lines
	case e.Code == "":
		return []string{fmt.Sprintf("the server answered %d %s, and not as bulkpatch does: is --server right, or does a proxy stand in between?", e.Status, http.StatusText(e.Status))}
	case e.Status == http.StatusUnauthorized:
		return []string{e.Detail + " Give it with --key or BULKPATCH_KEY."}
	case e.Detail != "":
		return []string{inFlags(e.Detail)}
	}
	return []string{e.Title}
}
