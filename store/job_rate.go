package store

import (
	"encoding/json"
	"slices"
	"time"

	"bulkpatch/job"
)

// How fast a job is worked on is measured over the last seconds. A job whose
// throttle lets less than a record a second pass is looked at for as long as
// some take. What was measured over less than leastMeasured says little.
const (
	measuredOver   = 5 * time.Second
	measuredTurns  = 3
	leastMeasured  = 250 * time.Millisecond
	betweenSamples = 500 * time.Millisecond
)

// A paceSample says how many records of a shard had an outcome at a time of the
// database, in microseconds. It is kept as [at, tried].
type paceSample [2]int64

func (p paceSample) at() int64    { return p[0] }
func (p paceSample) tried() int64 { return p[1] }

// recent are the samples of a shard's last seconds, oldest first: at
// most some twenty, and one from before. It is empty when the job has not begun, or was
// resumed and has not gone on.
type recent []paceSample

func readRecent(text string) (r recent, err error) {
	return r, json.Unmarshal([]byte(text), &r)
}

// add notes how far the shard is. The first sample is preceded by where it
// began.
func (r recent) add(began, now paceSample) recent {
	if len(r) == 0 {
		r = recent{began}
	}
	if n := len(r); n > 1 && now.at()-r[n-2].at() < betweenSamples.Microseconds() {
		r = r[:n-1] // too close to be worth its place
	}
	r = append(slices.Clone(r), now)
	for len(r) > 2 && r[1].at() <= now.at()-measuredOver.Microseconds() {
		r = r[1:]
	}
	return r
}

// recentAfter is what is kept of the shard's last seconds after a chunk of some
// records has ended.
func (s shardRow) recentAfter(records, ended int64) (string, error) {
	r, err := readRecent(s.Recent)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(r.add(paceSample{s.ChunkAt, s.Tried}, paceSample{ended, s.Tried + records}))
	return string(text), err
}

// since is how many records had their outcome after a time. Between two samples
// they are taken to have come evenly.
func (r recent) since(from int64) float64 {
	last := r[len(r)-1]
	i := slices.IndexFunc(r, func(p paceSample) bool { return p.at() > from })
	switch i {
	case -1:
		return 0
	case 0:
		return float64(last.tried() - r[0].tried())
	}
	before, after := r[i-1], r[i]
	part := float64(after.at()-from) / float64(after.at()-before.at())
	return float64(last.tried()-after.tried()) + part*float64(after.tried()-before.tried())
}

// speed is how many records a second the shards of a job have worked off over
// the last seconds, and 0 where the job is not worked on. A throttled job works
// in turns of half a second, so what is measured over few of them may be above
// its limit, which is what it keeps.
func speed(j job.Job, shards []progressRow, now int64) float64 {
	if !workedOn(j) {
		return 0
	}
	window := float64(measuredOver.Microseconds())
	if j.Throttle != nil {
		window = max(window, measuredTurns*1e6 / *j.Throttle)
	}
	began := now
	for _, p := range shards {
		if len(p.recent) > 0 {
			began = min(began, p.recent[0].at())
		}
	}
	measured := min(window, float64(now-began))
	var n float64
	for _, p := range shards {
		if len(p.recent) > 0 {
			n += p.recent.since(now - int64(measured))
		}
	}
	rate := n / max(measured, float64(leastMeasured.Microseconds())) * 1e6
	if j.Throttle != nil {
		rate = min(rate, *j.Throttle)
	}
	return rate
}

// workedOn reports whether chunks of a job may be written at present. Waiting
// for its throttle, or for a worker that has others' turn, is part of the work.
func workedOn(j job.Job) bool {
	switch j.WaitReason {
	case "", job.WaitThrottled, job.WaitWorker:
		return j.State == job.Running || j.State.Stopping()
	}
	return false
}
