package dashboard

import (
	"context"
	"slices"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// A pacePart is how many records got an outcome in each minute of the last hour.
type pacePart struct {
	Shown   bool // the visitor may see it
	Points  []pacePoint
	Sum     int64
	Peak    string // the highest rate
	Now     string // the rate of the last whole minute
	Unknown string
}

// A pacePoint is one minute.
type pacePoint struct {
	At    time.Time
	Count int64
	Rate  string
	X, Y  string // where its bar is drawn, in percent
	Width string
	High  string
}

// readPace reads the pace of the last hour, for who may see all jobs.
func (d *Dashboard) readPace(v *Visit) (p pacePart) {
	if p.Shown = v.may(auth.JobsRead); !p.Shown {
		return p
	}
	ctx, cancel := context.WithTimeout(v.Request.Context(), partWithin)
	defer cancel()
	pace, err := d.store.Pace(ctx, v.Key.Workspace, d.now().Add(-time.Hour))
	if p.Unknown = whyUnknown(err); err != nil || len(pace.Counts) == 0 {
		return p
	}
	p.Points, p.Sum = pointsOf(pace), pace.Sum()
	p.Peak = rateWords(float64(slices.Max(pace.Counts)) / pace.Width.Seconds())
	if n := len(p.Points); n > 1 {
		p.Now = p.Points[n-2].Rate // the last one has only begun
	}
	return p
}

// pointsOf returns the points of a pace, and where each is drawn.
func pointsOf(pace job.Pace) []pacePoint {
	highest := float64(max(1, slices.Max(pace.Counts)))
	each := 100 / float64(len(pace.Counts))
	points := make([]pacePoint, len(pace.Counts))
	for i, n := range pace.Counts {
		high := float64(n) * 100 / highest
		if n > 0 {
			high = max(high, 2) // it is seen
		}
		points[i] = pacePoint{
			At: pace.From.Add(time.Duration(i) * pace.Width), Count: n, Rate: rateWords(pace.PerSecond(i)),
			X: percent(float64(i) * each), Width: percent(each * 0.8), Y: percent(100 - high), High: percent(high),
		}
	}
	return points
}
