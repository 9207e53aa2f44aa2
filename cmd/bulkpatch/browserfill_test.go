//go:build !race

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"bulkpatch/client"
	"bulkpatch/model/sample"
)

// hardNames are names that a page must show well, in whatever script, and however long.
var hardNames = []string{
	"مؤسسة الأندلس للتجارة والصناعة", "חנות הספרים של ירושלים", "株式会社さくら商店 東京本店", "上海浦东国际机场第二航站楼旗舰店", "한국 서울 강남점",
	"🌻 Sonnenblume & Söhne 👩\u200d👩\u200d👧\u200d👦", "<b>Bold</b> & \"Quoted\" 'Store'", "Ťažkopádny kôň – Štúrova ulica", "ร้านดอกไม้ริมแม่น้ำเจ้าพระยา",
	"Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsfiliale",
	"The Old Store at the Corner Where the Long Road Turns towards the Harbour and the Lighthouse, Second Floor, Behind the Bakery, Ring Twice",
	"  spaces   and\ttabs ", "abc \u202edrowkcab\u202c def", "0", "-", "null",
}

// A seeder fills an installation. Its methods fail the test if they cannot.
type seeder struct {
	*testing.T
	*client.Client
	base, key string
	site      site
}

// fillSite returns a site worth looking at: customers of several models with names in
// many scripts, a model without any, a job in every state and of every kind, keys of
// every role, and a second workspace whose jobs are held.
func fillSite(t *testing.T, file string) site {
	t.Helper()
	s, p := newSeeder(t, file)
	s.makeKeys()
	load(t, s.Client, 5000)
	s.stores(400)
	s.failedJobs()
	s.endedJobs()
	s.undone()
	s.preview()
	s.openJobs()
	s.heldWorkspace()
	p.stop(t)
	s.counted("million", 1_000_000)
	s.counted("huge", 1<<53+1)
	return s.site
}

// fillBigSite returns a site with 100,000 stores, of which twelve have no region.
func fillBigSite(t *testing.T, file string) site {
	t.Helper()
	s, p := newSeeder(t, file)
	s.makeKeys()
	var lines bytes.Buffer
	for id := 1; id <= 100_000; id++ {
		region := `"north"`
		if id%8000 == 0 {
			region = "null"
		}
		fmt.Fprintf(&lines, `{"id":%d,"name":"Store %d","kind":"kiosk","region":%s}`+"\n", id, id, region)
	}
	report, err := s.Import(t.Context(), "stores", client.NDJSON, &lines)
	if s.did(err); report.Inserted != 100_000 {
		t.Fatalf("seed: %+v", report)
	}
	p.stop(t)
	return s.site
}

// newSeeder starts the program for the first time, and returns who fills it.
func newSeeder(t *testing.T, file string) (*seeder, *process) {
	t.Helper()
	s := &seeder{T: t, site: firstStart(t, file)}
	p := s.site.start(t)
	s.base, s.key = p.base, s.site.Keys["admin"]
	s.Client = p.client(t, s.key)
	return s, p
}

// did fails the test if a step of the seeding has not succeeded.
func (s *seeder) did(err error) {
	s.Helper()
	if err != nil {
		s.Fatal("seed: ", err)
	}
}

// makeKeys makes a key of each role.
func (s *seeder) makeKeys() {
	s.Helper()
	for name, options := range map[string][]client.KeyOption{
		"reader":   {client.WithPreset("reader"), client.WithPerson("Ana Lovelace <ana@example.com>")},
		"editor":   {client.WithPreset("editor"), client.WithPerson("ياسمين القاسم")},
		"operator": {client.WithPreset("operator"), client.WithExpiry(time.Now().Add(90 * 24 * time.Hour))},
		"nightly-import-of-the-customer-relationship-system": {client.WithPreset("editor")},
		"left": {client.WithPreset("reader")},
	} {
		s.makeKey(name, "main", nil, options...)
	}
	s.makeKey("watcher", "main", []string{"jobs:read"}) // sees jobs, but no customer
	s.makeKey("north", "north", []string{"admin"})
	for k, err := range s.Keys(s.Context()) {
		s.did(err)
		if k.Name == "left" {
			s.did(s.RevokeKey(s.Context(), k.ID))
		}
	}
}

func (s *seeder) makeKey(name, workspace string, scopes []string, options ...client.KeyOption) {
	s.Helper()
	_, secret, err := s.CreateKey(s.Context(), name, workspace, scopes, options...)
	s.did(err)
	s.site.Keys[name] = secret
}

// as is the seeder with another key.
func (s *seeder) as(key string) *seeder {
	s.Helper()
	other := *s
	var err error
	other.key = s.site.Keys[key]
	other.Client, err = client.New(s.base, other.key)
	s.did(err)
	return &other
}

// stores imports n stores, some without a code and some without a region.
func (s *seeder) stores(n int) {
	s.Helper()
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	for id := 1; id <= n; id++ {
		store := map[string]any{
			"id": id, "name": hardNames[id%len(hardNames)], "kind": []string{"kiosk", "shop", "department store"}[id%3],
			"opened": fmt.Sprintf("20%02d-%02d-%02d", id%25, 1+id%12, 1+id%28), "visits": int64(9007199254740993) + int64(id), "revenue": float64(id) * 1234.25,
			"tags": []string{"new", "harbour", hardNames[(id+3)%len(hardNames)]}[:id%4], "address": map[string]any{"street": fmt.Sprint("Long Road ", id), "city": hardNames[(id+1)%len(hardNames)], "floor": id % 4},
			"custom": map[string]any{"parking": id%2 == 0, "notes": nil}, "till": fmt.Sprint("till-", id),
		}
		if id%20 != 0 {
			store["code"] = fmt.Sprintf("store-%03d", id)
		}
		if id%10 != 1 {
			store["region"] = []string{"north", "south", "المنطقة الشرقية"}[id/3%3]
		}
		s.did(encoder.Encode(store))
	}
	report, err := s.Import(s.Context(), "stores", client.NDJSON, &lines)
	if s.did(err); report.Inserted != int64(n) {
		s.Fatalf("seed: %+v", report)
	}
	s.site.Records["long"], s.site.Records["arabic"], s.site.Records["emoji"] = "10", fmt.Sprint(len(hardNames)), "5"
}

// submit submits a job and keeps its id under a name.
func (s *seeder) submit(name, model string, filter, patch any, o client.Options) client.Job {
	s.Helper()
	j, err := s.SubmitBulk(s.Context(), model, filter, patch, o)
	s.did(err)
	s.site.Jobs[name] = j.ID
	return j
}

// run is submit that waits until the job has ended in a state.
func (s *seeder) run(name, model, state string, filter, patch any, o client.Options) client.Job {
	s.Helper()
	return s.ends(name, s.submit(name, model, filter, patch, o), state)
}

// ends waits until the job has ended in a state, and keeps its id under a name.
func (s *seeder) ends(name string, j client.Job, state string) client.Job {
	s.Helper()
	if j = wait(s.T, s.Client, j.ID); j.State != state {
		s.Fatalf("seed: job %s ended %s: %+v, %+v", name, j.State, j.Counts, j.Error)
	}
	s.site.Jobs[name] = j.ID
	return j
}

// An object is a JSON object.
type object = map[string]any

// endedJobs makes jobs that end well.
func (s *seeder) endedJobs() {
	s.Helper()
	editor := s.as("editor")
	editor.run("succeeded", "desk", client.StateSucceeded, object{"state": "active", "trusted": false}, object{"trusted": true, "jobTitle": "Lead 🌻"},
		client.Options{Note: "Everybody who has bought twice gets images at once, as agreed with Support"})
	s.run("none", "desk", client.StateSucceeded, object{"jobTitle": "Astronaut"}, object{"jobTitle": "Pilot"}, client.Options{})
	s.run("one", "stores", client.StateSucceeded, object{"id": 7}, object{"name": hardNames[10]}, client.Options{Note: "تصحيح الاسم كما طلب العميل"})
	nested := object{"$or": []any{
		object{"kind": "kiosk", "opened": object{"$lt": "2012-01-01"}},
		object{"$and": []any{object{"region": nil}, object{"visits": object{"$gte": int64(9007199254740993)}}, object{"name": object{"$contains": "store"}}}},
	}}
	s.run("nested", "stores", client.StateSucceeded, nested, object{"address": object{"floor": 2}, "tags": []string{"checked", "قديم"}, "lastVisit": "2026-03-01T10:00:00Z", "website": nil}, client.Options{})
	ids := make([]int, 1500)
	for i := range ids {
		ids[i] = i + 1
	}
	s.run("large", "desk", client.StateSucceeded, object{"id": object{"$in": ids}}, object{"notes": strings.Repeat("A long remark. ", 20)}, client.Options{Note: strings.Repeat("wordwithoutspaces", 20)})
	for _, name := range []string{"million", "huge"} {
		s.run(name, "desk", client.StateSucceeded, object{"state": "active"}, object{"extraData": name}, client.Options{Note: "As many as there are"})
	}
	single, err := editor.SubmitSingle(s.Context(), "desk", "7", object{"phone": "+49 30 1234567", "password": "secret-of-the-customer"}, 0)
	s.did(err)
	s.ends("single", single, client.StateSucceeded)
}

// failedJobs makes jobs that fail as a whole or in part, and a retry.
func (s *seeder) failedJobs() {
	s.Helper()
	most := int64(10)
	s.run("refused", "desk", client.StateFailed, everybody, object{"notes": "x"}, client.Options{MaxAffected: &most})
	s.run("clash", "stores", client.StatePartiallySucceeded, object{"id": object{"$lte": 20}}, object{"code": "main-street"}, client.Options{})
	partial := s.run("partial", "stores", client.StatePartiallySucceeded, object{"id": object{"$gt": 0}}, object{"manager": "Bo", "deputy": "Cleo 🐝"}, client.Options{Note: "Bo takes over", AllowAll: true})
	if len(partial.ErrorSummary) != 2 {
		s.Fatalf("seed: the failures are %+v", partial.ErrorSummary)
	}
	for _, id := range []string{"11", "21", "31"} {
		_, err := s.UpdateRecord(s.Context(), "stores", id, object{"region": "west"}, 0)
		s.did(err)
	}
	retry, err := s.RetryRecords(s.Context(), partial.ID, client.RetryQuery{Codes: []string{partial.ErrorSummary[0].Code, partial.ErrorSummary[1].Code}})
	s.did(err)
	s.ends("retry", retry, client.StatePartiallySucceeded)
}

// undone makes a job of which an undo leaves some records alone.
func (s *seeder) undone() {
	s.Helper()
	first := s.run("undone", "stores", client.StateSucceeded, object{"id": object{"$gt": 200}}, object{"kind": "kiosk", "region": "west"}, client.Options{Note: "All beyond the river are kiosks"})
	s.as("editor").run("edit", "stores", client.StateSucceeded, object{"id": object{"$between": []int{300, 318}}}, object{"region": "south"}, client.Options{})
	for id := 320; id < 332; id++ {
		_, err := s.UpdateRecord(s.Context(), "stores", fmt.Sprint(id), object{"region": hardNames[id%len(hardNames)]}, 0)
		s.did(err)
	}
	undo, err := s.Undo(s.Context(), first.ID)
	s.did(err)
	s.ends("undo", undo, client.StatePartiallySucceeded)
}

// preview makes a job that only previews.
func (s *seeder) preview() {
	s.Helper()
	body, err := json.Marshal(object{"model": "stores", "filter": object{"id": object{"$gt": 0}}, "patch": object{"manager": "Cleo"}, "options": object{"dryRun": true}})
	s.did(err)
	req, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.base+"/v1/jobs", bytes.NewReader(body))
	s.did(err)
	req.Header = http.Header{"Authorization": {"Bearer " + s.key}, "Content-Type": {"application/json"}, "Prefer": {"respond-async"}}
	answer, err := http.DefaultClient.Do(req)
	s.did(err)
	defer answer.Body.Close()
	var j client.Job
	if s.did(json.NewDecoder(answer.Body).Decode(&j)); answer.StatusCode != http.StatusAccepted {
		s.Fatalf("seed: the preview is answered %d", answer.StatusCode)
	}
	s.ends("preview", j, client.StateSucceeded)
}

// openJobs makes jobs that have not ended when the program is started again, and one
// that was cancelled on its way.
func (s *seeder) openJobs() {
	s.Helper()
	slowly := func(perSecond float64) client.Options {
		return client.Options{RecordsPerSecond: &perSecond, Note: "Slowly, so that the help desk is not flooded"}
	}
	cancelled := s.submit("cancelled", "desk", everybody, object{"extraData": "cancelled"}, slowly(200))
	paused := s.submit("paused", "desk", object{"id": object{"$gt": 1000}}, object{"extraData": "paused"}, slowly(300))
	s.submit("running", "desk", object{"state": "active"}, object{"jobTitle": "Ambassador", "extraData": "running"}, slowly(20))
	under(s.T, s.Client, cancelled)
	_, err := s.Cancel(s.Context(), cancelled.ID)
	s.did(err)
	s.ends("cancelled", cancelled, client.StateCancelled)
	under(s.T, s.Client, paused)
	_, err = s.Pause(s.Context(), paused.ID)
	s.did(err)
}

// heldWorkspace fills the workspace north, whose jobs wait for the brake.
func (s *seeder) heldWorkspace() {
	s.Helper()
	n := s.as("north")
	report, err := n.Import(s.Context(), "desk", client.NDJSON, sample.DeskReader(3, 200))
	if s.did(err); report.Inserted != 200 {
		s.Fatalf("seed: %+v", report)
	}
	_, err = n.BrakeOn(s.Context(), "Wrong prices in the last import – عاجل")
	s.did(err)
	n.submit("held", "desk", everybody, object{"notes": "waits"}, client.Options{})
}

// counted makes it look as if the job had updated n records. The program is stopped.
func (s *seeder) counted(name string, n int64) {
	s.Helper()
	id := s.site.Jobs[name]
	s.site.rewrite(s.T, `UPDATE jobs SET matched = ? WHERE id = ?`, n, id)
	s.site.rewrite(s.T, `UPDATE shards SET updated = CASE no WHEN (SELECT min(no) FROM shards f WHERE f.job = shards.job) THEN ? ELSE 0 END
		WHERE job = (SELECT num FROM jobs WHERE id = ?)`, n, id)
}
