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

// A complaint is an error as whoever typed the command is told of it.
type complaint struct {
	lines  []string // one fault each, in the user's terms
	status int      // of the exit
}

// A flagError is an error in what a flag names.
type flagError struct {
	flag string
	err  error
}

// Error is the error behind the flag's name.
func (e *flagError) Error() string { return e.flag + ": " + e.err.Error() }
func (e *flagError) Unwrap() error { return e.err }

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

// complain puts an error into sentences. What other programs and libraries say
// of themselves, such as the method and the path of a call, is left out.
func complain(err error) complaint {
	if parts := joined(err); parts != nil {
		return complainOfAll(parts)
	}
	var usage *usageError
	var flag *flagError
	var answer *client.Error
	var broken *interruptedError
	switch {
	case errors.Is(err, errSaid):
		return complaint{nil, exitFailed}
	case errors.As(err, &broken):
		return complaint{strings.Split(broken.Error(), "\n"), broken.status}
	case errors.As(err, &usage):
		return complaint{usage.faults, exitUsage}
	case errors.As(err, &flag):
		c := complain(flag.err)
		for i := range c.lines {
			c.lines[i] = flag.flag + ": " + c.lines[i]
		}
		return c
	case errors.As(err, &answer):
		return complaint{refusal(answer), exitRefused}
	case errors.Is(err, context.Canceled):
		return complaint{[]string{"interrupted before the end"}, exitFailed}
	case errors.Is(err, store.ErrNoDatabase):
		return complaint{[]string{err.Error() + noDatabase}, exitUsage}
	case errors.Is(err, job.ErrUnavailable):
		return complaint{[]string{err.Error()}, exitRefused}
	}
	return complainOfCall(err)
}

// noDatabase is the way out where no database is.
const noDatabase = " (is the address right? bulkpatch migrate creates a database)"

// complainOfCall is complain for files and connections, and for all else.
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

// complainOfAll says what several errors say, each sentence once. The first
// one chooses the exit status.
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

// joined are the errors that [errors.Join] has joined, nil for any other
// error.
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

// refusal is what a server answered: each fault, or the one sentence that it
// gave. The parameters of a query are flags of the same names here.
func refusal(e *client.Error) []string {
	var lines []string
	for _, f := range e.Faults {
		name, isParameter := strings.CutPrefix(f.Pointer, "?")
		switch {
		case f.Pointer == "":
			lines = append(lines, f.Detail)
		case isParameter && name != "":
			lines = append(lines, "--"+name+": "+f.Detail)
		default:
			lines = append(lines, f.Pointer+": "+f.Detail)
		}
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
		return []string{e.Detail}
	}
	return []string{e.Title}
}
