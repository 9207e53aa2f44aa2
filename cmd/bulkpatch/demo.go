package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"bulkpatch/api"
	"bulkpatch/auth"
	"bulkpatch/client"
	"bulkpatch/model"
	"bulkpatch/model/sample"
	"bulkpatch/model/table"
	"bulkpatch/webhook"
	"bulkpatch/worker"
)

// demoSeed is the seed of the customers, so that each demo has the same ones.
const demoSeed = 2026

// watchFor is about how long the demo's job takes without --exit. It is slowed
// down so that a user can watch it.
const watchFor = 12 * time.Second

type demoCommand struct {
	Records string `default:"100000" placeholder:"N" help:"Number of customers, 1 to 10000000 (default ${default})."`
	Exit    bool   `help:"Run at full speed and exit at the end. The exit status is 1 if a job did not end as expected."`
	csvFlags

	records int
}

// Help shows an example.
func (demoCommand) Help() string {
	return `Examples:
  bulkpatch demo
  bulkpatch demo --records 20000 --exit

It uses a temporary folder, which it removes at the end, and a free port. Without --exit its last line is a link that opens the dashboard and signs in, once; it serves until Ctrl-C.`
}

func (c *demoCommand) check(r *reader) {
	c.records = r.integer("--records", c.Records, 10_000_000)
	r.csv(c.csvFlags)
}

// Run runs the demo and then, without --exit, serves until a signal.
func (c *demoCommand) Run(a *app, s settings) error {
	dir, err := os.MkdirTemp("", "bulkpatch-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	up, err := startDemo(a, s.csvGuard, dir)
	if err != nil {
		return err
	}
	d := &demo{app: a, Client: up.client, base: up.base, key: up.key, stays: !c.Exit}
	err = d.show(c.records)
	if err == nil && !c.Exit {
		d.invite(up.base + up.links.New(up.key))
		select {
		case <-a.ctx.Done():
		case <-up.ended:
		}
	}
	if err != nil && a.ctx.Err() != nil {
		err = errors.New("stopped before the demo ended")
	}
	return errors.Join(err, up.stop())
}

// A running is the service that the demo runs in this process.
type running struct {
	client    *client.Client
	base, key string
	links     *api.SignInLinks
	cancel    context.CancelFunc
	ended     chan struct{} // closed when the service has ended, with err
	err       error
}

// startDemo starts a service with its files in dir, and returns when it
// listens.
func startDemo(a *app, guard table.Guard, dir string) (*running, error) {
	ctx, cancel := context.WithCancel(a.ctx)
	up := &running{key: auth.NewSecret(), links: api.NewSignInLinks(clock), cancel: cancel, ended: make(chan struct{})}
	s := settings{
		addr: "127.0.0.1:0", db: "sqlite://" + filepath.Join(dir, "demo.db"),
		adminKey: up.key, models: model.Shipped(), csvGuard: guard, concurrency: worker.DefaultConcurrency, chunk: worker.DefaultChunk,
		signInLinks: up.links, webhookAllow: &webhook.Allow{},
		log: slog.New(slog.NewTextHandler(a.err, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	listening := make(chan string, 1)
	inner := &app{ctx: ctx, in: a.in, out: io.Discard, err: a.err}
	go func() {
		defer close(up.ended)
		up.err = serve(inner, s, apiPart|workerPart, func(base string) { listening <- base })
	}()
	select {
	case up.base = <-listening:
	case <-up.ended:
		cancel()
		return nil, errors.Join(errors.New("the service did not start"), up.err)
	}
	c, err := client.New(up.base, up.key)
	if err != nil {
		return nil, errors.Join(err, up.stop())
	}
	up.client = c
	return up, nil
}

// stop ends the service and waits for it.
func (r *running) stop() error {
	r.cancel()
	<-r.ended
	return r.err
}

// A demo is one run of the demo.
type demo struct {
	*app
	*client.Client
	base, key string
	stays     bool // no --exit: its job is slow, and the service runs on
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// show imports customers, runs two jobs and prints how they end. It fails if
// one of them does not end as expected.
func (d *demo) show(records int) error {
	if err := d.load(records); err != nil {
		return err
	}
	if err := d.bulk(records); err != nil {
		return err
	}
	return d.failing()
}

// load imports the customers.
func (d *demo) load(records int) error {
	d.say("Making %d customers and importing them …", records)
	lines := &lineCounter{bar: newRecordBar(d.err, "import", int64(records))}
	report, err := d.Import(d.ctx, "desk", client.NDJSON, io.TeeReader(sample.DeskReader(demoSeed, records), lines))
	lines.bar.Finish()
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if report.Inserted != int64(records) || report.Failed != 0 {
		return fmt.Errorf("import: %d of %d inserted, %d failed %v", report.Inserted, records, report.Failed, report.Errors)
	}
	return nil
}

// A lineCounter moves a bar by the lines written to it.
type lineCounter struct {
	bar   *bar
	lines int64
}

// Write counts lines and never fails.
func (l *lineCounter) Write(p []byte) (int, error) {
	l.lines += int64(bytes.Count(p, []byte{'\n'}))
	l.bar.Set(l.lines)
	return len(p), nil
}

// bulk submits the filtered update and follows it.
func (d *demo) bulk(records int) error {
	filter := map[string]any{"state": "active", "trusted": false}
	patch := map[string]any{"trusted": true, "jobTitle": "Lead 🌻"}
	expected, err := d.Count(d.ctx, "desk", filter)
	if err != nil {
		return fmt.Errorf("count: %w", err)
	}
	options := client.Options{ExpectedCount: &expected}
	if d.stays {
		rate := max(float64(records)/watchFor.Seconds(), 1)
		options.RecordsPerSecond = &rate
	}
	d.say("\nUpdating the %d customers that are active and not trusted yet …", expected)
	j, err := d.SubmitBulk(d.ctx, "desk", filter, patch, options)
	if err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	j, err = d.follow(j, expected)
	if err != nil {
		return err
	}
	d.tell(j)
	if j.State != client.StateSucceeded || j.Counts.Matched == nil || *j.Counts.Matched != expected || j.Counts.Updated != expected {
		return fmt.Errorf("job %s ended %s with %d of %d updated", j.ID, j.State, j.Counts.Updated, expected)
	}
	if err := d.firstChanges(j); err != nil {
		return err
	}
	if d.stays {
		d.curlLines(j)
	}
	return nil
}

// follow shows the job's progress until it ends.
func (d *demo) follow(j client.Job, total int64) (client.Job, error) {
	b := newRecordBar(d.err, "update", total)
	j, err := d.Wait(d.ctx, j.ID, func(j client.Job) { b.Set(j.Counts.Tried()) })
	b.Finish()
	if err != nil {
		return j, fmt.Errorf("follow the job: %w", err)
	}
	return j, nil
}

// failing runs a job that gives three records one value of a unique field. Two
// of them must fail.
func (d *demo) failing() error {
	ids := []string{"acme-north", "acme-south", "acme-west"}
	for _, id := range ids {
		draft := map[string]any{"id": id, "name": "Acme " + id[len("acme-"):]}
		if _, err := d.CreateRecord(d.ctx, "mythic", draft); err != nil {
			return fmt.Errorf("create %s: %w", id, err)
		}
	}
	d.say("\nGiving three clients one name that must be unique: one record is updated, two fail, each with its reason …")
	filter := map[string]any{"id": map[string]any{"$in": ids}}
	j, err := d.SubmitBulk(d.ctx, "mythic", filter, map[string]any{"global_name": "acmeRetail"}, client.Options{})
	if err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	if j, err = d.Wait(d.ctx, j.ID, nil); err != nil {
		return fmt.Errorf("follow the job: %w", err)
	}
	d.tell(j)
	codes, err := d.failures(j)
	if err != nil {
		return err
	}
	if j.State != client.StatePartiallySucceeded || j.Counts.Updated != 1 || j.Counts.Failed != 2 || codes["unique"] != 2 {
		return fmt.Errorf("job %s ended %s with %d updated and %d failed", j.ID, j.State, j.Counts.Updated, j.Counts.Failed)
	}
	return nil
}
