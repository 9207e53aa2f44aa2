package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/schollz/progressbar/v3"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// waitFlag makes a command that starts a job wait for its end.
type waitFlag struct {
	Wait bool `short:"w" help:"Wait for the end of the job, and show its progress."`
}

// accepted prints the id of a new job, and follows it if the user waits for it.
func (a *app) accepted(s settings, t *target, j client.Job, wait bool) error {
	if s.answers == nil {
		fmt.Fprintln(a.err, "Accepted: "+plain(words.Job(j, nil, nil)))
		fmt.Fprintln(a.out, j.ID)
	}
	switch {
	case !wait && s.answers != nil:
		return a.answer(s.answers.last)
	case !wait:
		fmt.Fprintf(a.err, "To follow it: bulkpatch watch %s\n", j.ID)
		return nil
	}
	shown := newJobProgress(a.err)
	j, err := a.follow(t, j, shown.show)
	shown.finish()
	if err != nil {
		return err
	}
	if s.answers != nil {
		if err := a.answer(s.answers.last); err != nil {
			return err
		}
	} else {
		endWords(a.err, j)
	}
	return ended(j)
}

// reconnectFor is how long a command that follows a job goes on while no server
// answers.
const reconnectFor = 15 * time.Minute

// follow waits for the end of a job, and calls show with the job as it is first and
// after each change. It goes on when the server is away, for reconnectFor at most.
func (a *app) follow(t *target, j client.Job, show func(client.Job)) (client.Job, error) {
	f := follower{read: t.Job, next: t.Next, told: a.err, patience: reconnectFor}
	return f.follow(a.ctx, j, show)
}

// A follower follows a job over the absence of its server.
type follower struct {
	read     func(context.Context, string) (client.Job, error)
	next     func(context.Context, client.Job) (client.Job, error) // waits for a change
	told     io.Writer
	patience time.Duration
	pause    time.Duration // between two attempts; 0 for a second
}

func (f *follower) follow(ctx context.Context, j client.Job, show func(client.Job)) (client.Job, error) {
	show(j)
	for !j.Done {
		changed, err := f.next(ctx, j)
		if err != nil && away(err) {
			f.tell("bulkpatch: %s; the job goes on. Trying again for %s at most …", complain(err).lines[0], words.Lasting(f.patience))
			if changed, err = f.reconnect(ctx, j.ID); err == nil {
				f.tell("bulkpatch: the server answers again")
			}
		}
		if err != nil && ctx.Err() != nil {
			f.tell("Stopped watching; the job goes on. To follow it: bulkpatch watch %s", j.ID)
			return j, errSaid
		}
		if err != nil {
			return j, err
		}
		j = changed
		show(j)
	}
	return j, nil
}

// tell prints a notice on a line of its own: on a terminal a bar may be before it.
func (f *follower) tell(format string, args ...any) {
	if isTerminal(f.told) {
		fmt.Fprintln(f.told)
	}
	fmt.Fprintf(f.told, format+"\n", args...)
}

// reconnect reads the job as soon as a server answers.
func (f *follower) reconnect(ctx context.Context, id string) (client.Job, error) {
	ctx, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	pause := f.pause
	if pause == 0 {
		pause = time.Second
	}
	var last error
	for {
		j, err := f.read(ctx, id)
		if err == nil || !away(err) {
			return j, err
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			if last == nil {
				last = err
			}
			return j, last
		case <-time.After(pause):
		}
	}
}

// away reports whether an error means that the server cannot be reached now: while it
// starts anew, a proxy before it answers for it.
func away(err error) bool {
	var answer *client.Error
	if errors.As(err, &answer) {
		switch answer.Status {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	var call *url.Error
	return errors.As(err, &call) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, client.ErrForeign)
}

// A jobProgress shows how far a job is: as a bar on a terminal, as lines elsewhere.
type jobProgress struct {
	out   io.Writer
	drawn *progressbar.ProgressBar // nil: print lines
	said  string
	at    time.Time
}

func newJobProgress(out io.Writer) *jobProgress {
	p := &jobProgress{out: out}
	if isTerminal(out) {
		options := append(barOptions(out, ""), progressbar.OptionShowIts(), progressbar.OptionSetItsString("records"), progressbar.OptionSetPredictTime(true))
		p.drawn = progressbar.NewOptions64(-1, options...)
	}
	return p
}

// show shows the job as it is now. It ignores errors of the display.
func (p *jobProgress) show(j client.Job) {
	if p.drawn == nil {
		p.line(j)
		return
	}
	p.drawn.Describe(stateWords(j) + waitWords(j))
	if matched := j.Counts.Matched; matched != nil && *matched > 0 {
		if p.drawn.GetMax64() != *matched {
			p.drawn.ChangeMax64(*matched)
		}
		_ = p.drawn.Set64(j.Counts.Tried())
	}
}

// line prints how far the job is, when its state or what it waits for has changed, and
// every few seconds.
func (p *jobProgress) line(j client.Job) {
	said := stateWords(j) + waitWords(j)
	if now := time.Now(); said != p.said || now.Sub(p.at) >= plainEvery {
		p.said, p.at = said, now
		fmt.Fprintf(p.out, "%s: %s\n", stateWords(j), plain(words.Progress(j)))
	}
}

// waitWords says what a job waits for, behind its state.
func waitWords(j client.Job) string {
	if j.Done || j.Progress.WaitReason == nil {
		return ""
	}
	title, _, _ := words.Wait(*j.Progress.WaitReason, "")
	return ", " + words.Lowered(title)
}

// finish ends the line of the bar.
func (p *jobProgress) finish() {
	if p.drawn != nil {
		_ = p.drawn.Exit()
		fmt.Fprintln(p.out)
	}
}
