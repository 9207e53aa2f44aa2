package compat

import (
	"strings"

	"bulkpatch/model"
)

// Where a fault was found.
const (
	InBody   = "body"
	InFilter = "filter" // the pointer leads into the filter
	InQuery  = "query"
	InHeader = "header"
)

// A Fault is one thing wrong with a request.
type Fault struct {
	// Pointer is RFC 6901 into the body as the caller sent it, or into the
	// filter wherever that came from; of a query parameter it is "?" and its
	// name, of a header its name.
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
	Detail  string `json:"detail"` // a sentence
	In      string `json:"in"`
}

// Field returns where the fault is, in the notation of most vendors:
// settings.domain, addresses[1].city, or the name of a query parameter or
// header.
func (f Fault) Field() string {
	if f.In != InBody {
		return strings.TrimPrefix(f.Pointer, "?")
	}
	var b strings.Builder
	for part := range strings.SplitSeq(strings.TrimPrefix(f.Pointer, "/"), "/") {
		part = pointerUnescapes.Replace(part)
		switch {
		case b.Len() == 0:
			b.WriteString(part)
		case part != "" && strings.Trim(part, "0123456789") == "":
			b.WriteString("[" + part + "]")
		default:
			b.WriteString("." + part)
		}
	}
	return b.String()
}

var pointerUnescapes = strings.NewReplacer("~1", "/", "~0", "~")

// Faults gathers what is wrong with a request, in bounded space: it keeps the
// first [model.MaxFaults] and counts the others. The zero Faults is empty.
type Faults struct {
	Kept    []Fault
	Further int // found beyond those
}

// Add notes a fault. A pointer that is too long becomes that of the nearest
// place around it that is not; the name of a parameter or header is cut.
func (l *Faults) Add(f Fault) {
	if l.Full() {
		l.Further++
		return
	}
	if f.In == InQuery || f.In == InHeader {
		f.Pointer = model.Shown(f.Pointer)
	} else {
		f.Pointer = model.ShownPointer(f.Pointer)
	}
	l.Kept = append(l.Kept, f)
}

// AddAll notes what others have gathered.
func (l *Faults) AddAll(others Faults) {
	for _, f := range others.Kept {
		l.Add(f)
	}
	l.Further += others.Further
}

// Full reports whether further faults are only counted, so that nobody need
// work out what to say of them.
func (l *Faults) Full() bool { return len(l.Kept) >= model.MaxFaults }

// Found is how many faults were noted, the counted ones included.
func (l *Faults) Found() int { return len(l.Kept) + l.Further }
