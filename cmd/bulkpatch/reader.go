package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A usageError lists all faults of a command line. The command was not run.
type usageError struct {
	faults []string
	help   string // the command whose --help explains the flags
}

// Error lists the faults, one a line.
func (e *usageError) Error() string { return strings.Join(e.faults, "\n") }

// A reader reads the flags of a command and collects every fault. Faults never
// quote a value that may contain a password.
type reader struct {
	line   *commandLine
	stderr io.Writer
	s      settings
	faults []string
}

// fault records what is wrong with a flag. It names the flag, or the
// environment variable that set it.
func (r *reader) fault(flag, format string, args ...any) {
	name := strings.TrimPrefix(flag, "--")
	r.faults = append(r.faults, r.line.setBy(name)+" "+fmt.Sprintf(format, args...))
}

// done returns the settings, or a [usageError] with all faults.
func (r *reader) done() (settings, error) {
	if len(r.faults) > 0 {
		return settings{}, &usageError{r.faults, r.line.command()}
	}
	return r.s, nil
}

// has reports whether a flag has a fault already.
func (r *reader) has(flag string) bool {
	name := r.line.setBy(strings.TrimPrefix(flag, "--")) + " "
	return slices.ContainsFunc(r.faults, func(f string) bool { return strings.HasPrefix(f, name) })
}

// idle records a fault if the command line has a flag that would do nothing.
func (r *reader) idle(flag, why string) {
	if r.line.typed(strings.TrimPrefix(flag, "--")) {
		r.fault(flag, "has no effect %s", why)
	}
}

// isOn reads a flag that is on or off. Off is the default, also of a variable
// that is empty.
func (r *reader) isOn(flag string, text onOff) bool {
	if text == "" {
		return false
	}
	on, err := strconv.ParseBool(string(text))
	if err != nil {
		r.fault(flag, "is on or off: it takes no value but true or false")
	}
	return on
}

// oneOf reads a flag that takes one of a few words.
func (r *reader) oneOf(flag, text string, words ...string) {
	if !slices.Contains(words, text) {
		r.fault(flag, "%q is not one of: %s", text, strings.Join(words, ", "))
	}
}

// choice reads a flag that takes one of the words that it declares itself.
func (r *reader) choice(flag, text string) {
	r.oneOf(flag, text, choicesOf(r.line.flags[flag].Value)...)
}

// json checks that a flag is JSON. The server checks what the JSON means.
func (r *reader) json(flag, text string) json.RawMessage {
	if !json.Valid([]byte(text)) {
		r.fault(flag, "is not valid JSON%s", syntaxError([]byte(text)))
	}
	return json.RawMessage(text)
}

// syntaxError says where the first fault of JSON is.
func syntaxError(raw []byte) string {
	var value any
	var syntax *json.SyntaxError
	if errors.As(json.Unmarshal(raw, &value), &syntax) {
		return fmt.Sprintf(": see character %d of %d", syntax.Offset, len(raw))
	}
	return ""
}

// either returns which of two flags is set that exclude each other. A flag of
// the command line wins over an environment variable. Two flags or two
// variables are a fault; then, and if neither is set, either returns "".
func (r *reader) either(one, other string) string {
	for _, set := range []func(string) bool{r.line.typed, r.line.hasVariable} {
		switch {
		case set(one) && set(other):
			r.faults = append(r.faults, fmt.Sprintf("%s and %s exclude each other: give the one that is meant", r.line.setBy(one), r.line.setBy(other)))
			return ""
		case set(one):
			return one
		case set(other):
			return other
		}
	}
	return ""
}

func (r *reader) integer(flag, text string, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		r.fault(flag, "%q is not a whole number from 1 to %d", text, most)
	}
	return n
}

func (r *reader) duration(flag, text string) time.Duration {
	d, err := parseDuration(text)
	if err != nil {
		r.fault(flag, "%v", err)
	}
	return d
}

// longestDuration is the longest retention. It keeps dates that are computed
// from it within four-digit years.
const longestDuration = 100 * 365 * 24 * time.Hour

// parseDuration reads a Go duration such as 36h, or one with days such as 30d
// or 1d12h. It is above zero.
func parseDuration(text string) (time.Duration, error) {
	bad := fmt.Errorf("%q is not a time above zero such as 30d, 36h or 1d12h", text)
	var total time.Duration
	rest := text
	if before, after, ok := strings.Cut(text, "d"); ok {
		days, err := strconv.ParseUint(before, 10, 32)
		if err != nil || days > uint64(longestDuration/(24*time.Hour)) {
			return 0, bad
		}
		total, rest = time.Duration(days)*24*time.Hour, after
	}
	if rest != "" || total == 0 {
		d, err := time.ParseDuration(rest)
		if err != nil || d < 0 {
			return 0, bad
		}
		total += d
	}
	if total <= 0 || total > longestDuration {
		return 0, bad
	}
	return total, nil
}
