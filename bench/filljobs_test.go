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
	filledOver = 30 * 24 * time.Hour // over which filled jobs are spread
	sameMoment = 10_000              // how many of them, a tenth at most, were accepted at one instant
	rareWord   = "hapax"             // in the note of every rareEvery-th bulk job
	rareMaker  = "key:rare"          // that made every rareEvery-th job
	rareEvery  = 25_000
)

// fillJobs adds n jobs of the workspace main to a database of SQLite, which has been
// migrated and which no process has open: jobs of all kinds and final states, and a
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
			summary error_code error_detail request_bytes note_words transitions`)},
		shards: filledTable{name: "shards", columns: strings.Fields(`workspace job no open revision first_rid before_rid next_rid
			updated unchanged skipped conflicted failed summary chunk_at pace`)},
	}
}

// add makes the rows of the i-th job.
func (f *jobFiller) add(i int) {
	num := f.before + int64(i) + 1
	at := f.oldest.Add(filledOver / time.Duration(f.n) * time.Duration(f.instant(i)))
	kind, state := pick(f.random, filledKinds), pick(f.random, filledStates)
	if f.bulk == 0 && (kind == job.Undo || kind == job.Retry) {
		kind = job.Bulk
	}
	records := int64(1)
	if kind != job.Single {
		records = 1 + f.random.Int64N(100_000)
	}
	ended := at.Add(time.Duration(1+f.random.IntN(60)) * time.Second / 4)
	var finished any
	if state.Final() {
		finished = ended.UnixMicro()
	}
	tally := filledTally(state, records)
	summary := filledSummary(tally)
	own, single := tally, any(nil)
	if kind != job.Single {
		own, single = job.Tally{}, nil
		f.addShard(num, tally, summary, ended)
		summary = "[]"
	} else {
		single = num % 1000
	}
	var origin, source any
	if kind == job.Retry || kind == job.Undo {
		origin = f.bulk
	}
	if kind == job.Undo {
		source = f.bulk
	}
	filter, patch := f.request(kind)
	code, detail := filledError(state)
	note := f.note(i, kind)
	options := "{}"
	if note != "" {
		text, _ := json.Marshal(map[string]string{"note": note}) // cannot fail
		options = string(text)
	}
	f.jobs.rows = append(f.jobs.rows, []any{
		num, 1, f.id(at, i), kind, "desk", f.digest, state, 3, at.UnixMicro(), f.maker(i), at.UnixMicro(),
		finished, filter, patch, f.change, options, "", origin, source, 1, single, single, records,
		own.Updated, own.Unchanged, own.Skipped, own.Conflicted, own.Failed,
		summary, code, detail, len(f.change) + len(f.patch), filledWords(note),
		fmt.Sprintf(`{"state":"running","at":%d},{"state":"%s","at":%d},`, at.UnixMicro(), state, ended.UnixMicro()),
	})
	if kind == job.Bulk && state.Final() {
		f.bulk = num
	}
}

// instant is the place of a job in time: in the middle many have the same one.
func (f *jobFiller) instant(i int) int {
	same, middle := min(sameMoment, f.n/10), f.n/2
	if i >= middle && i < middle+same {
		return middle
	}
	return i
}

func (f *jobFiller) addShard(num int64, t job.Tally, summary string, ended time.Time) {
	f.shards.rows = append(f.shards.rows, []any{
		1, num, 0, 0, 2, 1, t.Tried() + 1, t.Tried() + 1, t.Updated, t.Unchanged, t.Skipped, t.Conflicted, t.Failed, summary, ended.UnixMicro(),
		fmt.Sprintf("[%d,1,%d,%d]", ended.Unix()-1, t.Tried()/2, t.Tried()-t.Tried()/2),
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

func (f *jobFiller) request(kind job.Kind) (filter, patch any) {
	switch kind {
	case job.Single:
		return nil, f.patch
	case job.Undo:
		return nil, nil
	}
	return filterText, f.patch
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

var (
	filledKinds = repeated(map[job.Kind]int{job.Single: 60, job.Bulk: 25, job.Retry: 6, job.Undo: 6, job.PreviewKind: 3},
		job.Single, job.Bulk, job.Retry, job.Undo, job.PreviewKind)
	filledStates = repeated(map[job.State]int{job.Succeeded: 8900, job.PartiallySucceeded: 600, job.Failed: 300, job.Cancelled: 199, job.Paused: 1},
		job.Succeeded, job.PartiallySucceeded, job.Failed, job.Cancelled, job.Paused)
)

// repeated lists each of some values as often as times says.
func repeated[T comparable](times map[T]int, order ...T) (all []T) {
	for _, v := range order {
		for range times[v] {
			all = append(all, v)
		}
	}
	return all
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func filledTally(state job.State, n int64) job.Tally {
	switch state {
	case job.Succeeded:
		return job.Tally{Updated: n - n/50, Unchanged: n / 50}
	case job.PartiallySucceeded:
		return job.Tally{Updated: n - n/10, Failed: n / 10}
	case job.Failed:
		return job.Tally{Failed: n}
	}
	return job.Tally{Updated: n / 2}
}

func filledSummary(t job.Tally) string {
	if t.Failed == 0 {
		return "[]"
	}
	text, _ := json.Marshal([]job.ErrorSummary{{Code: "unique", Pointer: "/externalId", Title: job.Title("unique"), Count: t.Failed,
		SampleIDs: []model.ID{model.StringID("12"), model.StringID("90")}}}) // cannot fail
	return string(text)
}

func filledError(state job.State) (code, detail any) {
	if state == job.Failed {
		return "all_failed", "The job stopped because every one of its first records failed."
	}
	return nil, nil
}

// filledWords is what a search for notes reads.
func filledWords(note string) any {
	if note == "" {
		return nil
	}
	return " " + strings.Join(job.Words(note), " ")
}
