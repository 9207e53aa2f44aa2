package dashboard

import (
	"context"
	"slices"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/auth"
)

// A pacePart is how many records got an outcome in each minute of the last hour.
type pacePart struct {
	plotView
	Shown   bool // the visitor may see it
	Sum     int64
	Peak    string // the highest rate
	Now     string // the rate of the last whole minute
	Unknown string
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
	p.plotView, p.Sum = plotOf(pace), pace.Sum()
	p.Peak = words.PerSecond(float64(slices.Max(pace.Counts)) / pace.Width.Seconds())
	if n := len(pace.Counts); n > 1 {
		p.Now = words.PerSecond(pace.PerSecond(n - 2)) // the last minute has only begun
	}
	return p
}
