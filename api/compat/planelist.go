package compat

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

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
	if c.from > 0 {
		l.Offset = c.from
	}
	if text, _ := r.Param("query"); text != "" {
		l.Where = append(l.Where, Where(planeName, "$contains", text))
	}
	l.Fields = planeAsked(r)
	return l
}

// planeAsked are the fields that a caller wants to see, each once and the id
// in any case; nil for all. Names that no field has are ignored.
func planeAsked(r *Request) []string {
	text, _ := r.Param("fields")
	if text == "" {
		return nil
	}
	names := []string{r.Model.Role(model.RoleID).VendorName}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if _, known := r.Field(name); known && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// One shows of a record that is read what the caller asked for, as in a list.
func (plane) One(r *Request, record jsontext.Value) any {
	asked := planeAsked(r)
	members, ok := Object(record)
	if r.Action != Get || asked == nil || !ok {
		return record
	}
	maps.DeleteFunc(members, func(name string, _ jsontext.Value) bool { return !slices.Contains(asked, name) })
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

// A planeCursor leads to a page: size:page:back, the page counted from 0. back
// tells which way the caller went, and changes nothing. Behind a page that
// ended early, with fewer customers than its size, :from follows: the page
// begins behind so many customers.
type planeCursor struct {
	size, page int
	back       bool
	from       int
}

// planeCursorAt leads to the page that begins behind so many customers.
func planeCursorAt(size, from int) planeCursor {
	c := planeCursor{size: size, page: from / size}
	if from%size != 0 {
		c.from = from
	}
	return c
}

// String writes the cursor.
func (c planeCursor) String() string {
	way := ":0"
	if c.back {
		way = ":1"
	}
	text := strconv.Itoa(c.size) + ":" + strconv.Itoa(c.page) + way
	if c.from > 0 {
		text += ":" + strconv.Itoa(c.from)
	}
	return text
}

// planeCursorOf reads the cursor of a request, that of the first page where
// there is none.
func planeCursorOf(r *Request) planeCursor {
	text, _ := r.Param("cursor")
	if text == "" {
		return planeCursor{}
	}
	parts := strings.Split(text, ":")
	if len(parts) < 3 || len(parts) > 4 {
		return planeBadCursor(r)
	}
	var numbers [4]int
	for i, part := range parts {
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || i == 3 && n > maxOffset {
			return planeBadCursor(r)
		}
		numbers[i] = n
	}
	return planeCursor{numbers[0], numbers[1], numbers[2] != 0, numbers[3]}
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
	next := planeCursorAt(size, p.Listing.Offset+size)
	if p.More() {
		next = planeCursorAt(size, p.Listing.Offset+len(p.Items))
	}
	return planePage{
		TotalCount:      p.Total,
		NextCursor:      next.String(),
		PrevCursor:      planeCursor{size: size, page: planeBefore(p.Listing), back: true}.String(),
		NextPageResults: p.More(),
		PrevPageResults: p.Listing.Offset > 0,
		Count:           len(p.Items),
		TotalPages:      p.Pages(),
		TotalResults:    p.Total,
		Results:         p.Items,
	}
}

// planeBefore is the page before one, -1 before the first. Where a page begins
// in the midst of another, that one comes before it.
func planeBefore(l Listing) int {
	return (l.Offset+l.Limit-1)/l.Limit - 1
}
