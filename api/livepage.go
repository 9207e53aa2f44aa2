package api

import (
	"bytes"
	"context"
	"sync"
	"time"

	"bulkpatch/api/dashboard"
	"bulkpatch/api/web"
)

// Times of the live part of a page about a job.
const (
	refreshEvery = 3 * time.Second // rate, estimate and heartbeat
	plotEvery    = 5 * time.Second
	plotWithin   = 2 * time.Second // a plot that takes longer is left out
)

// liveEnd tells the script of a page that the job has ended.
var liveEnd = []byte("event: end\ndata: \n\n")

// jobLive streams the parts of a job's page that may change, as events named part whose
// data is HTML, until the job is final. They are rendered once for all pages that show
// the job to keys with the same rights.
func (s *server) jobLive(c *call) error {
	p := &liveJob{feed: &feed{server: s, call: c, end: liveEnd, every: refreshEvery}}
	p.show = p.event
	return p.serve()
}

// A liveJob is one open page about a job.
type liveJob struct {
	*feed
	parts   []byte    // the last ones that were sent
	drawn   []byte    // the last plot
	plotted time.Time // when the plot was last read
}

// event returns what the page has not yet been shown of a reading, nil for nothing. The
// plot never comes alone: a page that holds back while somebody types keeps only the
// last event.
func (p *liveJob) event(r *reading) ([]byte, error) {
	rights := dashboard.JobRightsOf(p.call.key)
	parts, err := r.part(rights, func() ([]byte, error) { return p.render(r, rights) })
	if err != nil {
		return nil, err
	}
	plot := p.plotFor(r)
	if bytes.Equal(parts, p.parts) && plot == nil {
		return nil, nil
	}
	p.parts = parts
	return eventNamed("part", r.job.Revision, parts, plot), nil
}

// plotFor returns the plot of a reading, nil if it is not due or the same as before.
// Without a plot the page is as good.
func (p *liveJob) plotFor(r *reading) []byte {
	now := time.Now()
	if !r.job.State.Final() && now.Sub(p.plotted) < plotEvery {
		return nil
	}
	p.plotted = now
	plot, err := r.part(plotPart{}, func() ([]byte, error) { return p.plot(r) })
	if err != nil || bytes.Equal(plot, p.drawn) {
		return nil
	}
	p.drawn = plot
	return plot
}

// plotPart is the key of the plot among the parts of a reading.
type plotPart struct{}

// part returns a part of a page as the data of an event. It is made once.
func (r *reading) part(key any, render func() ([]byte, error)) ([]byte, error) {
	once, _ := r.parts.LoadOrStore(key, sync.OnceValues(func() ([]byte, error) {
		html, err := render()
		return dataLines(html), err
	}))
	return once.(func() ([]byte, error))()
}

// render returns the parts that follow from the job itself. A preview is not among
// them: the page is read again when there is one.
func (p *liveJob) render(r *reading, rights dashboard.JobRights) ([]byte, error) {
	shown := r.job.Short()
	shown.Preview, shown.UndoPreview = nil, nil
	raw, err := web.JSONLine(jobOf(shown))
	if err != nil {
		return nil, err
	}
	return p.dashboard.JobParts(raw, rights)
}

// plot returns the plot of the job. It does not depend on the caller, who may leave.
func (p *liveJob) plot(r *reading) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.call.ctx()), plotWithin)
	defer cancel()
	return p.dashboard.JobPlot(ctx, p.call.workspace(), r.job.ID)
}
