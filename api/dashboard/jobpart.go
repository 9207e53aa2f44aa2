package dashboard

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/auth"
	"bulkpatch/client"
	"bulkpatch/job"
)

// JobParts returns the parts of a job's page that may change while it is open, as HTML:
// the elements that the page marks as live. raw is the job as the API answers it.
func (d *Dashboard) JobParts(raw []byte, may JobRights) ([]byte, error) {
	var j client.Job
	if err := json.Unmarshal(raw, &j); err != nil {
		return nil, err
	}
	return renderPart("jobparts", viewOf(j, may, d.now()))
}

// JobPlot returns the part of a job's page that the plot is drawn from.
func (d *Dashboard) JobPlot(ctx context.Context, ws auth.Workspace, id string) ([]byte, error) {
	pace, err := d.store.JobPace(ctx, ws, id)
	if err != nil {
		return nil, err
	}
	return renderPart("jobpace", plotOf(pace))
}

func renderPart(name string, data any) ([]byte, error) {
	var html bytes.Buffer
	err := pages["job"].ExecuteTemplate(&html, name, data)
	return html.Bytes(), err
}

// paceWithin is how long a page waits for its plot. Without it the page says all the
// rest.
const paceWithin = 2 * time.Second

// pace reads how many records of a job got their outcome over time. Its zero value has
// no points.
func (d *Dashboard) pace(ctx context.Context, ws auth.Workspace, id string) job.Pace {
	ctx, cancel := context.WithTimeout(ctx, paceWithin)
	defer cancel()
	pace, err := d.store.JobPace(ctx, ws, id)
	if err != nil {
		return job.Pace{}
	}
	return pace
}

// plotPoints is how many points a plot has at most. More would not be seen, and every
// open page is sent all of them.
const plotPoints = 120

// A plotView is what a plot is drawn from: a table.
type plotView struct {
	Points []plotPoint
	Width  string // how long a point lasts
}

// A plotPoint is how many records got an outcome in a time.
type plotPoint struct {
	At     time.Time
	Count  int64
	Second string // records per second
	Value  string // the same for the script
}

// plotOf returns the points of a pace, as many of them together as it takes.
func plotOf(p job.Pace) plotView {
	if len(p.Counts) == 0 || p.Width <= 0 {
		return plotView{}
	}
	each := (len(p.Counts) + plotPoints - 1) / plotPoints
	width := p.Width * time.Duration(each)
	view := plotView{Width: words.Lasting(width)}
	for from := 0; from < len(p.Counts); from += each {
		var n int64
		upTo := min(from+each, len(p.Counts))
		for _, count := range p.Counts[from:upTo] {
			n += count
		}
		second := float64(n) / (p.Width * time.Duration(upTo-from)).Seconds()
		view.Points = append(view.Points, plotPoint{p.From.Add(p.Width * time.Duration(from)), n, words.PerSecond(second), percentText(second)})
	}
	return view
}
