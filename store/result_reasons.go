package store

import (
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// reasons counts records that were not updated, by reason, with the first numbers
// for each. The zero value is ready to use.
type reasons struct {
	list []reason
	at   map[why]int
}

// A why identifies a reason.
type why struct{ code, pointer string }

type reason struct {
	why
	count int64
	first []int64 // numbers of records, at most [job.MaxSampleIDs]
	lines []int64 // of rows of a file, at most as many
}

// add counts some records. rids are the numbers of the first of them.
func (r *reasons) add(w why, count int64, rids ...int64) {
	to := r.of(w)
	to.count += count
	room := job.MaxSampleIDs - len(to.first)
	to.first = append(to.first, rids[:min(room, len(rids))]...)
}

// of is the entry of a reason.
func (r *reasons) of(w why) *reason {
	i, known := r.at[w]
	if !known {
		if r.at == nil {
			r.at = map[why]int{}
		}
		i, r.at[w] = len(r.list), len(r.list)
		r.list = append(r.list, reason{why: w})
	}
	return &r.list[i]
}

// addLines adds lines of rows that are counted already.
func (r *reasons) addLines(w why, lines ...int64) {
	to := r.of(w)
	room := job.MaxSampleIDs - len(to.lines)
	to.lines = append(to.lines, lines[:min(room, len(lines))]...)
}

// addAll counts a chunk's rejections.
func (r *reasons) addAll(c *chunk) {
	for _, f := range c.rejected {
		w := why{f.Code, f.Pointer}
		r.add(w, 1, c.base+int64(f.Offset))
		if line := c.rows.line(f.Offset); line > 0 {
			r.addLines(w, line)
		}
	}
}

// addRows counts rows without a usable record.
func (r *reasons) addRows(rows rowReason) {
	w := why{rows.Code, rows.Pointer}
	r.add(w, int64(len(rows.Rows)))
	for _, line := range rows.Lines[:min(len(rows.Lines), job.MaxSampleIDs)] {
		r.addLines(w, int64(line))
	}
}

// join adds the counts of others.
func (r *reasons) join(others reasons) {
	for _, o := range others.list {
		r.add(o.why, o.count, o.first...)
		r.addLines(o.why, o.lines...)
	}
}

// addTo adds the reasons to a stored summary. Its ids are strings, because processes
// of earlier versions read no others; [Store.typed] gives them their type when they
// are read.
func (r *reasons) addTo(list []job.ErrorSummary, q queryer, d *sqldb.Dialect, ws int64, m *model.Model) ([]job.ErrorSummary, error) {
	for _, one := range r.list {
		byNumber, err := idsOf(q, d, ws, m, one.first)
		if err != nil {
			return nil, err
		}
		ids := make([]model.ID, 0, len(one.first))
		for _, rid := range one.first {
			if id, ok := byNumber[rid]; ok {
				ids = append(ids, model.StringID(id))
			}
		}
		list = job.Summarise(list, job.ErrorSummary{Code: one.code, Pointer: one.pointer, Count: one.count, SampleIDs: ids, SampleLines: one.lines})
	}
	return list, nil
}

// typed gives the ids of a job that was read the type that they have in its model. If
// the model is not loaded, they stay strings.
func (s *Store) typed(j *job.Job) {
	m, ok := s.models.Model(j.Model)
	if !ok {
		return
	}
	j.RecordID = m.Typed(j.RecordID)
	typeReasons(m, j.ErrorSummary)
	if j.Preview != nil {
		typePreview(m, j.Preview)
	}
	if j.UndoPreview != nil {
		typeUndoPreview(m, j.UndoPreview)
	}
}

func typePreview(m *model.Model, p *job.Preview) {
	typeReasons(m, p.Reasons)
	for i := range p.Sample {
		p.Sample[i].ID = m.Typed(p.Sample[i].ID)
	}
}

func typeReasons(m *model.Model, list []job.ErrorSummary) {
	for _, e := range list {
		for i := range e.SampleIDs {
			e.SampleIDs[i] = m.Typed(e.SampleIDs[i])
		}
	}
}
