package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/model"
)

// TestLimitsAreThoseThatAreEnforced reads the limits, and then goes to one and
// beyond it, where that is cheap.
func TestLimitsAreThoseThatAreEnforced(t *testing.T) {
	r := newRig(t, func(c *api.Config) { c.MaxBody, c.Rate = 70_000, 500 })
	r.job()
	var got struct {
		Requests struct{ BodyBytes, URLBytes, HeaderBytes, NoteCharacters int }
		Rate     struct{ CallsPerSecond int }
		Filters  struct{ Values, Nesting int }
		Patches  struct{ Names int }
		Computed struct{ Pipeline, Characters int }
		Pages    struct{ Items int }
		Streams  struct{ Limit, Used int }
		OpenJobs struct{ Bulk struct{ Limit, Used int } }
	}
	if err := json.Unmarshal([]byte(r.as(r.reader, "GET", "/v1/limits", "").want(200).text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Rate.CallsPerSecond != 500 || got.Streams.Limit != api.MaxStreams || got.Streams.Used != 0 || got.OpenJobs.Bulk.Limit != 10 || got.OpenJobs.Bulk.Used != 1 {
		t.Errorf("limits: %+v", got)
	}
	r.call("GET", fmt.Sprint("/v1/desk/customers?limit=", got.Pages.Items), "").want(200)
	r.call("GET", fmt.Sprint("/v1/desk/customers?limit=", got.Pages.Items+1), "").want(400)

	note := func(n int) string {
		return `{"model": "desk", "filter": {"id": 1}, "patch": {"jobTitle": "x"}, "options": {"note": "` + strings.Repeat("n", n) + `"}}`
	}
	r.call("POST", "/v1/jobs", note(got.Requests.NoteCharacters)).want(202)
	r.call("POST", "/v1/jobs", note(got.Requests.NoteCharacters+1)).want(400)

	list := func(n int) string {
		return `{"model": "desk", "filter": {"id": {"$in": [` + strings.TrimSuffix(strings.Repeat("1,", n), ",") + `]}}, "patch": {"jobTitle": "x"}}`
	}
	r.call("POST", "/v1/jobs", list(got.Filters.Values)).want(202)
	r.call("POST", "/v1/jobs", list(got.Filters.Values+1)).want(400)

	body := func(n int) string { return `{"firstName": "x"}` + strings.Repeat(" ", n-len(`{"firstName": "x"}`)) }
	r.call("POST", "/v1/desk/customers", body(got.Requests.BodyBytes)).want(201)
	r.call("POST", "/v1/desk/customers", body(got.Requests.BodyBytes+1)).want(413)

	path := "/v1/models?x="
	r.call("GET", path+strings.Repeat("y", got.Requests.URLBytes-len(path)), "").want(400)
	r.call("GET", path+strings.Repeat("y", got.Requests.URLBytes-len(path)+1), "").want(414)

	names := func(n int) string {
		var members []string
		for i := range n {
			members = append(members, fmt.Sprintf(`"n%d": 1`, i))
		}
		return `{"model": "clientsuccess", "filter": {"id": 1}, "patch": {"custom": {` + strings.Join(members, ",") + `}}}`
	}
	if got.Patches.Names != model.MaxNames {
		t.Errorf("a patch may have %d names", got.Patches.Names)
	}
	r.call("POST", "/v1/jobs", names(got.Patches.Names+1)).want(400)

	operators := func(n, characters int) string {
		one := `{"$suffix": "` + strings.Repeat("x", characters) + `"}`
		return `{"model": "desk", "filter": {"id": 1}, "compute": {"notes": [` + strings.Repeat(one+",", n-1) + one + `]}}`
	}
	r.call("POST", "/v1/jobs", operators(got.Computed.Pipeline, 1)).want(202)
	r.call("POST", "/v1/jobs", operators(got.Computed.Pipeline+1, 1)).want(400)
	r.call("POST", "/v1/jobs", operators(1, got.Computed.Characters)).want(202)
	r.call("POST", "/v1/jobs", operators(1, got.Computed.Characters+1)).want(400)
}

func TestARateThatIsOffIsNull(t *testing.T) {
	a := newRig(t).call("GET", "/v1/limits", "").want(200)
	if !strings.Contains(a.text, `"rate":{"callsPerSecond":null}`) {
		t.Errorf("limits: %s", a.text)
	}
}

func TestLimitsOfKeysAreThoseThatAreEnforced(t *testing.T) {
	r := newRig(t)
	var got struct {
		Keys struct{ Secrets, Sessions, FailedSignIns int }
	}
	if err := json.Unmarshal([]byte(r.call("GET", "/v1/limits", "").want(200).text), &got); err != nil {
		t.Fatal(err)
	}
	if got.Keys.Secrets != auth.MaxSecrets || got.Keys.Sessions != auth.MaxSessions {
		t.Errorf("limits of keys: %+v", got.Keys)
	}
	for range got.Keys.FailedSignIns {
		r.signIn("bp_wrong", "").want(403)
	}
	r.signIn("bp_wrong", "").want(429)
}
