package compat

import (
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// A Page is what a list found.
type Page struct {
	Items   []jsontext.Value // the records as the vendor shows them
	Listing Listing
	Total   int64 // of all pages
	Request *Request
}

// More reports whether records follow this page.
func (p Page) More() bool { return int64(p.Listing.Offset+len(p.Items)) < p.Total }

// Pages is how many pages of this size there are.
func (p Page) Pages() int64 {
	size := int64(p.Listing.Limit)
	return (p.Total + size - 1) / size
}

// A Problem is why a request failed.
type Problem struct {
	Status int
	Code   string // of the native API
	Title  string
	Detail string
	// Faults are the first things that are wrong with the request, and Further
	// is how many more there are. [Surface.Fail] adds the fault that says so.
	Faults  []web.Fault
	Further int
	Holder  string // the id of the record that has a value which was to be taken, if known
	Model   *model.Model
	ID      string // of the request, as the log has it
}

// found is how many faults there are in all. The last of those listed speaks
// of the further ones.
func (p Problem) found() int {
	if p.Further > 0 {
		return len(p.Faults) - 1 + p.Further
	}
	return len(p.Faults)
}

// Fail is the vendor's answer to what failed, with its status. Where there are
// more faults than listed, the last one says how many.
func (s *Surface) Fail(p Problem) (status int, body any) {
	if p.Further > 0 {
		p.Faults = append(p.Faults[:len(p.Faults):len(p.Faults)], others(p.Further))
	}
	return s.Failure(p)
}

// others is the fault that says how many more there are than those listed.
func others(n int) web.Fault {
	detail := "There are " + strconv.Itoa(n) + " more faults."
	if n == 1 {
		detail = "There is 1 more fault."
	}
	return web.Fault{Code: "more_errors", Detail: detail, In: web.InBody}
}

// Shown is a record as its vendor shows it: its fields in the order of the
// model file, each as the vendor has it. fields names those wanted, nil for
// all.
func (s *Surface) Shown(r model.Record, secrets model.Secrets, fields []string) jsontext.Value {
	only := setOf(fields)
	dst := []byte{'{'}
	for _, f := range s.Model.Fields {
		if _, seen := s.Field(f.VendorName); !seen || f.WriteOnly || f.Secret == model.Hashed {
			continue
		}
		if len(only) > 0 && !only[f.VendorName] && f.Role != model.RoleID {
			continue
		}
		v := s.Value(f, r.Values[f.Index], secrets)
		if v == nil {
			continue
		}
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(JSON(dst, f.VendorName), ':')
		dst = append(dst, v...)
	}
	return append(dst, '}')
}

// setOf makes a set of names, in whichever number they come.
func setOf(names []string) map[string]bool {
	set := make(map[string]bool, len(names))
	for _, name := range names {
		set[name] = true
	}
	return set
}

// JSON appends v as [web.JSON] writes it. What is given to it can always be written.
func JSON(dst []byte, v any) []byte {
	text, err := web.JSON(v)
	if err != nil {
		panic("compat: " + err.Error())
	}
	return append(dst, text...)
}
