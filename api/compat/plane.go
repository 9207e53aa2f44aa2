package compat

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

// plane is how Plane's customers API speaks: records without an envelope,
// pages behind a cursor, and errors of three shapes. Its page is
// https://developers.plane.so/api-reference/customer/update-customer; paging
// and errors are as its public clients and its community edition have them.
// What none of these says is in docs/compat.md.
type plane struct{ Plain }

// Names that the rules below speak of.
const (
	planeName   = "name"
	planeSource = "external_source"
	planeID     = "external_id"
)

// Update takes the members as they are, but those that a caller never sets.
func (plane) Update(r *Request) {
	r.DropKept()
	for _, name := range planeWhole {
		planeReplace(r, name)
	}
}

// planeWhole are the fields of any JSON, which an update replaces.
var planeWhole = []string{"description", "logo_props"}

// planeReplace sends away the keys that an object has and shall no longer
// have. As a merge patch it would keep them.
func planeReplace(r *Request, name string) {
	was, now := decoded(planeStored(r, name)), decoded(r.Members[name])
	if was != nil && now != nil {
		clearRest(was, now)
		r.Members[name] = JSON(nil, now)
	}
}

// planeStored is the text that a field of the updated record holds, or "".
func planeStored(r *Request, name string) string {
	f, ok := r.Field(name)
	if !ok || r.Record == nil {
		return ""
	}
	text, _ := r.Record.Values[f.Index].(string)
	return text
}

// clearRest sets the keys of an object to null that only the other has.
func clearRest(was, now map[string]any) {
	for key, old := range was {
		v, kept := now[key]
		if !kept {
			now[key] = nil
			continue
		}
		before, _ := old.(map[string]any)
		if after, ok := v.(map[string]any); ok {
			clearRest(before, after)
		}
	}
}

// decoded reads a JSON object, with its numbers as they stand; nil for all
// else.
func decoded[T ~string | ~[]byte](v T) map[string]any {
	dec := json.NewDecoder(strings.NewReader(string(v)))
	dec.UseNumber()
	var value any
	if dec.Decode(&value) != nil {
		return nil
	}
	object, _ := value.(map[string]any)
	return object
}

// Create is an upsert: a customer with the same reference to another system
// is updated, else one of the same name, else there is a new one. The id is
// made here.
func (plane) Create(r *Request) Match {
	r.DropKept()
	r.DropDefaults()
	var m Match
	source, _ := Text(r.Members[planeSource])
	id, _ := Text(r.Members[planeID])
	if source != "" && id != "" {
		m.Filters = append(m.Filters, planeReference(source, id))
	}
	if name, ok := Text(r.Members[planeName]); ok {
		m.Filters = append(m.Filters, Where(planeName, "", name))
	}
	return m
}

// planeReference finds the customers that stand for one thing in another
// system.
func planeReference(source, id string) string {
	return string(Both([]byte(Where(planeSource, "", source)), []string{Where(planeID, "", id)}))
}

// Taken finds the customer that has the reference to another system which
// this one would get: no two stand for the same thing. A reference that stays
// as it is takes nothing from anyone.
func (plane) Taken(r *Request) string {
	source, newSource := planeAfter(r, planeSource)
	id, newID := planeAfter(r, planeID)
	if !newSource && !newID || source == "" || id == "" {
		return ""
	}
	return planeReference(source, id)
}

// planeAfter is the text that a field will hold after an update, and whether
// the update changes it.
func planeAfter(r *Request, name string) (text string, changes bool) {
	before := planeStored(r, name)
	v, sent := r.Members[name]
	if !sent {
		return before, false
	}
	text, _ = Text(v)
	return text, text != before
}

// Pages of a list of customers.
const planeMaxLimit = 100

// List reads per_page, cursor, query and fields; newest customers come first.
// A deletion names what it means by its reference to another system.
func (plane) List(r *Request) Listing {
	if r.Action == DeleteMatching {
		return planeNamed(r)
	}
	l := Listing{Sort: "-created_at", Param: "query"}
	size, sized := planePerPage(r)
	c := planeCursorOf(r)
	if !sized && c.size > 0 {
		size = min(c.size, planeMaxLimit)
	}
	if c.page > maxOffset/size {
		c = planeBadCursor(r)
	}
	l.Limit, l.Offset = size, c.page*size
	if text, _ := r.Param("query"); text != "" {
		l.Where = append(l.Where, Where(planeName, "$contains", text))
	}
	l.Fields = planeAsked(r)
	return l
}

// planeAsked are the fields that a caller wants to see, nil for all. Names
// that no field has are passed over.
func planeAsked(r *Request) []string {
	text, _ := r.Param("fields")
	if text == "" {
		return nil
	}
	names := strings.Split(text, ",")
	for i, name := range names {
		names[i] = strings.TrimSpace(name)
	}
	return names
}

// One shows of a record that is read what the caller asked for, its id in any
// case, as in a list.
func (plane) One(r *Request, record jsontext.Value) any {
	asked := planeAsked(r)
	members, ok := Object(record)
	if r.Action != Get || asked == nil || !ok {
		return record
	}
	id := r.Model.Role(model.RoleID).VendorName
	maps.DeleteFunc(members, func(name string, _ jsontext.Value) bool {
		return name != id && !slices.Contains(asked, name)
	})
	return members
}

// planeNamed reads which customers a deletion means. It takes both
// parameters: half a reference would name customers of other systems, too.
func planeNamed(r *Request) Listing {
	source, _ := r.Param(planeSource)
	id, _ := r.Param(planeID)
	for name, text := range map[string]string{planeSource: source, planeID: id} {
		if text == "" {
			r.FailParam(name, model.CodeRequired, "Give external_source and external_id.")
		}
	}
	return Listing{Param: planeID, Where: []string{planeReference(source, id)}}
}

// planePerPage is the size of a page, and whether the caller gave it.
func planePerPage(r *Request) (size int, given bool) {
	text, given := r.Param("per_page")
	if !given {
		return planeMaxLimit, false
	}
	size, err := strconv.Atoi(text)
	switch {
	case err != nil || size < 1:
		r.FailParam("per_page", "type", "Invalid per_page parameter.")
	case size > planeMaxLimit:
		r.FailParam("per_page", "out_of_range", "Invalid per_page value. Cannot exceed "+strconv.Itoa(planeMaxLimit)+".")
	default:
		return size, true
	}
	return planeMaxLimit, true
}

// A planeCursor leads to a page: size:page:back, the page counted from 0. The
// last tells which way the caller went, and changes nothing.
type planeCursor struct {
	size, page int
	back       bool
}

// String writes the cursor.
func (c planeCursor) String() string {
	way := ":0"
	if c.back {
		way = ":1"
	}
	return strconv.Itoa(c.size) + ":" + strconv.Itoa(c.page) + way
}

// planeCursorOf reads the cursor of a request, that of the first page where
// there is none.
func planeCursorOf(r *Request) planeCursor {
	text, _ := r.Param("cursor")
	if text == "" {
		return planeCursor{}
	}
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return planeBadCursor(r)
	}
	var numbers [3]int
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 {
			return planeBadCursor(r)
		}
		numbers[i] = n
	}
	return planeCursor{numbers[0], numbers[1], numbers[2] != 0}
}

func planeBadCursor(r *Request) planeCursor {
	r.FailParam("cursor", "invalid_cursor", "Invalid cursor parameter.")
	return planeCursor{}
}

// planePage is one page of customers. Its clients insist on nearly all of it.
type planePage struct {
	GroupedBy       *string          `json:"grouped_by"`
	SubGroupedBy    *string          `json:"sub_grouped_by"`
	TotalCount      int64            `json:"total_count"`
	NextCursor      string           `json:"next_cursor"`
	PrevCursor      string           `json:"prev_cursor"`
	NextPageResults bool             `json:"next_page_results"`
	PrevPageResults bool             `json:"prev_page_results"`
	Count           int              `json:"count"` // on this page
	TotalPages      int64            `json:"total_pages"`
	TotalResults    int64            `json:"total_results"`
	ExtraStats      *string          `json:"extra_stats"`
	Results         []jsontext.Value `json:"results"`
}

// Many is a page with the cursors of those beside it, which are there whether
// or not such pages are.
func (plane) Many(p Page) any {
	size := p.Listing.Limit
	page := p.Listing.Offset / size
	return planePage{
		TotalCount:      p.Total,
		NextCursor:      planeCursor{size, page + 1, false}.String(),
		PrevCursor:      planeCursor{size, page - 1, true}.String(),
		NextPageResults: p.More(),
		PrevPageResults: page > 0,
		Count:           len(p.Items),
		TotalPages:      p.Pages(),
		TotalResults:    p.Total,
		Results:         p.Items,
	}
}

// planeDetail and planeError are the two shapes of an answer to what no field
// is to blame for.
type (
	planeDetail struct {
		Detail string `json:"detail"`
	}
	planeError struct {
		Error string `json:"error"`
		ID    string `json:"id,omitempty"` // the customer that is in the way
	}
)

// Failure blames fields by name, and says all else in one text.
func (plane) Failure(p Problem) (int, any) {
	switch p.Code {
	case "missing_key":
		return p.Status, planeDetail{"Authentication credentials were not provided."}
	case "invalid_key":
		return p.Status, planeDetail{"Given API token is not valid"}
	case "record_not_found", "not_found":
		return p.Status, planeError{Error: "The requested resource does not exist."}
	case "invalid_id":
		return http.StatusBadRequest, planeError{Error: "Please provide valid detail"}
	case "internal":
		return p.Status, planeError{Error: "Something went wrong please try again later"}
	case "record_failed":
		p.Status = http.StatusBadRequest
		if len(p.Faults) == 0 {
			return p.Status, planeError{Error: "The payload is not valid"}
		}
	}
	switch {
	case p.Status == http.StatusConflict:
		return p.Status, planeError{p.Detail, p.Holder}
	case len(p.Faults) > 0:
		return p.Status, planeFaults(p.Faults)
	case p.Status >= 500 || p.Status == http.StatusNotFound:
		return p.Status, planeError{Error: p.Detail}
	}
	return p.Status, planeDetail{p.Detail}
}

// planeFaults says what is wrong with a body by field, with a query or a
// header in one text, and with what is no JSON nothing more.
func planeFaults(faults []Fault) any {
	fields := map[string][]string{}
	var rest []string
	for _, f := range faults {
		switch {
		case f.Code == "invalid_json":
			return planeDetail{f.Detail}
		case f.In == InQuery && f.Code == model.CodeRequired:
			return planeError{Error: f.Detail}
		case f.In != InBody:
			rest = append(rest, f.Detail)
		default:
			fields[planeField(f)] = append(fields[planeField(f)], planeText(f))
		}
	}
	if len(fields) == 0 {
		return planeDetail{strings.Join(rest, " ")}
	}
	return fields
}

// planeField is the name under which a fault stands.
func planeField(f Fault) string {
	if f.Pointer == "" {
		return "non_field_errors"
	}
	return f.Field()
}

func planeText(f Fault) string {
	if f.Code == model.CodeRequired {
		return "This field is required."
	}
	return f.Detail
}
