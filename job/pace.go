package job

import "time"

// A Pace is how many records got an outcome over time, in points of equal width.
// The zero value has no point.
type Pace struct {
	From   time.Time // when the first point begins
	Width  time.Duration
	Counts []int64 // of the points, one after the other: records updated, unchanged, skipped, conflicted or failed
}

// MaxPacePoints is how many points a [Pace] has at most.
const MaxPacePoints = 240

// PerSecond is the rate of a point, in records a second.
func (p Pace) PerSecond(point int) float64 { return float64(p.Counts[point]) / p.Width.Seconds() }

// Sum is how many records all points have together.
func (p Pace) Sum() (n int64) {
	for _, c := range p.Counts {
		n += c
	}
	return n
}
