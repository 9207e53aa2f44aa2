package bench

import (
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

var jobs = flag.Int("jobs", 5_000, "jobs of the benchmarks of lists and pages; 1000000 for the full size")

const (
	filledOver = 29 * 24 * time.Hour // over which filled jobs are spread: none expires meanwhile
	valuesOver = 6 * 24 * time.Hour  // how old the oldest job is whose former values are said to be kept
	sameMoment = 10_000              // how many of them, a tenth at most, were accepted at one instant
	rareWord   = "hapax"             // in the note of every rareEvery-th bulk job
	rareMaker  = "key:rare"          // that made every rareEvery-th job
	rareEvery  = 25_000
)

// fillJobs adds n jobs of the workspace main to a database of SQLite, which has been
// migrated and which no process has open, such as one that [imported] has filled with
// customers: jobs of all kinds and final states, and a
// few that are paused, with the notes, makers, reasons and times that jobs have. The
// last ended just before now. They have counts and shards, but no selection and no
// chunks: their results are empty, except what is pending.
func fillJobs(tb testing.TB, path string, n int) {
	tb.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=OFF&_cache_size=-65536")
	fatal(tb, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	f := newJobFiller(tb, n)
	fatal(tb, db.QueryRow(`SELECT COALESCE(MAX(num), 0) FROM jobs`).Scan(&f.before))
	began := time.Now()
	for from := 0; from < n; from += fillAtOnce {
		tx, err := db.Begin()
		fatal(tb, err)
		for i := from; i < min(n, from+fillAtOnce); i++ {
			f.add(i)
		}
		for _, t := range []*filledTable{&f.jobs, &f.shards} {
			fatal(tb, t.flush(tx))
		}
		fatal(tb, tx.Commit())
	}
	_, err = db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	fatal(tb, err)
	tb.Logf("added %d jobs at %.0f/s", n, float64(n)/time.Since(began).Seconds())
}

// fillAtOnce is how many jobs one transaction adds.
const fillAtOnce = 50_000

// A filledTable gathers rows.
type filledTable struct {
	name    string
	columns []string
	rows    [][]any
}

// flush writes the rows that were gathered, some hundred in one statement.
func (t *filledTable) flush(tx *sql.Tx) error {
	const atOnce = 200
	one := "(?" + strings.Repeat(", ?", len(t.columns)-1) + ")"
	for len(t.rows) > 0 {
		some := t.rows[:min(atOnce, len(t.rows))]
		t.rows = t.rows[len(some):]
		args := make([]any, 0, len(some)*len(t.columns))
		for _, row := range some {
			args = append(args, row...)
		}
		query := "INSERT INTO " + t.name + " (" + strings.Join(t.columns, ", ") + ") VALUES " + one + strings.Repeat(", "+one, len(some)-1)
		if _, err := tx.Exec(query, args...); err != nil {
			return err
		}
	}
	return nil
}

// A jobFiller makes the rows of jobs.
type jobFiller struct {
	n            int
	before       int64 // the last number that is taken
	oldest       time.Time
	random       *rand.Rand
	digest       string
	patch        string
	change       string
	jobs, shards filledTable
	bulk         int64 // the last bulk job, which retries and undos refer to
}

func newJobFiller(tb testing.TB, n int) *jobFiller {
	tb.Helper()
	desk, _ := model.Shipped().Model("desk")
	p, faults := desk.CheckPatch([]byte(`{"jobTitle": "Lead"}`), model.PatchOptions{})
	if faults != nil {
		tb.Fatal(faults)
	}
	return &jobFiller{
		n: n, oldest: time.Now().Add(-filledOver), random: rand.New(rand.NewPCG(1, 2)),
		digest: desk.Digest, patch: string(p.Display()), change: string(p.MarshalStored()),
		jobs: filledTable{name: "jobs", columns: strings.Fields(`num workspace id kind model digest state revision created_at created_by started_at
			finished_at filter patch change options expected origin source values_kept record_id rid matched updated unchanged skipped conflicted failed
			summary error_code error_detail request_bytes note_words preview transitions`)},
		shards: filledTable{name: "shards", columns: strings.Fields(`workspace job no open revision first_rid before_rid next_rid
			updated unchanged skipped conflicted failed summary chunk_at pace`)},
	}
}

// add makes the rows of the i-th job.
func (f *jobFiller) add(i int) {
	num := f.before + int64(i) + 1
	j := f.draw(i)
	own, summary, rid := j.tally, filledSummary(j.tally), any(num%1000)
	if j.kind != job.Single {
		f.addShard(num, j)
		own, summary, rid = job.Tally{}, "[]", nil
	}
	origin, source := f.parents(j.kind)
	filter, patch, preview := f.texts(j)
	code, detail := filledError(j)
	f.jobs.rows = append(f.jobs.rows, []any{
		num, 1, f.id(j.at, i), j.kind, "desk", f.digest, j.state, 3, j.at.UnixMicro(), f.maker(i), j.at.UnixMicro(),
		j.finished(), filter, patch, f.change, j.options(), "", origin, source, j.kept(), rid, rid, j.matched(),
		own.Updated, own.Unchanged, own.Skipped, own.Conflicted, own.Failed,
		summary, code, detail, len(f.change) + len(f.patch), filledWords(j.note), preview, j.transitions(),
	})
	if j.kind == job.Bulk && j.state.Final() {
		f.bulk = num
	}
}

// parents are the numbers of the job that a retry or an undo follows, and of the one
// that it restores.
func (f *jobFiller) parents(kind job.Kind) (origin, source any) {
	switch kind {
	case job.Retry:
		return f.bulk, nil
	case job.Undo:
		return f.bulk, f.bulk
	}
	return nil, nil
}

// instant is the place of a job in time: in the middle many have the same one.
func (f *jobFiller) instant(i int) int {
	same, middle := min(sameMoment, f.n/10), f.n/2
	if i >= middle && i < middle+same {
		return middle
	}
	return i
}

func (f *jobFiller) addShard(num int64, j filledJob) {
	t := j.tally
	pace := "[]"
	if t.Tried() > 0 {
		pace = fmt.Sprintf("[%d,1,%d,%d]", j.ended.Unix()-1, t.Tried()/2, t.Tried()-t.Tried()/2)
	}
	f.shards.rows = append(f.shards.rows, []any{
		1, num, 0, 0, 2, 1, t.Tried() + 1, t.Tried() + 1, t.Updated, t.Unchanged, t.Skipped, t.Conflicted, t.Failed, filledSummary(t), j.ended.UnixMicro(), pace,
	})
}

// id is a UUID of version 7.
func (f *jobFiller) id(at time.Time, i int) string {
	ms := uint64(at.UnixMilli())
	return fmt.Sprintf("%08x-%04x-7%03x-%04x-%012x", ms>>16, ms&0xffff, f.random.Uint32()&0xfff, 0x8000|f.random.Uint32()&0x3fff, i)
}

func (f *jobFiller) maker(i int) string {
	if i%rareEvery == rareEvery-1 {
		return rareMaker
	}
	return "key:" + pick(f.random, []string{"ops", "crm-sync", "crm-sync", "crm-sync", "ana", "billing", "nightly"})
}

// texts are the request of a job, and what a preview found.
func (f *jobFiller) texts(j filledJob) (filter, patch, preview any) {
	switch {
	case j.kind == job.Single:
		return nil, f.patch, nil
	case j.kind == job.Undo:
		return nil, nil, nil
	case j.kind == job.PreviewKind && j.state == job.Succeeded:
		text, _ := json.Marshal(job.Preview{Matched: 1, WouldChange: 1, ExpiresAt: j.ended}) // cannot fail
		return filterText, f.patch, string(text)
	}
	return filterText, f.patch, nil
}

// note is the note of a job; most singles have none.
func (f *jobFiller) note(i int, kind job.Kind) string {
	if i%rareEvery == rareEvery/2 {
		return "Corrects the " + rareWord + " of last week"
	}
	if kind == job.Single && i%10 > 0 || kind != job.Single && i%2 > 0 {
		return ""
	}
	word := func() string {
		return pick(f.random, strings.Fields("review titles imported after the merger of two accounts Q3 Q4 cleanup export overdue owner region south north fix typo leads"))
	}
	return fmt.Sprintf("%s %s %s for ticket %d, %s %s", word(), word(), word(), i, word(), word())
}
