package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/table"
)

// Sheet uploads a file of people: CSV, unless given says otherwise.
func (k *Kit) Sheet(text string, given table.Dialect) job.File {
	k.tb.Helper()
	f, err := table.OpenFile(strings.NewReader(text), int64(len(text)), given, table.Unguarded, table.Limits{})
	check(k.tb, err)
	d := f.Dialect()
	saved, err := k.SaveFile(k.tb.Context(), k.caller(), job.File{
		Name: "sheet", Model: "people", Format: d.Format, Encoding: d.Encoding, Delimiter: d.Delimiter, Decimal: d.Decimal, Dates: d.Dates,
		Columns: f.Columns(), Bytes: int64(len(text)),
	}, f.Next)
	check(k.tb, err)
	return saved
}

// Filling returns the submission of a job that gives people the values of a file whose
// columns are named like their fields.
func (k *Kit) Filling(f job.File, o job.Options, match ...string) job.Submission {
	k.tb.Helper()
	t := &job.FileTarget{File: f.ID, Columns: f.Columns}
	for _, name := range match {
		field, ok := k.People.Field(name)
		if !ok {
			k.tb.Fatalf("no field %s", name)
		}
		t.Match = append(t.Match, field)
	}
	return job.Submission{Kind: job.FileKind, Model: k.People, File: t, Options: o}
}

// fates tells what became of each row of a job, a line each.
func (k *Kit) fates(id string, page int) string {
	k.tb.Helper()
	var lines []string
	q := job.ResultQuery{Limit: page}
	for {
		p, err := k.Results(k.tb.Context(), k.WS, id, q)
		check(k.tb, err)
		for _, r := range p.Items {
			why := ""
			if r.Error != nil {
				why = " " + r.Error.Code + r.Error.Pointer
			}
			lines = append(lines, fmt.Sprintf("%d:%s %s%s", r.Line, r.ID, r.Outcome, why))
		}
		if q.Cursor = p.NextCursor; q.Cursor == "" {
			return strings.Join(lines, "\n")
		}
	}
}

// returned tells which rows of a job come back, with why.
func (k *Kit) returned(id string, outcomes ...job.Outcome) string {
	k.tb.Helper()
	var lines []string
	_, err := k.FileRows(k.tb.Context(), k.WS, id, outcomes, func(row table.FileRow, what job.Result) error {
		text := row.Raw
		for _, cell := range row.Cells {
			text += cell.Text + ";"
		}
		code := ""
		if what.Error != nil {
			code = what.Error.Code
		}
		lines = append(lines, fmt.Sprintf("%d %s %s %s", what.Line, text, what.Outcome, code))
		return nil
	})
	check(k.tb, err)
	return strings.Join(lines, "\n")
}

const mixedSheet = `id;visits;name;version;custom.tier
1;10;Ann;;gold
2;;;;
;5;;;
99;5;;;
3;x;;;
4;7;;9;
5;1;;;

5;2;;;
abc;1;;;
 007 ;77;;1;
8;9;"unclosed`

// everyRowHasItsOutcome previews and runs a job whose rows come to all ends.
func everyRowHasItsOutcome(t *testing.T, k *Kit) {
	k.Add(8, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d, "custom": {"own": 1}}`, i+1, i)
	})
	f := k.Sheet(mixedSheet, table.Dialect{})
	sub := k.Filling(f, job.Options{Note: "prices"}, "id")
	const reasons = "[duplicate_row  2 [] [8 10]] [no_key  1 [] [4]] [no_match  1 [] [5]] [line_invalid /id 1 [] [11]] [line_invalid  1 [] [13]] [line_invalid /visits 1 [3] [6]] [precondition_failed /version 1 [4] [7]]"
	p, err := k.Preview(t.Context(), sub)
	check(t, err)
	equal(t, "preview", words(p.Matched, p.WouldChange, p.Unchanged, p.WouldFail, p.WouldSkip), "11 2 1 8 0")
	equal(t, "reasons foretold", withLines(p.Reasons), reasons)
	equal(t, "sample", string(p.Sample[0].Changed["custom"].To)+p.Sample[1].ID.String(), `{"own":1,"tier":"gold"}7`)

	previewed := sub
	previewed.Kind = job.PreviewKind
	j := k.done(previewed)
	equal(t, "preview that is a job", words(j.Preview.Matched, j.Preview.WouldChange, j.Preview.WouldFail, withLines(j.Preview.Reasons)), "11 2 8 "+reasons)
	equal(t, "rows of a preview", strings.Count(k.fates(j.ID, 3), " pending"), 11)

	sub.Digest = p.Digest
	j = k.done(sub)
	invariant(t, j)
	equal(t, "counts", words(j.Kind, *j.Matched, j.Tally, j.Unusable), "file 11 {2 1 0 1 7} {0 0 0 0 6}")
	equal(t, "state", j.State, job.PartiallySucceeded)
	equal(t, "reasons", withLines(j.ErrorSummary), reasons)
	equal(t, "request", words(j.File.File == f.ID, j.File.Name, j.File.Match, len(j.Filter)+len(j.Patch)+len(j.Compute)), "true sheet [id] 0")
	const fates = `4: failed no_key
5: failed no_match
8: failed duplicate_row
10: failed duplicate_row
11: failed line_invalid/id
13: failed line_invalid
2:1 updated
3:2 unchanged
6:3 failed line_invalid/visits
7:4 conflicted precondition_failed/version
12:7 updated`
	for _, page := range []int{1, 4, 6, 100} {
		equal(t, "results", k.fates(j.ID, page), fates)
	}
	all := k.Outcomes(j.ID, 5)
	equal(t, "detail of a cell", all["3"].Error.Detail, `Column "visits": This must be a whole number.`)
	equal(t, "detail of a key", all["line 11"].Error.Detail, `Column "id": This must be a whole number.`)
	equal(t, "detail of a line", strings.Contains(all["line 13"].Error.Detail, "quote"), true)
	equal(t, "detail of a key without a record", all["line 5"].Error.Detail, "No record has the key of the row.")
	after := k.All(`{}`)
	equal(t, "values", words(*after["1"].Visits, after["1"].Name, string(after["1"].Custom), *after["7"].Visits, after["7"].Name), `10 Ann {"own":1,"tier":"gold"} 77 n`)
	equal(t, "versions", words(after["1"].Version, after["2"].Version, after["5"].Version), "2 1 1")
	equal(t, "rows that failed", k.returned(j.ID, job.RecordFail), `4 ;5;;;; failed no_key
5 99;5;;;; failed no_match
6 3;x;;;; failed line_invalid
8 5;1;;;; failed duplicate_row
10 5;2;;;; failed duplicate_row
11 abc;1;;;; failed line_invalid
13 8;9;"unclosed failed line_invalid`)
	equal(t, "all rows", strings.Count(k.returned(j.ID), "\n"), 10)
	items, _, err := k.History(t.Context(), k.WS, k.People, int64(7), 10, "")
	check(t, err)
	equal(t, "history", items[0].JobID+string(items[0].Changed["visits"].To), j.ID+"77")
	u := k.undo(j.ID, 2)
	equal(t, "an undo counts records", words(*u.Matched, u.Updated, u.Unusable.Tried(), u.File == nil), "2 2 0 true")
	equal(t, "as before", words(*k.All(`{}`)["1"].Visits, k.All(`{}`)["1"].Name, string(k.All(`{}`)["1"].Custom)), `0 n {"own":1}`)
}

// words tells some values, with spaces between them.
func words(values ...any) string { return strings.TrimSuffix(fmt.Sprintln(values...), "\n") }

// withLines is told with the lines.
func withLines(list []job.ErrorSummary) string {
	var texts []string
	for _, e := range list {
		texts = append(texts, fmt.Sprint("[", e.Code, " ", e.Pointer, " ", e.Count, " ", e.SampleIDs, " ", e.SampleLines, "]"))
	}
	return strings.Join(texts, " ")
}

// resultsOfRowsAreFiltered asks for some results of a file job.
func resultsOfRowsAreFiltered(t *testing.T, k *Kit) {
	k.Add(8, func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d}`, i+1, i) })
	j := k.done(k.Filling(k.Sheet(mixedSheet, table.Dialect{}), job.Options{}, "id"))
	whole := ""
	for want, q := range map[string]job.ResultQuery{
		"[1 7]":              {Outcomes: []job.Outcome{job.Updated}},
		"[4 5 8 10 11 13 6]": {Outcomes: []job.Outcome{job.RecordFail}},
		"[8 10]":             {Code: job.CodeDuplicateRow},
		"[11 13 6]":          {Code: job.CodeLineInvalid},
		"[13]":               {Code: job.CodeLineInvalid, Pointer: &whole},
		"[6]":                {ID: "3"},
	} {
		q.Limit = 2
		var lines []int64
		for {
			p, err := k.Results(t.Context(), k.WS, j.ID, q)
			check(t, err)
			for _, r := range p.Items {
				lines = append(lines, r.Line)
			}
			if q.Cursor = p.NextCursor; q.Cursor == "" {
				break
			}
		}
		if want == "[1 7]" {
			want = "[2 12]"
		}
		equal(t, "lines", words(lines), want)
	}
	_, err := k.Results(t.Context(), k.WS, j.ID, job.ResultQuery{Limit: 1, Cursor: "rx"})
	equal(t, "a cursor that is none", errors.Is(err, job.ErrBadCursor), true)
}

// rowsFindRecordsByAnyKey matches by fields with and without an index, by two, and in
// an order of their own.
func rowsFindRecordsByAnyKey(t *testing.T, k *Kit) {
	const n = 40
	k.Add(n, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "name %d", "state": "s%d", "domain": "d%d.example", "score": %d.5, "born": "2000-01-%02d"}`, i+1, i%20, i%4, i, i, i%28+1)
	})
	rows := func(header string, row func(i int) string) job.File {
		lines := []string{header}
		for i := range n {
			lines = append(lines, row(n-1-i))
		}
		return k.Sheet(strings.Join(lines, "\n"), table.Dialect{Dates: "DD.MM.YYYY"})
	}
	for i, test := range []struct {
		file  job.File
		match []string
		want  string
	}{
		{rows("visits,domain", func(i int) string { return fmt.Sprintf("%d, d%d.example ", i, i) }), []string{"domain"}, "{40 0 0 0 0}"},
		{rows("visits,score", func(i int) string { return fmt.Sprintf("%d,%d.50", i+1, i) }), []string{"score"}, "{40 0 0 0 0}"},
		{rows("name,visits,state", func(i int) string { return fmt.Sprintf("name %d,%d,s%d", i%20, i+2, i%4) }), []string{"state", "name"}, "{0 0 0 0 40}"}, // each two rows and two records
		{rows("name,visits,born", func(i int) string { return fmt.Sprintf("name %d,%d,%d.1.2000", i%20, i+2, i%28+1) }), []string{"name", "born"}, "{40 0 0 0 0}"},
	} {
		j := k.done(k.Filling(test.file, job.Options{}, test.match...))
		equal(t, words("outcomes of", i), words(j.Tally), test.want)
		if j.Failed > 0 {
			equal(t, "why", words(told(j.ErrorSummary)), "[ambiguous  40 []]")
		}
	}
	for id, p := range k.All(`{}`) {
		equal(t, "visits of "+id, *p.Visits, p.ID+1)
	}
}

// recordsThatChangeMeanwhile changes records between matching and their chunk.
func recordsThatChangeMeanwhile(t *testing.T, k *Kit) {
	for _, force := range []job.OnMismatch{job.Skip, job.Force} {
		k.Add(12, func(i int) string {
			return fmt.Sprintf(`{"id": %d, "name": "n%d", "domain": "d%d.example", "visits": 0}`, i+1, i, i)
		})
		var sheet strings.Builder
		sheet.WriteString("domain,visits\n")
		for i := range 12 {
			fmt.Fprintf(&sheet, "d%d.example,%d\n", i, i+1)
		}
		j, l := k.Start(k.Filling(k.Sheet(sheet.String(), table.Dialect{}), job.Options{OnMismatch: force}, "domain"))
		chunks := k.Chunks(l)
		step, err := chunks.Next(t.Context(), 3)
		check(t, err)
		k.Add(1, func(int) string { return `{"id": 5, "domain": "other.example"}` })
		k.Add(1, func(int) string { return `{"id": 6, "name": "another"}` })
		check(t, k.DeleteRecord(t.Context(), k.WS, k.People, int64(7)))
		for !step.Done {
			step, err = chunks.Next(t.Context(), 3)
			check(t, err)
		}
		chunks.Close()
		check(t, k.Finish(t.Context(), l.Ref))
		want := "[[no_longer_matches  1 [5] [6]] [not_found  1 [7] [8]]]"
		if force == job.Force {
			want = "[[not_found  1 [7] [8]]]"
		}
		equal(t, "skipped", "["+withLines(k.Read(j.ID).ErrorSummary)+"]", want)
		for id, p := range k.All(`{"visits": {"$gt": 0}}`) {
			equal(t, "visits of "+id, *p.Visits, p.ID)
		}
		if force == job.Skip {
			r := k.retried(k.Follow(j.ID))
			equal(t, "nothing is left to a retry", words(r.Kind, *r.Matched), "retry 0")
			forced := k.Follow(j.ID)
			forced.OnMismatch = job.Force
			r = k.retried(forced)
			equal(t, "forced", words(*r.Matched, r.Tally, k.fates(r.ID, 10)), "2 {1 0 1 0 0} 6:5 updated\n8:7 skipped not_found")
		}
	}
}

// cellsMayClear says what empty cells, and a word, do.
func cellsMayClear(t *testing.T, k *Kit) {
	k.Add(3, func(i int) string {
		return fmt.Sprintf(`{"id": %d, "name": "n", "visits": 5, "state": "here", "custom": {"tier": "a"}}`, i+1)
	})
	sheet := "id,visits,state,custom.tier,name\n1,,null,,m\n2,,\"\",,\n3,NULL,x,Null,NULL\n"
	sub := k.Filling(k.Sheet(sheet, table.Dialect{}), job.Options{}, "id")
	sub.File.ClearBlank, sub.File.ClearWord = true, "NULL"
	j := k.done(sub)
	equal(t, "outcomes", words(j.Tally, told(j.ErrorSummary)), "{2 0 0 0 1} [line_invalid /name 1 [3]]")
	text := func(p *string) string {
		if p == nil {
			return "-"
		}
		return *p
	}
	after := k.All(`{}`)
	equal(t, "1", words(after["1"].Visits == nil, text(after["1"].State), string(after["1"].Custom), after["1"].Name), "true - {} m")
	equal(t, "2", words(after["2"].Visits == nil, text(after["2"].State), string(after["2"].Custom), after["2"].Name), "true  {} ")
	equal(t, "3", words(*after["3"].Visits, text(after["3"].State), after["3"].Name), "5 here n")
	nd := k.Filling(k.Sheet(`{"id": 3, "visits": null, "state": "none"}`+"\n"+`{"id": 1, "visits": 3}`, table.Dialect{}), job.Options{}, "id")
	nd.File.ClearBlank, nd.File.ClearWord = true, "NONE"
	equal(t, "NDJSON", words(k.done(nd).Updated, k.All(`{}`)["3"].Visits == nil, k.All(`{}`)["3"].State == nil, text(k.All(`{}`)["2"].State)), "2 true true ")
}

// valuesOfRowsBreakRules has values that only the model, or only the database, refuses.
func valuesOfRowsBreakRules(t *testing.T, k *Kit) {
	k.Add(6, func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d}`, i+1, i) })
	k.Add(1, func(int) string { return `{"id": 6, "domain": "taken.example"}` })
	sheet := "id,domain,rights,plan,custom.channel,score\n1,taken.example,,,,\n2,,own,,,\n3,,,gold,,\n4,,,,fax,\n5,free.example,,basic,mail,\"1,5\"\n6,,,,,x\n"
	sub := k.Filling(k.Sheet(sheet, table.Dialect{Decimal: ","}), job.Options{}, "id")
	j := k.done(sub)
	equal(t, "outcomes", words(j.Tally), "{1 0 0 0 5}")
	equal(t, "results", k.fates(j.ID, 10), `2:1 failed unique/domain
3:2 failed line_invalid/rights
4:3 failed line_invalid/plan
5:4 failed line_invalid/custom/channel
6:5 updated
7:6 failed line_invalid/score`)
	equal(t, "detail", k.Outcomes(j.ID, 10)["2"].Error.Detail, `Column "rights": This needs a value in company.`)
	equal(t, "decimal comma", *k.All(`{}`)["5"].Score, 1.5)

	sub.Options.AllowNewOptions = true
	j = k.done(sub)
	equal(t, "with new options", words(j.Tally, k.grown(k.WS)), "{2 1 0 0 3} custom.channel=fax plan=gold")
	p, err := k.PreviewRetry(t.Context(), k.Follow(j.ID))
	check(t, err)
	equal(t, "a retry foretold", words(p.Matched, p.WouldChange, p.WouldFail, withLines(p.Reasons)), "3 1 2 [line_invalid /rights 1 [2] [3]] [line_invalid /score 1 [6] [7]]")
	r := k.retried(k.Follow(j.ID))
	equal(t, "retried", words(*r.Matched, r.Failed, r.File.Name), "3 3 sheet")
	free := k.Follow(j.ID)
	k.Add(1, func(int) string { return `{"id": 6, "domain": null}` })
	free.Codes = []string{"unique"}
	r = k.retried(free)
	equal(t, "once the value is free", words(*r.Matched, r.Updated, k.fates(r.ID, 10)), "1 1 2:1 updated")
	equal(t, "its row", k.returned(r.ID), "2 1;taken.example;;;;; updated ")
}

// rowsBringManyChoices has more new values of a drop-down than there is room for.
func rowsBringManyChoices(t *testing.T, k *Kit) {
	const n = model.MaxNewChoices + 2
	k.Add(n, func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "n"}`, i+1) })
	var sheet strings.Builder
	sheet.WriteString("id,plan\n")
	for i := range n {
		fmt.Fprintf(&sheet, "%d,plan %d\n", i+1, i)
	}
	j := k.Accept(k.Filling(k.Sheet(sheet.String(), table.Dialect{}), job.Options{AllowNewOptions: true}, "id"))
	k.Run(500)
	// Whether the chunk that was read ahead knew of them decides about the code.
	equal(t, "outcomes", words(k.Read(j.ID).Tally, k.Read(j.ID).ErrorSummary[0].SampleLines), "{1000 0 0 0 2} [1002 1003]")
}

// fileJobsAreGuarded refuses jobs by what their file has, and stops them where too many
// rows have no record.
func fileJobsAreGuarded(t *testing.T, k *Kit) {
	k.Add(4, func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d}`, i+1, i) })
	f := k.Sheet("id,visits\n1,9\n2,9\n3,9\n4,9\n5,9\n6,9\n", table.Dialect{})
	num := func(n int64) *int64 { return &n }
	for code, o := range map[string]job.Options{
		"max_affected":   {MaxAffected: num(3)},
		"expected_count": {ExpectedCount: num(4)},
		"max_failures":   {MaxFailures: num(2)},
	} {
		j := k.done(k.Filling(f, o, "id"))
		invariant(t, j)
		equal(t, code, words(j.State, j.Error.Code, *j.Matched, j.Updated), words(job.Failed, code, 6, 0))
		if code == "max_failures" {
			equal(t, "counts", words(j.Failed, *j.Pending()), "2 4")
			equal(t, "may be retried", j.CheckRetry() == nil, true)
			continue
		}
		equal(t, "counts", words(j.Tried(), *j.Pending(), strings.Count(k.fates(j.ID, 4), "pending")), "0 6 6")
		p, err := k.Preview(t.Context(), k.Filling(f, o, "id"))
		check(t, err)
		equal(t, "the preview tells", p.Guard != "", true)
	}
	p, err := k.Preview(t.Context(), k.Filling(f, job.Options{MaxAffected: num(4), ExpectedCount: num(6)}, "id"))
	check(t, err)
	equal(t, "a guard that holds", p.Guard, "")
	sub := k.Filling(f, job.Options{}, "id")
	sub.Digest = p.Digest
	k.Add(1, func(int) string { return `{"id": 5, "name": "n"}` })
	j := k.done(sub)
	equal(t, "another record has a row", words(j.State, j.Error.Code), words(job.Failed, "selection_changed"))

	skip := k.Filling(k.Sheet("id,visits\n77,1\n78,1\n", table.Dialect{}), job.Options{MaxFailures: num(1)}, "id")
	skip.File.SkipUnmatched = true
	j = k.done(skip)
	equal(t, "only rows without a record", words(j.State, j.Tally, k.fates(j.ID, 1)), "succeeded {0 0 2 0 0} 2: skipped no_match\n3: skipped no_match")
	many := k.done(k.Filling(k.Sheet("id,visits\n"+strings.Repeat("99,1\n", 150)+"1,50\n", table.Dialect{}), job.Options{}, "id"))
	equal(t, "many rows without a record", words(many.State, many.Updated, many.Failed), "partially_succeeded 1 150")
	for _, columns := range [][]string{{"id"}, {"visits", "name"}} {
		wrong := k.Filling(f, job.Options{}, "id")
		wrong.File.Columns = columns
		_, _, err := k.Submit(t.Context(), wrong)
		equal(t, "a target that does not fit the file is refused", err != nil, true)
	}
	gone := k.Filling(f, job.Options{}, "id")
	gone.File.File = "0"
	_, _, err = k.Submit(t.Context(), gone)
	equal(t, "a file that is not there", errors.Is(err, job.ErrNotFound), true)
}

// rowsAreKeptForATime reads and retries a file job before and after its rows are purged.
func rowsAreKeptForATime(t *testing.T, k *Kit) {
	k.Add(3, func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "n", "visits": %d}`, i+1, i) })
	f := k.Sheet("id,visits\n1,9\n2,x\n9,1\n", table.Dialect{})
	j := k.done(k.Filling(f, job.Options{}, "id"))
	equal(t, "delete", errors.Is(k.DeleteFile(t.Context(), k.caller(), "people", f.ID), job.ErrFileInUse), true)
	k.Pass(2 * 24 * time.Hour)
	k.purge()
	equal(t, "two days later", strings.Count(k.returned(j.ID), "\n"), 2)
	k.Pass(6 * 24 * time.Hour)
	k.purge()
	_, err := k.FileRows(t.Context(), k.WS, j.ID, nil, nil)
	equal(t, "after the former values", errors.Is(err, job.ErrGone), true)
	_, err = k.File(t.Context(), k.WS, "people", f.ID)
	equal(t, "the file", errors.Is(err, job.ErrNotFound), true)
	_, _, err = k.Retry(t.Context(), k.Follow(j.ID))
	var refused *job.StateError
	equal(t, "a retry is refused", errors.As(err, &refused) && strings.Contains(refused.Reason, "rows"), true)
	equal(t, "results", k.fates(j.ID, 2), "4: failed no_match\n2:1 updated\n3:2 failed line_invalid/visits")
	equal(t, "request", k.Read(j.ID).File.Name, "sheet")
	k.Pass(40 * 24 * time.Hour)
	k.purge()
	gone, err := k.Job(t.Context(), k.WS, j.ID)
	equal(t, "its tombstone", words(errors.Is(err, job.ErrGone), gone.Tally), "true {1 0 0 0 2}")
}

// eachRowHasOneOutcome runs a job over many rows in many chunks: each row has exactly
// one outcome, and each record the value of its row.
func eachRowHasOneOutcome(t *testing.T, k *Kit) {
	const n = 3000
	k.Add(n, func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "n", "domain": "d%d.example"}`, i+1, i) })
	var sheet strings.Builder
	sheet.WriteString("visits,domain\n")
	for i := range n {
		at := i * 7 % n // another order than that of the records
		switch {
		case i%50 == 0:
			fmt.Fprintf(&sheet, "%d,nobody%d.example\n", at, i)
		case i%51 == 0:
			fmt.Fprintf(&sheet, "-,d%d.example\n", at)
		default:
			fmt.Fprintf(&sheet, "%d,d%d.example\n", at, at)
		}
	}
	j := k.Accept(k.Filling(k.Sheet(sheet.String(), table.Dialect{}), job.Options{}, "domain"))
	k.workTogether(t, j.ID)
	j = k.Read(j.ID)
	invariant(t, j)
	seen := map[int64]job.Outcome{}
	for _, r := range k.Outcomes(j.ID, 900) {
		if _, twice := seen[r.Line]; twice {
			t.Fatalf("line %d has two outcomes", r.Line)
		}
		seen[r.Line] = r.Outcome
	}
	equal(t, "rows", words(len(seen), *j.Matched, *j.Pending()), words(n, n, 0))
	right := 0
	for id, p := range k.All(`{"visits": {"$exists": true}}`) {
		if *p.Visits != p.ID-1 {
			t.Fatalf("record %s has the value %d", id, *p.Visits)
		}
		right++
	}
	equal(t, "records with the value of their row", int64(right), j.Updated)
	rows := strings.Split(k.returned(j.ID), "\n")
	equal(t, "rows in the order of the file", slices.IsSortedFunc(rows, func(a, b string) int {
		var x, y int64
		fmt.Sscan(a, &x)
		fmt.Sscan(b, &y)
		return int(x - y)
	}), true)
	equal(t, "all rows", len(rows), n)
}

// largeRowsMakeSmallChunks has rows of about a mebibyte.
func largeRowsMakeSmallChunks(t *testing.T, k *Kit) {
	const n = 40
	k.Add(n, func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "n"}`, i+1) })
	var sheet strings.Builder
	sheet.WriteString("id,custom.tier\n")
	for i := range n {
		fmt.Fprintf(&sheet, "%d,%s\n", i+1, strings.Repeat("a", 900_000))
	}
	j, l := k.Start(k.Filling(k.Sheet(sheet.String(), table.Dialect{}), job.Options{}, "id"))
	k.bounded(t, l, 16*mebibyte/900_000)
	equal(t, "updated", k.Read(j.ID).Updated, n)
}
