package chaos

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// A shape is what the harness knows of a model: which fields it gives to
// whom. No field has two kinds of writers, or else nobody could tell what it
// must hold in the end.
type shape struct {
	model string
	id    func(i int) any // of the record with an index, in the order of the ids
	group string          // changed by foreign writers alone
	org   string          // never changed
	// The rest is changed by jobs alone.
	texts  []string
	flag   string
	object string // merged into, "" for none
	unique string // no two records of a workspace share a value, "" for none
	always map[string]any

	searched []string // what costly filters read; of any writer
}

var (
	desk = shape{
		model: "desk", id: func(i int) any { return i + 1 },
		group: "facebookURL", org: "organization",
		texts: []string{"jobTitle", "phone", "mobile", "address", "notes"}, flag: "trusted",
		searched: []string{"jobTitle", "address", "organization"},
	}
	mythic = shape{
		model: "mythic", id: func(i int) any { return fmt.Sprintf("c%06d", i+1) },
		group: "website", org: "agency_id",
		texts: []string{"company_id", "phone", "ghl_location_id"}, flag: "status",
		object: "api_metadata", unique: "domain", searched: []string{"phone", "api_metadata.tier", "name"},
		always: map[string]any{"name": "Client"},
	}
	clientsuccess = shape{
		model: "clientsuccess", id: func(i int) any { return i + 1 },
		group: "zendeskId", org: "country",
		texts: []string{"city", "street", "note"}, flag: "active",
		object: "custom", searched: []string{"note", "custom.tier", "custom.by", "street"},
		always: map[string]any{"name": "Client", "status": "ACTIVE"},
	}
)

// Groups and organizations split the records of a table.
const (
	groups = 8
	orgs   = 5
)

// A table is the records of one model in one workspace.
type table struct {
	shape
	workspace string
	initial   int // records at the start
	doomed    int // of these, the last ones that foreign writers delete

	mu      sync.Mutex
	records []*record // by index; grows by creation
	byID    map[string]*record
}

// A record is what the harness knows of one record from what it did itself.
// Times count from the start of the run.
type record struct {
	index  int
	id     string
	values map[string]any // as it was made

	made    span // zero for the initial records
	deleted span
	groups  []groupWrite // the first is that of its making
}

// A span is a call's time: what it did happened in between.
type span struct{ sent, done time.Duration }

// A groupWrite is one foreign change of a record.
type groupWrite struct {
	span
	value string
}

// groupOf is the group that a value of the group field puts a record into.
func groupOf(value string) (g int) {
	if _, err := fmt.Sscanf(value, "g%d-", &g); err != nil {
		return -1
	}
	return g
}

// groupValue is a value that puts a record into a group. No two writes share
// one, so each changes its record.
func groupValue(g int, unique string) string { return fmt.Sprintf("g%d-%s", g, unique) }

// newTable makes the records that a table starts with.
func newTable(s shape, workspace string, n int) *table {
	t := &table{shape: s, workspace: workspace, initial: n, doomed: n / 40, byID: make(map[string]*record)}
	for i := range n {
		t.add(i, span{}, groupValue(i%groups, "start"))
	}
	return t
}

// add makes a record; the caller sends it.
func (t *table) add(i int, made span, group string) *record {
	values := map[string]any{
		"id": t.shape.id(i), t.group: group, t.org: orgName(i % orgs), t.flag: i%3 == 0,
	}
	for k, v := range t.always {
		values[k] = v
	}
	for _, f := range t.texts {
		values[f] = fmt.Sprintf("%s %d", f, i%7)
	}
	if t.object != "" {
		values[t.object] = map[string]any{"tier": i % 4}
	}
	if t.unique != "" {
		values[t.unique] = fmt.Sprintf("r%d.example.com", i)
	}
	r := &record{index: i, id: fmt.Sprint(values["id"]), values: values, made: made, groups: []groupWrite{{made, group}}}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.records = append(t.records, r)
	t.byID[r.id] = r
	return r
}

// at is the record with an index.
func (t *table) at(i int) *record {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.records[i]
}

// all lists the records there are.
func (t *table) all() []*record {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]*record(nil), t.records...)
}

// find is the record with an id, or nil.
func (t *table) find(id string) *record {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[id]
}

// created notes that a record's making has been answered.
func (t *table) created(r *record, at time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.made.done = at
	r.groups[0].done = at
}

// wrote notes a foreign write that has been answered.
func (t *table) wrote(r *record, w groupWrite) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.groups = append(r.groups, w)
}

// removed notes a delete that has been answered.
func (t *table) removed(r *record, s span) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.deleted = s
}

func orgName(i int) string { return fmt.Sprintf("org%d", i) }

func (t *table) String() string { return t.workspace + "/" + t.model }

// canonical is a JSON value in one spelling, so that two can be compared.
func canonical(v any) string {
	text, err := json.Marshal(v) // sorts the names of objects
	if err != nil {
		return "not JSON: " + err.Error()
	}
	return string(text)
}

// canonicalText is canonical for a value that is JSON text already.
func canonicalText(raw []byte) string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return "not JSON: " + string(raw)
	}
	return canonical(v)
}
