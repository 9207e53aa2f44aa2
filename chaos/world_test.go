package chaos

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// A shape is what this package knows of a model. Each field has one sort of writer:
// with two it would be unknown which value the field must have in the end.
type shape struct {
	model string
	id    func(i int) any // id of the record with an index; ascending
	group string          // field that only foreign writers change
	org   string          // field that never changes
	// Only jobs change the other fields.
	texts  []string
	flag   string         // field that is true or false, "" for none
	object string         // field that patches are merged into, "" for none
	unique string         // field with unique values in a workspace, "" for none
	always map[string]any // values that all records have
	// computed is an integer that every update increments, and nothing else writes.
	// It is "" for none.
	computed string
	late     bool // jobs are undone and retried also when they end after the faults

	searched []string // fields that costly filters read
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
	plane = shape{
		model: "plane", id: func(i int) any { return fmt.Sprintf("00000000-0000-4000-8000-%012x", i+1) },
		group: "external_id", org: "contract_status",
		texts: []string{"stage"}, computed: "employees", late: true,
		always: map[string]any{"name": "Client"},
	}
)

// The numbers of groups and of organizations that the records of a table are in.
const (
	groups = 8
	orgs   = 5
)

// A table is the records of one model in one workspace.
type table struct {
	shape
	workspace string
	initial   int // records at the start
	doomed    int // how many of these, the last ones, foreign writers may delete

	mu      sync.Mutex
	records []*record // by index; grows by creation
	byID    map[string]*record
}

// A record is what this package knows of one record: what it has written itself.
// Times are since the start of the run.
type record struct {
	index  int
	id     string
	values map[string]any // as it was created

	made    span // zero for the initial records
	deleted span
	groups  []groupWrite // the first one is of its creation
}

// A span is the time of a call. Its effect took place at some moment in between.
type span struct{ sent, done time.Duration }

// A groupWrite is one foreign change of a record.
type groupWrite struct {
	span
	value string
}

// groupOf returns the group of a value of the group field, -1 for none.
func groupOf(value string) (g int) {
	if _, err := fmt.Sscanf(value, "g%d-", &g); err != nil {
		return -1
	}
	return g
}

// groupValue returns a value of the group field. Each write has a unique value, so
// it changes its record.
func groupValue(g int, unique string) string { return fmt.Sprintf("g%d-%s", g, unique) }

// newTable returns a table with the records that it has at the start.
func newTable(s shape, workspace string, n int) *table {
	t := &table{shape: s, workspace: workspace, initial: n, doomed: n / 40, byID: make(map[string]*record)}
	for i := range n {
		t.add(i, span{}, groupValue(i%groups, "start"))
	}
	return t
}

// add adds a record, which the caller then sends to the server.
func (t *table) add(i int, made span, group string) *record {
	values := map[string]any{
		"id": t.shape.id(i), t.group: group, t.org: orgName(i % orgs),
	}
	for k, v := range t.always {
		values[k] = v
	}
	for _, f := range t.texts {
		values[f] = fmt.Sprintf("%s %d", f, i%7)
	}
	if t.flag != "" {
		values[t.flag] = i%3 == 0
	}
	if t.object != "" {
		values[t.object] = map[string]any{"tier": i % 4}
	}
	if t.computed != "" {
		values[t.computed] = i % firstNumbers
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

// at returns the record with an index.
func (t *table) at(i int) *record {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.records[i]
}

// all returns all records, also deleted ones.
func (t *table) all() []*record {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]*record(nil), t.records...)
}

// find returns the record with an id, or nil.
func (t *table) find(id string) *record {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[id]
}

// created records when the creation of a record was answered.
func (t *table) created(r *record, at time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.made.done = at
	r.groups[0].done = at
}

// wrote records a foreign write that was answered.
func (t *table) wrote(r *record, w groupWrite) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.groups = append(r.groups, w)
}

// removed records the span of a delete.
func (t *table) removed(r *record, s span) {
	t.mu.Lock()
	defer t.mu.Unlock()
	r.deleted = s
}

// orgName returns the value of the organization field for a number.
func orgName(i int) string { return fmt.Sprintf("org%d", i) }

func (t *table) String() string { return t.workspace + "/" + t.model }

// canonical returns a value as JSON in one spelling, so that two can be compared.
func canonical(v any) string {
	text, err := json.Marshal(v) // sorts the names of objects
	if err != nil {
		return "not JSON: " + err.Error()
	}
	return string(text)
}

// canonicalText is like canonical, for a value that is JSON text.
func canonicalText(raw []byte) string {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return "not JSON: " + string(raw)
	}
	return canonical(v)
}
