package chaos

import (
	"strings"
	"testing"
	"time"
)

// second returns a time of a run.
func second(n int) time.Duration { return time.Duration(n) * time.Second }

// ofLine returns a result of a row: of a record, or of none if its id is "".
func ofLine(line int64, id recordID, i item) item {
	i.Line, i.ID = line, id
	return i
}

// fileOf returns a job over a file with the keys, a phone number of each row's own, and
// versions.
func fileOf(t *table, match []string, keys ...string) *fileJob {
	op := &fileOp{table: t, delimiter: ';', match: match}
	op.columns = []fileColumn{{"The key", match[0]}, {"phone", "phone"}, {"on or off", "status"}, {"If", "version"}}
	for i, key := range keys {
		op.rows = append(op.rows, fileRow{int64(i) + 2, []string{key, "mine", "true", ""}})
	}
	return &fileJob{file: op, options: map[string]any{}}
}

func TestTheCheckerKnowsWhatMayBecomeOfARow(t *testing.T) {
	tab := newListed(50)
	tab.wrote(tab.at(3), groupWrite{span{second(1), second(2)}, "g1-both"})
	tab.wrote(tab.at(4), groupWrite{span{second(1), second(2)}, "g1-both"})
	tab.wrote(tab.at(5), groupWrite{span{second(12), second(13)}, "g1-late"}) // while jobs find their records
	tab.wrote(tab.at(6), groupWrite{span{second(17), second(18)}, "g1-then"}) // while they write
	tab.removed(tab.at(7), span{second(17), second(18)})
	id := func(i int) recordID { return recordID(tab.at(i).id) }
	start := func(i int) string { return tab.at(i).groups[0].value }
	byID, byGroup := []string{"id"}, []string{tab.group}
	as := func(outcome, code string) item { return changed(outcome, code, "", "", "") }
	wrote := changed("updated", "", "phone", `"phone 1"`, `"mine"`)
	for _, c := range []struct {
		name   string
		job    *fileJob
		change func(*fileJob) // of its only row, mostly; nil for none
		got    item
		fine   bool
	}{
		{"a row that wrote", fileOf(tab, byID, "c000002"), nil, ofLine(2, id(1), wrote), true},
		{"another's record", fileOf(tab, byID, "c000002"), nil, ofLine(2, id(2), wrote), false},
		{"a line that the file does not have", fileOf(tab, byID, "c000002"), nil, ofLine(3, id(1), wrote), false},
		{"spaces around a key", fileOf(tab, byID, " c000002 "), nil, ofLine(2, id(1), wrote), true},
		{"an empty key", fileOf(tab, byID, "  "), nil, ofLine(2, "", as("failed", "no_key")), true},
		{"an empty key that has no record", fileOf(tab, byID, ""), nil, ofLine(2, "", as("failed", "no_match")), false},
		{"nobody's key", fileOf(tab, byID, "nobody"), nil, ofLine(2, "", as("failed", "no_match")), true},
		{"nobody's key, skipped", fileOf(tab, byID, "nobody"), nil, ofLine(2, "", as("skipped", "no_match")), false},
		{"nobody's key, to be skipped", fileOf(tab, byID, "nobody"), func(j *fileJob) { j.options["unmatched"] = "skip" }, ofLine(2, "", as("skipped", "no_match")), true},
		{"somebody's key without a record", fileOf(tab, byID, "c000002"), nil, ofLine(2, "", as("failed", "no_match")), false},
		{"a doubled key", fileOf(tab, byID, "c000002", "c000002"), nil, ofLine(3, "", as("failed", "duplicate_row")), true},
		{"the first of a doubled key", fileOf(tab, byID, "c000002", "c000002"), nil, ofLine(2, id(1), wrote), false},
		{"a single key", fileOf(tab, byID, "c000002"), nil, ofLine(2, "", as("failed", "duplicate_row")), false},
		{"the key of several", fileOf(tab, byGroup, "g1-both"), nil, ofLine(2, "", as("failed", "ambiguous")), true},
		{"one of several", fileOf(tab, byGroup, "g1-both"), nil, ofLine(2, id(3), wrote), false},
		{"the key of one", fileOf(tab, byGroup, start(8)), nil, ofLine(2, "", as("failed", "ambiguous")), false},
		{"a key that came late", fileOf(tab, byGroup, "g1-late"), nil, ofLine(2, id(5), wrote), true},
		{"a key that came too late", fileOf(tab, byGroup, "g1-late"), nil, ofLine(2, "", as("failed", "no_match")), true},
		{"a key that went later", fileOf(tab, byGroup, start(6)), nil, ofLine(2, id(6), as("skipped", "no_longer_matches")), true},
		{"a key that stayed", fileOf(tab, byGroup, start(8)), nil, ofLine(2, id(8), as("skipped", "no_longer_matches")), false},
		{"a key that went, by force", fileOf(tab, byGroup, start(6)), func(j *fileJob) { j.options["onMismatch"] = "force" }, ofLine(2, id(6), as("skipped", "no_longer_matches")), false},
		{"a deleted record", fileOf(tab, byID, "c000008"), nil, ofLine(2, id(7), as("skipped", "not_found")), true},
		{"a record that is there", fileOf(tab, byID, "c000009"), nil, ofLine(2, id(8), as("skipped", "not_found")), false},
		{"an invalid value", fileOf(tab, byID, "c000002"), func(j *fileJob) { j.file.rows[0].cells[2] = "perhaps" }, ofLine(2, id(1), as("failed", "line_invalid")), true},
		{"an invalid value that was written", fileOf(tab, byID, "c000002"), func(j *fileJob) { j.file.rows[0].cells[2] = "perhaps" }, ofLine(2, id(1), wrote), false},
		{"an invalid value that was there already", fileOf(tab, byID, "c000002"), func(j *fileJob) { j.file.rows[0].cells[2] = "perhaps" }, ofLine(2, id(1), as("unchanged", "")), false},
		{"a valid value", fileOf(tab, byID, "c000002"), nil, ofLine(2, id(1), as("failed", "line_invalid")), false},
		{"another version", fileOf(tab, byID, "c000002"), func(j *fileJob) { j.file.rows[0].cells[3] = noVersion }, ofLine(2, id(1), as("conflicted", "precondition_failed")), true},
		{"another version that was written", fileOf(tab, byID, "c000002"), func(j *fileJob) { j.file.rows[0].cells[3] = noVersion }, ofLine(2, id(1), wrote), false},
		{"the first version of what nobody wrote", fileOf(tab, byID, "c000002"), func(j *fileJob) { j.file.rows[0].cells[3] = firstVer }, ofLine(2, id(1), as("conflicted", "precondition_failed")), false},
		{"the first version of what somebody wrote", fileOf(tab, byID, "c000004"), func(j *fileJob) { j.file.rows[0].cells[3] = firstVer }, ofLine(2, id(3), as("conflicted", "precondition_failed")), true},
		{"no version", fileOf(tab, byID, "c000004"), nil, ofLine(2, id(3), as("conflicted", "precondition_failed")), false},
		{"not reached", fileOf(tab, byID, "c000002"), nil, ofLine(2, id(1), as("pending", "")), true},
	} {
		if c.change != nil {
			c.change(c.job)
		}
		for i := range tab.all() { // what a row does not write, its record has already
			tab.at(i).values[tab.flag] = true
		}
		j := &tracked{where: tab, file: c.job, submitted: span{second(10), second(11)}}
		check := &checker{run: &run{}, ends: map[*tracked]sighting{j: seen(20, "succeeded", 3, 10)}}
		j.see(seen(15, "running", 2, 0))
		if fault := check.newFileJudge(j).judge(c.got); (fault == "") != c.fine {
			t.Errorf("%s: the checker says %q", c.name, fault)
		}
	}
}

func TestTheCheckerKnowsWhatARowWrites(t *testing.T) {
	tab := newListed(50)
	rec := tab.at(1)
	rec.values[tab.flag] = true
	j := &tracked{where: tab}
	job := fileOf(tab, []string{"id"}, rec.id)
	row := job.file.rows[0]
	other := changed("updated", "", "phone", `"phone 1"`, `"mine"`)
	for _, c := range []struct {
		name    string
		cells   []string // phone and version
		options map[string]any
		others  []item
		got     item
		want    string // "" for nothing
	}{
		{"its value", []string{"mine", ""}, nil, nil, changed("updated", "", "phone", `"phone 1"`, `"mine"`), ""},
		{"another row's value", []string{"mine", ""}, nil, nil, changed("updated", "", "phone", `"phone 1"`, `"yours"`), "instead of"},
		{"another field", []string{"mine", ""}, nil, nil, changed("updated", "", "company_id", `"a"`, `"mine"`), "not in the patch"},
		{"nothing", []string{"mine", ""}, nil, nil, changed("unchanged", "", "", "", ""), "never was"},
		{"what it was already", []string{"phone 1", ""}, nil, nil, changed("unchanged", "", "", "", ""), ""},
		{"what another wrote already", []string{"mine", ""}, nil, []item{other}, changed("unchanged", "", "", "", ""), ""},
		{"an empty cell", []string{"", ""}, nil, nil, changed("unchanged", "", "", "", ""), ""},
		{"an empty cell that clears", []string{"", ""}, map[string]any{"blank": "clear"}, nil, changed("updated", "", "phone", `"phone 1"`, `null`), ""},
		{"an empty cell that should clear", []string{"", ""}, map[string]any{"blank": "clear"}, nil, changed("unchanged", "", "", "", ""), "never was"},
		{"the word that clears", []string{"null", ""}, map[string]any{"clearWord": clearWord}, nil, changed("updated", "", "phone", `"phone 1"`, `null`), ""},
		{"a word that does not clear", []string{"null", ""}, nil, nil, changed("updated", "", "phone", `"phone 1"`, `null`), "instead of"},
		{"the first version", []string{"mine", firstVer}, nil, nil, changed("updated", "", "phone", `"phone 1"`, `"mine"`), ""},
		{"a later version", []string{"mine", firstVer}, nil, nil, changed("updated", "", "phone", `"theirs"`, `"mine"`), "the first version"},
	} {
		row.cells[1], row.cells[3] = c.cells[0], c.cells[1]
		job.options = c.options
		check := &checker{changed: map[*record][]change{}}
		for _, i := range c.others {
			check.changed[rec] = append(check.changed[rec], change{&tracked{}, i})
		}
		patch, _ := job.patch(row)
		fault := check.judgeWritten(j, rec, c.got, job.file.version(row), patch)
		if (c.want == "") != (fault == "") || !strings.Contains(fault, c.want) {
			t.Errorf("%s: the checker says %q, want %q", c.name, fault, c.want)
		}
	}
}

func TestTheCheckerComparesRowsAndFilesWithWhatWasSent(t *testing.T) {
	op := fileOf(newListed(50), []string{"id"}, "c000002", `a "b"; c`).file
	results := []item{ofLine(3, "", changed("failed", "no_match", "", "", "")), ofLine(2, "c000002", changed("updated", "", "", "", ""))}
	text := "\ufeffThe key;phone;on or off;If;_outcome;_code;_detail\nc000002;mine;true;;updated;;\n" + `"a ""b""; c";mine;true;;failed;no_match;There is none.` + "\n"
	for _, c := range []struct{ name, old, new, want string }{
		{"as it was sent", "", "", ""},
		{"another cell", "c000002;mine", "c000002;yours", "came back"},
		{"another outcome", "updated", "unchanged", "came back"},
		{"another code", "no_match", "ambiguous", "came back"},
		{"one row less", "c000002;mine;true;;updated;;\n", "", "1 rows"},
	} {
		rows, err := op.parse([]byte(strings.Replace(text, c.old, c.new, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if fault := op.judgeRows(rows, results); (c.want == "") != (fault == "") || !strings.Contains(fault, c.want) {
			t.Errorf("%s: the checker says %q, want %q", c.name, fault, c.want)
		}
	}
	half := &fileOp{n: 1, broken: true}
	sent := []upload{{op: op, id: "a", used: true}, {op: half}}
	soon := "2026-01-01T00:00:00Z"
	view := func(id string, op *fileOp, rows int) fileView {
		return fileView{id, op.name(), op.headers(), rows, nil}
	}
	for name, c := range map[string]struct {
		files []fileView
		want  string
	}{
		"as they were sent":  {[]fileView{view("a", op, 2)}, ""},
		"one that broke off": {[]fileView{view("a", op, 2), view("b", half, 0)}, "broke off, and left"},
		"half of one":        {[]fileView{view("a", op, 1)}, "of 1 rows"},
		"one that expires":   {[]fileView{{"a", op.name(), op.headers(), 2, &soon}}, "expires"},
		"one twice":          {[]fileView{view("a", op, 2), view("b", op, 2)}, "2 files"},
		"none":               {nil, "is gone"},
		"another":            {[]fileView{view("a", op, 2), view("b", &fileOp{n: 9}, 2)}, "only 1 of them"},
	} {
		faults := strings.Join(judgeUploads(sent, c.files), "; ")
		if (c.want == "") != (faults == "") || !strings.Contains(faults, c.want) {
			t.Errorf("%s: the checker says %q, want %q", name, faults, c.want)
		}
	}
}

func TestTheCheckerKnowsWhatRemainsOfAFileJob(t *testing.T) {
	tab := newListed(50)
	id := recordID(tab.at(1).id)
	parent := &tracked{where: tab, file: fileOf(tab, []string{"id"}, string(id), "nobody")}
	retry := &tracked{where: tab, follows: parent.next(retryForce), submitted: span{second(10), second(11)}}
	end := seen(20, "succeeded", 3, 10)
	check := &checker{run: &run{}, ends: map[*tracked]sighting{retry: end}, results: map[*tracked][]item{
		parent: {ofLine(2, id, changed("pending", "", "", "", "")), ofLine(3, "", changed("failed", "no_match", "", "", ""))},
	}}
	tab.at(1).values[tab.flag] = true
	wrote := changed("updated", "", "phone", `"phone 1"`, `"mine"`)
	for _, c := range []struct {
		name    string
		results []item
		want    int // faults
	}{
		{"what remained", []item{ofLine(2, id, wrote)}, 0},
		{"on another line", []item{ofLine(3, id, wrote)}, 1},
		{"nothing", nil, 1},
		{"one more", []item{ofLine(2, id, wrote), ofLine(3, recordID(tab.at(2).id), wrote)}, 2},
	} {
		check.results[retry] = c.results
		check.ends[retry] = follower(end, parent.id)
		check.violations = nil
		if check.checkSequel(retry); len(check.violations) != c.want {
			t.Errorf("%s: the checker says %q", c.name, check.violations)
		}
	}
}

// follower returns an answer about a retry of a job.
func follower(s sighting, of string) sighting {
	s.Kind, s.RetryOf = "retry", &of
	return s
}
