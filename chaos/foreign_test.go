package chaos

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// writeAllForeign carries out the foreign writes of one table, in the order of the
// plan. So it is known which values each record must have.
func (r *run) writeAllForeign(t *table) {
	for _, op := range r.foreign {
		if op.table == t && r.until(op.at) {
			if err := r.writeForeign(op); err != nil {
				r.violation("foreign write %d (%s) of %s: %v", op.n, op.what, t, err)
			}
		}
	}
}

// writeForeign carries out one foreign write.
func (r *run) writeForeign(op foreignOp) error {
	c, t := r.of(op.table), op.table
	base := "/v1/" + t.model + "/"
	value := op.value()
	switch op.what {
	case "make":
		sent := r.now()
		rec := t.add(op.indexes[0], span{sent, farAway}, value)
		a, err := c.persist(request{method: "POST", path: base + "customers", body: jsonBody(rec.values)})
		if err != nil || a.status != http.StatusCreated && a.status != http.StatusConflict {
			return unexpected(a, err)
		}
		t.created(rec, a.done)
	case "delete":
		rec := t.at(op.indexes[0])
		t.removed(rec, span{r.now(), farAway})
		a, err := c.persist(request{method: "DELETE", path: base + "customers/" + rec.id})
		if err != nil || a.status != http.StatusNoContent && a.status != http.StatusNotFound {
			return unexpected(a, err)
		}
		t.removed(rec, span{rec.deleted.sent, a.done})
	case "revoke":
		return r.revoke(op, value)
	default:
		return r.move(c, op, value)
	}
	return nil
}

// value is the group that the write puts records into.
func (op foreignOp) value() string { return groupValue(op.group, fmt.Sprintf("foreign%d", op.n)) }

// farAway is a time after each run, as the end of what has not ended.
const farAway = 1000 * time.Hour

// unexpected is the error of an answer that no fault explains.
func unexpected(a answer, err error) error {
	return errors.Join(fmt.Errorf("the answer is %s", a), err)
}

// lines returns the lines of an import that puts the records into another group.
func (op foreignOp) lines(value string) (lines [][]byte) {
	for _, i := range op.indexes {
		lines = append(lines, append(jsonBody(map[string]any{"id": op.table.shape.id(i), op.table.group: value}), '\n'))
	}
	return lines
}

// move imports another group for some records. A second import of the same lines
// changes nothing.
func (r *run) move(c *caller, op foreignOp, value string) error {
	t := op.table
	sent := r.now()
	a, err := c.persist(request{
		method: "POST", path: "/v1/" + t.model + "/import", body: bytes.Join(op.lines(value), nil),
		header: map[string]string{"Content-Type": "application/x-ndjson"},
	})
	var report struct{ Inserted, Updated, Unchanged, Failed int }
	if err != nil || a.status != http.StatusOK {
		return unexpected(a, err)
	}
	if err := json.Unmarshal(a.body, &report); err != nil || report.Updated+report.Unchanged != len(op.indexes) {
		return unexpected(a, err)
	}
	for _, i := range op.indexes {
		t.wrote(t.at(i), groupWrite{span{sent, a.done}, value})
	}
	return nil
}
