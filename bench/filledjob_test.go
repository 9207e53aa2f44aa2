package bench

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

// A filledJob is what is drawn of a job.
type filledJob struct {
	kind      job.Kind
	state     job.State
	at, ended time.Time
	tally     job.Tally
	note      string
}

// draw draws the i-th job.
func (f *jobFiller) draw(i int) filledJob {
	j := filledJob{kind: pick(f.random, filledKinds), state: pick(f.random, filledStates)}
	if f.bulk == 0 && (j.kind == job.Undo || j.kind == job.Retry) {
		j.kind = job.Bulk
	}
	if j.state == job.PartiallySucceeded && (j.kind == job.Single || j.kind == job.PreviewKind) {
		j.state = job.Failed
	}
	j.at = f.oldest.Add(filledOver / time.Duration(f.n) * time.Duration(f.instant(i)))
	j.ended = j.at.Add(time.Duration(1+f.random.IntN(60)) * time.Second / 4)
	j.note = f.note(i, j.kind)
	switch j.kind {
	case job.Single:
		j.tally = filledTally(j.state, 1)
	case job.PreviewKind:
	default:
		j.tally = filledTally(j.state, 10+f.random.Int64N(100_000))
	}
	return j
}

func (j filledJob) finished() any {
	if !j.state.Final() {
		return nil
	}
	return j.ended.UnixMicro()
}

func (j filledJob) kept() int64 {
	if time.Since(j.ended) < valuesOver {
		return 1
	}
	return 0
}

// matched is as many records as got an outcome, and more if the job was stopped.
func (j filledJob) matched() int64 {
	n := max(1, j.tally.Tried())
	if j.kind != job.Single && (j.state == job.Cancelled || j.state == job.Paused) {
		return 2 * n
	}
	return n
}

func (j filledJob) options() string {
	if j.note == "" {
		return "{}"
	}
	text, _ := json.Marshal(map[string]string{"note": j.note}) // cannot fail
	return string(text)
}

func (j filledJob) transitions() string {
	return fmt.Sprintf(`{"state":"running","at":%d},{"state":"%s","at":%d},`, j.at.UnixMicro(), j.state, j.ended.UnixMicro())
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

// filledError is why a job failed. A single has only the reason of its record.
func filledError(j filledJob) (code, detail any) {
	if j.state == job.Failed && j.kind != job.Single {
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
