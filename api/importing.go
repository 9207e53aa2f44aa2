package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// errStopping ends an import when the process stops.
var errStopping = web.NewProblem("unavailable", "The process is stopping, which ended this import.").Set("Retry-After", "5").Set("Connection", "close")

// An importing is an import in progress.
type importing struct {
	server *server
	call   *call
	run    job.Import
	answer importJSON

	kept  int64 // line up to which rows were stored, except those set aside
	aside bool  // some rows were set aside
	late  int64 // line up to which the rows set aside were stored
	ended bool  // the store knows that it has ended
}

// all imports a source to its end, and has the store record how the import ended,
// whichever way that was.
func (i *importing) all(source draftSource, body *web.LongBody) error {
	err := i.each(source, body)
	if i.ended {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(i.call.ctx()), endWait)
	defer cancel()
	run := i.run
	run.Before = &i.answer.ImportCounts
	if _, fault := i.server.Store.Import(ctx, i.call.caller(), run, nil, nil); fault != nil {
		i.server.Log.Error("the end of an import was not recorded", "request", requestID(ctx), "import", run.ID, "error", web.ErrorText(fault))
	}
	return err
}

// endWait is how long a database that does not answer may delay the answer to an
// import that was interrupted.
const endWait = 5 * time.Second

// each stores the batches while the next ones are parsed. It returns after the
// parser has ended.
func (i *importing) each(source draftSource, body *web.LongBody) error {
	// The parser has a context of its own: that of the request ends with any
	// fault of the body, and the parser has to report which one it was.
	ctx, cancel := context.WithCancel(context.WithoutCancel(i.call.ctx()))
	batches := make(chan *batch, 1)
	p := &parser{source: source, aside: aside{model: i.run.Model, most: maxAside}, out: batches}
	go func() {
		defer close(batches)
		p.parse(ctx)
	}()
	defer func() {
		cancel()
		body.Interrupt()
		for range batches { // until the parser has ended
		}
		p.aside.remove()
	}()
	for {
		select {
		case b, more := <-batches:
			if !more {
				return nil
			}
			if err := i.store(b); err != nil {
				return err
			}
		case <-i.server.Stopping:
			return errStopping
		}
	}
}

// store stores a batch.
func (i *importing) store(b *batch) error {
	i.aside = i.aside || b.aside > 0
	if b.err != nil {
		return b.err
	}
	var report job.ImportReport
	var err error
	for n := range b.drafts {
		b.drafts[n].Actor = i.call.key.ID
	}
	run := i.run
	if b.final {
		before := i.answer.ImportCounts.Add(job.ImportReport{}, b.failed)
		run.Before = &before
	}
	if len(b.drafts) > 0 || b.final {
		report, err = i.server.Store.Import(i.call.ctx(), i.call.caller(), run, b.drafts, b.lines)
	}
	if err != nil {
		return err
	}
	i.ended = b.final
	i.server.stats.rows(job.ImportCounts{}.Add(report, b.failed))
	i.answer.add(report, b)
	i.call.alive()
	if b.late {
		i.late = max(i.late, b.last)
	} else {
		i.kept = max(i.kept, b.last)
	}
	return nil
}

// cutShort returns the answer to an import that was interrupted: why, and how
// far it came. A caller who has left needs none.
func (i *importing) cutShort(err error) error {
	if i.call.keyRevoked() {
		err = errKeyRevoked
	}
	p, known := problemOf(err)
	if !known && i.call.ctx().Err() != nil {
		return err
	}
	if !known {
		i.server.Log.Error("import failed", "request", requestID(i.call.ctx()), "error", web.ErrorText(err))
	}
	told := *p
	told.Detail += " " + i.reached()
	return &told
}

// reached says how far the import came.
func (i *importing) reached() string {
	text := "No line was imported"
	if i.kept > 0 {
		text = fmt.Sprintf("Lines up to %d were imported", i.kept)
	}
	switch {
	case i.late > 0:
		text += fmt.Sprintf("; of those without an id, lines up to %d were", i.late)
	case i.aside && i.kept > 0:
		text += "; none without an id were"
	}
	return text + "."
}

// A parser reads rows into batches.
type parser struct {
	source draftSource
	aside  aside
	out    chan<- *batch
}

// parse reads until the stream or ctx ends. Rows that were set aside are sent
// after all others.
func (p *parser) parse(ctx context.Context) {
	last, err := p.read(ctx, p.source, newBatch)
	if err == io.EOF && p.aside.rows > 0 {
		p.send(ctx, last)
		last, err = p.read(ctx, &p.aside, newLateBatch)
	}
	if err != io.EOF {
		last = &batch{aside: p.aside.rows, err: err}
	}
	last.final = err == io.EOF
	p.send(ctx, last)
}

// read reads a source into batches, to its end. It returns the last of them, which
// it does not send, and why it ended.
func (p *parser) read(ctx context.Context, source draftSource, empty func() *batch) (last *batch, err error) {
	b := empty()
	for ctx.Err() == nil {
		d, at, err := source.next()
		var bad lineError
		switch {
		case err == nil:
			err = p.take(b, d, at)
		case errors.As(err, &bad):
			b.refuse(at, bad)
			err = nil
		}
		if err != nil {
			return b, err
		}
		if b.full() {
			p.send(ctx, b)
			b = empty()
		}
	}
	return b, ctx.Err()
}

// take adds a row to a batch, or sets it aside.
func (p *parser) take(b *batch, d model.Draft, at rowPlace) error {
	if b.late || d.ID != nil || !p.source.mixesIDs() {
		b.take(d, at)
		return nil
	}
	b.last = at.toLine
	if faults := p.aside.model.MissingFor(d); len(faults) > 0 {
		b.refuse(at, badRow(faults.Error()))
		return nil
	}
	b.aside++
	return p.aside.add(d, at)
}

// send sends a batch, unless nobody receives any more.
func (p *parser) send(ctx context.Context, b *batch) {
	select {
	case p.out <- b:
	case <-ctx.Done():
	}
}
