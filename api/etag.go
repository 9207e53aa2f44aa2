package api

import (
	"net/http"
	"strconv"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// recordTag is the strong entity tag of a record: its version.
func recordTag(m *model.Model, r model.Record) string {
	version, _ := r.Values[m.Role(model.RoleVersion).Index].(int64)
	return `"` + strconv.FormatInt(version, 10) + `"`
}

// jobTag is the weak entity tag of a job: its revision. It is weak because
// rate and heartbeat change without it.
func jobTag(revision int64) string {
	return `W/"` + strconv.FormatInt(revision, 10) + `"`
}

// ifMatch reads the version that a caller wants a record to have, nil for
// none or any. A tag that no record can have is a fault: the caller must have
// taken it from something else.
func (in *input) ifMatch(h http.Header) *int64 {
	values := h.Values("If-Match")
	if len(values) == 0 {
		return nil
	}
	tag := strings.TrimSpace(values[0])
	if len(values) == 1 && tag == "*" {
		return nil
	}
	digits, ok := strings.CutPrefix(tag, `"`)
	digits, closed := strings.CutSuffix(digits, `"`)
	version, err := strconv.ParseInt(digits, 10, 64)
	if len(values) > 1 || !ok || !closed || err != nil || version < 1 {
		in.fail(web.InHeader, "If-Match", "invalid_if_match", `This must be one entity tag as a record's ETag gives it, such as "3".`)
		return nil
	}
	return &version
}
