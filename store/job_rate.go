package store

import (
	"encoding/json"
	"slices"
	"time"

	"bulkpatch/job"
)

// The rate of a job is measured over the last seconds. For a job whose throttle is
// below one record a second it is measured over the time that measuredRecords
// records take. A measurement over less than leastMeasured is not relied on.
const (
	measuredOver    = 5 * time.Second
	measuredRecords = 3
	leastMeasured   = 250 * time.Millisecond
	betweenSamples  = 500 * time.Millisecond
)

// A paceSample says how many records of a shard had an outcome at a time, which is
// the database's, in microseconds. It is stored as [at, tried].
type paceSample [2]int64

func (p paceSample) at() int64    { return p[0] }
func (p paceSample) tried() int64 { return p[1] }

// recent are the samples of a shard's last seconds, oldest first: at most about
// twenty, and one from before. It is empty if no chunk has ended since the job was
// started or resumed.
type recent []paceSample

func readRecent(text string) (r recent, err error) {
	return r, json.Unmarshal([]byte(text), &r)
}

// add adds a sample. Before the first sample it adds the shard's beginning.
func (r recent) add(began, now paceSample) recent {
	if len(r) == 0 {
		r = recent{began}
	}
	if n := len(r); n > 1 && now.at()-r[n-2].at() < betweenSamples.Microseconds() {
		r = r[:n-1] // the last two are too close to keep both
	}
	r = append(slices.Clone(r), now)
	for len(r) > 2 && r[1].at() <= now.at()-measuredOver.Microseconds() {
		r = r[1:]
	}
	return r
}

// recentAfter is the text of the shard's samples after a chunk of some records has
// ended.
func (s shardRow) recentAfter(records, ended int64) (string, error) {
	r, err := readRecent(s.Recent)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(r.add(paceSample{s.ChunkAt, s.Tried}, paceSample{ended, s.Tried + records}))
	return string(text), err
}

// since is how many records got their outcome after a time. Between two samples it
// assumes an even rate.
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

// speed is how many records a second got their outcome over the last seconds; 0 if
// the job is not worked on. A throttled job works in bursts, half a second apart,
// so a short measurement may exceed its throttle: then the throttle is returned.
func speed(j job.Job, shards []progressRow, now int64) float64 {
	if !workedOn(j) {
		return 0
	}
	window := float64(measuredOver.Microseconds())
	if j.Throttle != nil {
		window = max(window, measuredRecords*1e6 / *j.Throttle)
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

// workedOn reports whether chunks of a job may be written at present. To wait for
// the throttle, or for a worker that is busy with other jobs, is part of the work.
func workedOn(j job.Job) bool {
	switch j.WaitReason {
	case "", job.WaitThrottled, job.WaitWorker:
		return j.State == job.Running || j.State.Stopping()
	}
	return false
}
