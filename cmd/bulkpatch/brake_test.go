package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bulkpatch/client"
	"bulkpatch/job"
)

var day = regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)

// squeezed joins words by single spaces, and masks what changes from run to run.
func squeezed(out string) string {
	words := strings.Fields(out)
	for i, w := range words {
		if day.MatchString(w) && i+1 < len(words) {
			words[i], words[i+1] = "DATE", "TIME"
		}
	}
	return strings.Join(words, " ")
}

func TestTheBrakeIsSwitchedOnADatabase(t *testing.T) {
	db := migrated(t)
	const on, off = "The brake is on: jobs are held, except those over one record and previews. SWITCH STATE SINCE BY REASON ", "The brake is off. SWITCH STATE SINCE BY REASON "
	for _, step := range []struct{ line, want string }{
		{"brake status", off + "workspace off all off"},
		{"brake on --reason prices --workspace main", on + "workspace on DATE TIME key:local prices all off"},
		{"brake on --reason moving --all", on + "workspace on DATE TIME key:local prices all on DATE TIME key:local moving"},
		{"brake off", on + "workspace off DATE TIME key:local all on DATE TIME key:local moving"},
		{"brake off --all", off + "workspace off DATE TIME key:local all off DATE TIME key:local"},
	} {
		if got := squeezed(must(t, append(strings.Fields(step.line), "--db", db)...)); got != step.want {
			t.Errorf("%s said %q", step.line, got)
		}
	}
	must(t, "brake", "on", "--reason", "prices", "--db", db)
	status, _, complaint := call(t, "import", "desk", sampleFile(t, 10), "--db", db)
	if status != exitRefused || !strings.Contains(complaint, "No import runs while the brake is on.") {
		t.Errorf("an import ended with %d and said %q", status, complaint)
	}
}

func TestTheBrakeOfAServer(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		asked = append(asked, r.Method+" "+r.URL.RequestURI()+" "+string(body))
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]any{"on": true})
	}))
	defer server.Close()
	for _, line := range []string{"brake on --reason x", "brake on --all --reason x", "brake off", "brake off --all", "brake status"} {
		must(t, append(strings.Fields(line), "--server", server.URL, "--key", "k")...)
	}
	want := `PUT /v1/brake {"on":true,"reason":"x"}, PUT /v1/brake?all=true {"on":true,"reason":"x"}, PUT /v1/brake {"on":false}, PUT /v1/brake?all=true {"on":false}, GET /v1/brake `
	if got := strings.Join(asked, ", "); got != want {
		t.Errorf("the server was asked %s", got)
	}
}

func TestABadBrakeCommandIsRefused(t *testing.T) {
	for line, want := range map[string]string{
		"brake on": "--reason",
		"brake on --reason " + strings.Repeat("x", 201):           "--reason must say why",
		"brake off --all --workspace sales":                       "--workspace has no effect with --all",
		"brake off --workspace sales --server http://127.0.0.1:1": "--workspace has no effect with --server",
	} {
		if status, _, complaint := call(t, strings.Fields(line)...); status != exitUsage || !strings.Contains(complaint, want) {
			t.Errorf("%s ended with %d and said %q", line, status, complaint)
		}
	}
}

// TestTheBrakeHoldsAJobOverARestart holds a running job, kills the process, and
// starts it again.
func TestTheBrakeHoldsAJobOverARestart(t *testing.T) {
	t.Parallel()
	db := "sqlite://" + filepath.Join(t.TempDir(), "brake.db")
	serve := func() *process {
		return start(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--db", db}, tiny...)...)
	}
	first := serve()
	c := first.client(t, first.firstKey)
	j := begin(t, c)
	if _, err := c.BrakeOn(t.Context(), "wrong prices"); err != nil {
		t.Fatal(err)
	}
	held := heldJob(t, c, j.ID)
	first.kill(t)

	c = serve().client(t, first.firstKey)
	single, err := c.SubmitSingle(t.Context(), "desk", "1", map[string]any{"jobTitle": "Lead"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	checkSum(t, wait(t, c, single.ID), client.StateSucceeded, 1)
	still := heldJob(t, c, j.ID)
	if still.Counts.Tried() != held.Counts.Tried() || *still.Counts.Pending == 0 {
		t.Errorf("under the brake the job went from %+v to %+v", held.Counts, still.Counts)
	}
	if _, err := c.BrakeOff(t.Context()); err != nil {
		t.Fatal(err)
	}
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, crowd)
}

// heldJob reads a job that must say that the brake holds it.
func heldJob(t *testing.T, c *client.Client, id string) client.Job {
	t.Helper()
	j, err := c.Job(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if p := j.Progress; p.WaitReason == nil || *p.WaitReason != job.WaitBrake || p.WaitDetail == nil || *p.WaitDetail != "wrong prices" {
		t.Fatalf("the job is %s with the counts %+v, and waits for %v", j.State, j.Counts, p)
	}
	return j
}
