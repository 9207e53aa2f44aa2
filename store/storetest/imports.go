package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

// send imports some lines of people, as a part of an import that was started.
func (k *Kit) send(run job.Import, lines ...string) job.ImportReport {
	k.tb.Helper()
	var drafts []model.Draft
	var numbers []int64
	for i, line := range lines {
		d, faults := run.Model.CheckDraft([]byte(line), model.Import)
		check(k.tb, faultsErr(faults))
		drafts, numbers = append(drafts, d), append(numbers, int64(i+1))
	}
	report, err := k.Store.Import(k.tb.Context(), k.caller(), run, drafts, numbers)
	check(k.tb, err)
	if n := report.Inserted + report.Updated + report.Unchanged + int64(len(report.Failed)); n != int64(len(lines)) {
		k.tb.Errorf("of %d lines %d are accounted for: %+v", len(lines), n, report)
	}
	return report
}

// begin starts an import of people.
func (k *Kit) begin() job.Import {
	k.tb.Helper()
	run, err := k.BeginImport(k.tb.Context(), k.caller(), k.People)
	check(k.tb, err)
	return run
}

// create creates a person as the API does, and returns the id.
func (k *Kit) create(line string) string {
	k.tb.Helper()
	rec, _, err := k.CreateRecord(k.tb.Context(), k.WS, k.People, k.draft(line))
	check(k.tb, err)
	return model.FormatID(rec.Values[k.People.Role(model.RoleID).Index])
}

// shown returns a person as the API shows it.
func (k *Kit) shown(id int64) string {
	k.tb.Helper()
	rec, err := k.Record(k.tb.Context(), k.WS, k.People, id)
	check(k.tb, err)
	return string(k.People.AppendRecord(nil, rec, nil, model.HideSecrets))
}

// brief returns a report with failures cut to their codes.
func brief(r job.ImportReport) string {
	var failed []string
	for _, f := range r.Failed {
		code, _, _ := strings.Cut(f.Detail, ":")
		failed = append(failed, fmt.Sprint(f.Line, " ", code))
	}
	return fmt.Sprintf("%d inserted, %d updated, %d unchanged, failed %v", r.Inserted, r.Updated, r.Unchanged, failed)
}

// generatedIDsMeetNone creates records without ids while an import runs. The
// store generates their ids, and no line of the import may mean one of them.
func generatedIDsMeetNone(t *testing.T, k *Kit) {
	k.create(`{"name": "before"}`) // id 1
	run := k.begin()
	equal(t, "an id from before", brief(k.send(run, `{"id": 1, "name": "merged"}`)), "0 inserted, 1 updated, 0 unchanged, failed []")
	equal(t, "ids of lines", brief(k.send(run, `{"id": 5, "name": "five"}`)), "1 inserted, 0 updated, 0 unchanged, failed []")
	equal(t, "ids of others", k.create(`{"name": "Ana"}`)+" "+k.create(`{"name": "Bo"}`), "6 7")
	equal(t, "lines that name those", brief(k.send(run, `{"id": 6, "name": "six"}`, `{"id": 8, "name": "eight"}`, `{"id": 7, "name": "seven"}`, `{"id": 5, "name": "V"}`)),
		"1 inserted, 1 updated, 0 unchanged, failed [1 id_taken 3 id_taken]")
	equal(t, "ids of another import", brief(k.send(k.begin(), `{"name": "Cy"}`, `{"name": "Di"}`)), "2 inserted, 0 updated, 0 unchanged, failed []")
	equal(t, "lines that name those", brief(k.send(run, `{"id": 9, "name": "nine"}`, `{"id": 10, "name": "ten"}`, `{"id": 11, "name": "eleven"}`)),
		"1 inserted, 0 updated, 0 unchanged, failed [1 id_taken 2 id_taken]")
	all := k.All(`{}`)
	var names []string
	for id := 1; id <= 11; id++ {
		names = append(names, all[fmt.Sprint(id)].Name)
	}
	equal(t, "names", strings.Join(names, " "), "merged    V Ana Bo eight Cy Di eleven")
	equal(t, "the same lines in an import that begins later", brief(k.send(k.begin(), `{"id": 6, "name": "six"}`, `{"id": 9, "name": "nine"}`)),
		"0 inserted, 2 updated, 0 unchanged, failed []")

	run = k.begin()
	k.create(`{"name": "last"}`)
	k.Pass(4 * 24 * time.Hour)
	for more := true; more; {
		var err error
		more, err = k.Purge(t.Context())
		check(t, err)
	}
	equal(t, "what no import can ask for is forgotten", brief(k.send(run, `{"id": 12, "name": "twelve"}`)), "0 inserted, 1 updated, 0 unchanged, failed []")
}

// otherGeneratedValuesMeetNone tests ids of other types, and counted fields
// besides the id.
func otherGeneratedValuesMeetNone(t *testing.T, k *Kit) {
	ctx := t.Context()
	for name, required := range map[string]string{"plane": `"name": "n"`, "mythic": `"name": "n"`, "accounts": `"title": "t", "address": ["a"]`} {
		m, _ := model.Shipped().Model(name)
		run, err := k.BeginImport(ctx, k.caller(), m)
		check(t, err)
		d, faults := m.CheckDraft([]byte(`{`+required+`}`), model.Create)
		check(t, faultsErr(faults))
		rec, _, err := k.CreateRecord(ctx, k.WS, m, d)
		check(t, err)
		id := m.Role(model.RoleID)
		named := string(id.AppendJSON(nil, rec.Values[id.Index]))
		equal(t, "an id of "+name, brief(k.send(run, `{"id": `+named+`, `+required+`}`)), "0 inserted, 0 updated, 0 unchanged, failed [1 id_taken]")
	}
	accounts, _ := model.Shipped().Model("accounts")
	run, err := k.BeginImport(ctx, k.caller(), accounts)
	check(t, err)
	line := func(id int, number string) string {
		return fmt.Sprintf(`{"id": %d, %s "title": "t", "address": ["a"]}`, id, number)
	}
	equal(t, "two numbers are generated", brief(k.send(run, line(50, ""), line(51, ""))), "2 inserted, 0 updated, 0 unchanged, failed []")
	equal(t, "lines that give them", brief(k.send(run, line(52, `"number": 2,`), line(50, `"number": 3,`), line(51, `"number": 3,`), line(53, `"number": 9,`))),
		"1 inserted, 0 updated, 1 unchanged, failed [2 /number 1 /number]")
	equal(t, "a number given to a record that is there", brief(k.send(run, line(50, `"number": 20,`))), "0 inserted, 1 updated, 0 unchanged, failed []")
	k.send(run, line(60, ""))
	number, _ := accounts.Field("number")
	rec, err := k.Record(ctx, k.WS, accounts, int64(60))
	check(t, err)
	equal(t, "the next number", rec.Values[number.Index], any(int64(21)))
}

// sameNewIDsMerge runs imports of the same new ids at the same time: each line
// creates a record or finds it, and none fails.
func sameNewIDsMerge(t *testing.T, k *Kit) {
	const racers, rounds, people = 4, 6, 50
	for round := range rounds {
		reports := make([]job.ImportReport, racers)
		errs := make([]error, racers)
		var start, racing sync.WaitGroup
		start.Add(1)
		for i := range racers {
			var drafts []model.Draft
			for n := range people {
				d, faults := k.People.CheckDraft(fmt.Appendf(nil, `{"id": %d, "name": "n", "visits": %d}`, round*people+n+1, i), model.Import)
				check(t, faultsErr(faults))
				drafts = append(drafts, d)
			}
			if i%2 == 1 {
				slices.Reverse(drafts)
			}
			run := k.begin()
			racing.Go(func() {
				start.Wait()
				reports[i], errs[i] = k.Store.Import(t.Context(), k.caller(), run, drafts, make([]int64, people))
			})
		}
		start.Done()
		racing.Wait()
		var sum job.ImportReport
		for i, r := range reports {
			check(t, errs[i])
			sum.Inserted, sum.Updated, sum.Failed = sum.Inserted+r.Inserted, sum.Updated+r.Updated, append(sum.Failed, r.Failed...)
		}
		equal(t, "what became of the lines", brief(sum), fmt.Sprintf("%d inserted, %d updated, 0 unchanged, failed []", people, (racers-1)*people))
	}
	equal(t, "records", len(k.All(`{}`)), rounds*people)
}

// importsKeepNewerData imports lines that give the values which the records
// have, and lines for another version: both change nothing.
func importsKeepNewerData(t *testing.T, k *Kit) {
	k.send(k.begin(),
		`{"id": 1, "version": 3, "name": "Ana", "custom": {"tier": "a", "seats": 5}, "tags": ["x", "y"], "score": 1.5, "active": true, "seen": "2024-03-21T18:42:15.291Z", "createdAt": "2020-01-01T00:00:00Z", "updatedAt": "2021-01-01T00:00:00Z"}`)
	j := k.done(k.Single(1, `{"visits": 1}`))
	before, shown := k.All(`{}`)["1"], k.shown(1)
	equal(t, "a new record keeps its version", before.Version, 4)
	equal(t, "the job that changed it", *before.LastJobID, j.ID)

	same := k.send(k.begin(), `{"id": 1, "version": 3, "custom": {"seats": 5.0, "gone": null}, "tags": ["x","y"], "score": 15e-1, "seen": "2024-03-21T20:42:15.291+02:00", "updatedAt": "2021-01-01T00:00:00Z", "lastJobId": "j"}`,
		`{"id": 1}`, `{"id": 1, "version": 99}`)
	equal(t, "lines that say what is there", brief(same), "0 inserted, 0 updated, 3 unchanged, failed []")
	equal(t, "the record", k.shown(1), shown)

	old := k.send(k.begin(), `{"id": 1, "version": 3, "name": "Old"}`)
	equal(t, "a line of an older version", brief(old), "0 inserted, 0 updated, 0 unchanged, failed [1 precondition_failed]")
	equal(t, "its way out", strings.Contains(old.Failed[0].Detail, `columns={"version": null}`), true)
	k.Pass(time.Hour)
	equal(t, "lines of the version that is there, or of none", brief(k.send(k.begin(), `{"id": 1, "version": 4, "name": "Anna", "updatedAt": "2021-01-01T00:00:00Z"}`, `{"id": 1, "custom": {"tier": null}}`)),
		"0 inserted, 2 updated, 0 unchanged, failed []")
	after := k.All(`{}`)["1"]
	equal(t, "what they changed", fmt.Sprint(after.Version, after.Name, string(after.Custom), after.LastJobID == nil, after.UpdatedAt > before.UpdatedAt), `6Anna{"seats":5}true true`)
	k.send(k.begin(), `{"id": 1, "createdAt": "2019-01-01T00:00:00Z", "state": "gone"}`)
	equal(t, "a time of creation is a field like others", len(k.All(`{"createdAt": "2019-01-01T00:00:00Z"}`)), 1)
	time1 := k.All(`{}`)["1"].UpdatedAt
	k.Pass(time.Hour)
	k.send(k.begin(), `{"id": 1, "state": "back"}`)
	time2 := k.All(`{}`)["1"].UpdatedAt
	k.Pass(time.Hour)
	k.send(k.begin(), `{"id": 1, "name": "Anna", "state": "gone"}`)
	equal(t, "the time stays where only what is exempt changes", fmt.Sprint(time1 < time2, k.All(`{}`)["1"].UpdatedAt == time2), "true true")

	pin := `{"id": 1, "pin": "$2a$10$abcdefghijklmnopqrstuu"}`
	equal(t, "a secret that nobody may read", brief(k.send(k.begin(), pin, pin)), "0 inserted, 2 updated, 0 unchanged, failed []")
	equal(t, "its mask", brief(k.send(k.begin(), `{"id": 1, "pin": "***"}`)), "0 inserted, 0 updated, 1 unchanged, failed []")
	k.maskedSecrets(t)
}

// maskedSecrets imports secrets: only a caller who may read them sees whether a
// line changes one.
func (k *Kit) maskedSecrets(t *testing.T) {
	t.Helper()
	mythic, _ := model.Shipped().Model("mythic")
	run, err := k.BeginImport(t.Context(), k.caller(), mythic)
	check(t, err)
	k.send(run, `{"id": "m", "name": "n", "proxy_api_key": "guess"}`, `{"id": "none", "name": "n"}`)
	lines := []string{`{"id": "m", "proxy_api_key": "guess"}`, `{"id": "m", "proxy_api_key": "***"}`, `{"id": "none", "proxy_api_key": null}`}
	equal(t, "who may not read them", brief(k.send(run, lines...)), "0 inserted, 1 updated, 2 unchanged, failed []")
	run.Secrets = true
	equal(t, "who may", brief(k.send(run, lines...)), "0 inserted, 0 updated, 3 unchanged, failed []")
}
