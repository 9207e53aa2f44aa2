package words

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"bulkpatch/client"
)

// A Part is a piece of a sentence. A Value comes from a caller or from a record, so
// that it may be in any script: a page puts each into an element of its own.
type Part struct {
	Text  string
	Value bool
}

// A Sentence says what a job does. It is bounded, whatever the job's request is.
type Sentence []Part

// The characters before and behind a text whose direction is its own.
const firstStrong, popIsolate = "\u2068", "\u2069"

// String returns the sentence as plain text, for titles.
func (s Sentence) String() string {
	var b strings.Builder
	for _, p := range s {
		if p.Value {
			p.Text = Isolated(p.Text)
		}
		b.WriteString(p.Text)
	}
	return b.String()
}

// Isolated keeps the direction of a text from rearranging what is around it, where no
// element can do so.
func Isolated(text string) string {
	if !strings.ContainsFunc(text, rightToLeft) {
		return text
	}
	return firstStrong + text + popIsolate
}

// length is the number of characters.
func (s Sentence) length() (n int) {
	for _, p := range s {
		n += utf8.RuneCountInString(p.Text)
	}
	return n
}

// plain returns the sentence with more words behind it.
func (s Sentence) plain(words string) Sentence { return append(s, Part{Text: words}) }

// after returns the sentence behind some words: its first letter becomes a small one.
func (s Sentence) after(words string) Sentence {
	if len(s) > 0 && !s[0].Value && s[0].Text != "" {
		s = append(Sentence{{Text: Lowered(s[0].Text)}}, s[1:]...)
	}
	return append(Sentence{{Text: words}}, s...)
}

// How long the two halves of a sentence may become, about. The last value of each
// may exceed it.
const (
	roomForPatch  = 140
	roomForFilter = 160
)

// Job describes a job by its request. parent is the job that it undoes or
// retries, nil where that is not at hand; known may be nil, too.
func Job(j client.Job, known Choices, parent *client.Job) Sentence {
	switch j.Kind {
	case "undo":
		return ofParent("Undo of", orEmpty(j.Undo.UndoOf), known, parent)
	case "retry":
		if !requested(j.Request) {
			return ofParent("Retry of", orEmpty(j.RetryOf), known, parent)
		}
		return requestWords(j, known).after("Retry of: ")
	case "preview":
		if !requested(j.Request) {
			return Sentence{{Text: "Preview of an undo or a retry"}}
		}
		return requestWords(j, known).after("Preview: ")
	}
	return requestWords(j, known)
}

// ofParent describes a job by the one that it undoes or retries.
func ofParent(what, id string, known Choices, parent *client.Job) Sentence {
	switch {
	case parent != nil && parent.ID == id:
		return Job(*parent, known, nil).after(what + ": ")
	case id == "":
		return Sentence{{Text: what + " a job"}}
	}
	return Sentence{{Text: what + " job "}, {Text: shortID(id), Value: true}}
}

// shortID returns the beginning of a job's id, which is enough for people.
func shortID(id string) string { return shownText(id[:min(8, len(id))]) }

// requested reports whether a request says what is to be done. That of an undo does
// not.
func requested(r client.Request) bool {
	return r.RequestBytes > 0 || isGiven(r.Patch) || isGiven(r.Compute) || isGiven(r.Filter)
}

// patches reports whether a request has a patch. That of a job which only computes
// values is shown as an empty one, which no request may have.
func patches(r client.Request) bool {
	return isGiven(r.Patch) && !(isGiven(r.Compute) && string(r.Patch) == "{}")
}

// isGiven reports whether a member of a request is there.
func isGiven(raw []byte) bool { return len(raw) > 0 && string(raw) != "null" }

// requestWords describes an update by what it changes and its target.
func requestWords(j client.Job, known Choices) Sentence {
	r := j.Request
	left := r.RequestBytes > 0
	if left && !isGiven(r.Patch) && !isGiven(r.Compute) && !isGiven(r.Filter) {
		return Sentence{{Text: "A large update (" + byteSize(r.RequestBytes) + ") of "}, {Text: shownText(j.Model), Value: true}}
	}
	s, fields := Sentence{{Text: "An update of "}, {Text: shownText(j.Model), Value: true}}, 1
	switch {
	case patches(r):
		s, fields = patchWords(r.Patch, known)
		if isGiven(r.Compute) {
			computed, more := computeWords(r.Compute, known)
			if s.length() > roomForPatch {
				computed = Sentence{{Text: "compute " + Plural(more, "value")}}
			}
			s, fields = append(s, computed.after(", and ")...), fields+more
		}
	case isGiven(r.Compute):
		s, fields = computeWords(r.Compute, known)
	case left:
		s = Sentence{{Text: "A large change (" + byteSize(r.RequestBytes) + ")"}}
	}
	switch {
	case r.ID != client.ID{}:
		s = append(s, Part{Text: " for customer "}, Part{Text: shownText(r.ID.String()), Value: true})
	case isGiven(r.Filter):
		s = append(s, targetWords(r.Filter, known, fields)...)
	case left:
		s = s.plain(" for customers that match a long filter (" + byteSize(r.RequestBytes) + ")")
	}
	return s
}

// targetWords says which customers a filter selects, behind a number of changes.
func targetWords(filter []byte, known Choices, changes int) Sentence {
	f := readFilter(filter)
	switch {
	case f.always():
		return Sentence{{Text: " for all customers"}}
	case f.never():
		return Sentence{{Text: " for no customer"}}
	}
	words := " where "
	if changes > 1 {
		words = ", where "
	}
	return append(Sentence{{Text: words}}, conditionWords(f, known)...)
}

// byteSize writes a number of bytes for people, with one decimal.
func byteSize(n int64) string {
	for _, unit := range []struct {
		bytes int64
		name  string
	}{{1_000_000_000, "GB"}, {1_000_000, "MB"}, {1_000, "KB"}} {
		if n >= unit.bytes {
			return fmt.Sprintf("%s.%d %s", Number(n/unit.bytes), n%unit.bytes*10/unit.bytes, unit.name)
		}
	}
	return Plural(n, "byte")
}

// Plural writes a number and the word for what is counted.
func Plural[N int | int64](n N, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + one + "s"
}

// orEmpty returns a text that may be missing.
func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
