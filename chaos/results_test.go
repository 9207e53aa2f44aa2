package chaos

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// An item is the result of one record of a job.
type item struct {
	ID      recordID                   `json:"id"` // "" for a row of a file without a record
	Line    int64                      `json:"line"`
	Outcome string                     `json:"outcome"`
	Changed map[string]json.RawMessage `json:"changed"`
	Error   *struct {
		Code string `json:"code"`
	} `json:"error"`
}

// A recordID is an id without quotes, whether it is a number or a string.
type recordID string

// UnmarshalJSON reads a number or a string, or null as "".
func (id *recordID) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	*id = recordID(bytes.Trim(raw, `"`))
	return nil
}

// change returns the change of one field.
func (i item) change(field string) (from, to json.RawMessage, err error) {
	var c struct{ From, To json.RawMessage }
	err = json.Unmarshal(i.Changed[field], &c)
	return c.From, c.To, err
}

// code returns the code of the error, "" for none.
func (i item) code() string {
	if i.Error == nil {
		return ""
	}
	return i.Error.Code
}

// names says what the result is of: a record, a row of a file, or both.
func (i item) names() (names []string) {
	if i.ID != "" || i.Line == 0 {
		names = append(names, "record "+string(i.ID))
	}
	if i.Line > 0 {
		names = append(names, fmt.Sprint("line ", i.Line))
	}
	return names
}

// readResults reads all results of a job.
func (c *caller) readResults(id string) ([]item, error) {
	a, err := c.persist(request{method: "GET", path: "/v1/jobs/" + id + "/results", header: map[string]string{"Accept": "application/x-ndjson"}})
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, fmt.Errorf("the results were answered %s", a)
	}
	var items []item
	for line := range bytes.Lines(a.body) {
		var i item
		if err := json.Unmarshal(line, &i); err != nil {
			return nil, fmt.Errorf("the results have the line %q: %w", line, err)
		}
		items = append(items, i)
	}
	return items, nil
}

// judgeItems compares the results of a job with its counts.
func judgeItems(items []item, c counts) []string {
	var faults []string
	got := map[string]int64{}
	seen := map[string]bool{}
	for _, i := range items {
		got[i.Outcome]++
		for _, what := range i.names() {
			if seen[what] {
				faults = append(faults, what+" has two results")
			}
			seen[what] = true
		}
	}
	want := map[string]int64{
		"updated": c.Updated, "unchanged": c.Unchanged, "skipped": c.Skipped, "conflicted": c.Conflicted, "failed": c.Failed,
	}
	if c.Pending != nil {
		want["pending"] = *c.Pending
	}
	for outcome, n := range want {
		if got[outcome] != n {
			faults = append(faults, fmt.Sprintf("%d results are %s, and the count says %d", got[outcome], outcome, n))
		}
		delete(got, outcome)
	}
	for outcome := range got {
		faults = append(faults, fmt.Sprintf("there are results with the outcome %q", outcome))
	}
	return faults
}

// judgePatch says how the changes of an updated record differ from the patch, "" for
// not at all.
func judgePatch(i item, patch map[string]any) string {
	if len(i.Changed) == 0 {
		return "nothing is shown as changed"
	}
	for field := range i.Changed {
		from, to, err := i.change(field)
		if err != nil {
			return "the change cannot be read: " + err.Error()
		}
		value, ok := patch[field]
		if !ok {
			return field + " was changed, although it is not in the patch"
		}
		want := canonical(value)
		if merge, ok := value.(map[string]any); ok {
			want = merged(from, merge)
		}
		if canonicalText(to) != want {
			return fmt.Sprintf("%s was set to %s instead of %s", field, to, want)
		}
		if canonicalText(from) == want {
			return field + " is shown as changed, although it had the value before"
		}
	}
	return ""
}

// merged returns a flat object after a merge patch.
func merged(from json.RawMessage, patch map[string]any) string {
	object := map[string]any{}
	if err := json.Unmarshal(from, &object); err != nil || object == nil {
		object = map[string]any{}
	}
	for k, v := range patch {
		if v == nil {
			delete(object, k)
		} else {
			object[k] = v
		}
	}
	return canonical(object)
}
