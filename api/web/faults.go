package web

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
	// Pointer is a JSON pointer (RFC 6901) into the body as the caller sent it,
	// or into the filter. For a query parameter it is "?" and its name, for a
	// header its name.
	Pointer string `json:"pointer"`
	Code    string `json:"code"`
	Detail  string `json:"detail"` // a sentence
	In      string `json:"in"`
}

// BodyFault returns a fault of the body; pointer is "" for the whole body.
func BodyFault(pointer, code, detail string) Fault {
	return Fault{Pointer: pointer, Code: code, Detail: detail, In: InBody}
}

// ParamFault returns a fault of a query parameter.
func ParamFault(name, code, detail string) Fault {
	return Fault{Pointer: "?" + name, Code: code, Detail: detail, In: InQuery}
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
		part = model.PointerName(part)
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

// Faults is a list of what is wrong with a request. Its size is bounded: it
// keeps the first [model.MaxFaults] faults and counts the others. The zero
// Faults is empty.
type Faults struct {
	Kept    []Fault
	Further int // found beyond those
}

// Add adds a fault. A pointer that is too long is replaced by the longest part
// of it that is not; the name of a parameter or header is cut.
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

// AddAll adds the faults of another list.
func (l *Faults) AddAll(others Faults) {
	for _, f := range others.Kept {
		l.Add(f)
	}
	l.Further += others.Further
}

// Full reports whether further faults are only counted. Their details need not
// be worked out then.
func (l *Faults) Full() bool { return len(l.Kept) >= model.MaxFaults }

// Found returns the number of all faults, the counted ones included.
func (l *Faults) Found() int { return len(l.Kept) + l.Further }
