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
}

// add counts some records. rids are the numbers of the first of them.
func (r *reasons) add(w why, count int64, rids ...int64) {
	i, known := r.at[w]
	if !known {
		if r.at == nil {
			r.at = map[why]int{}
		}
		i, r.at[w] = len(r.list), len(r.list)
		r.list = append(r.list, reason{why: w})
	}
	to := &r.list[i]
	to.count += count
	room := job.MaxSampleIDs - len(to.first)
	to.first = append(to.first, rids[:min(room, len(rids))]...)
}

// addAll counts a chunk's rejections.
func (r *reasons) addAll(base int64, rejections []rejection) {
	for _, f := range rejections {
		r.add(why{f.Code, f.Pointer}, 1, base+int64(f.Offset))
	}
}

// join adds the counts of others.
func (r *reasons) join(others reasons) {
	for _, o := range others.list {
		r.add(o.why, o.count, o.first...)
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
		list = job.Summarise(list, job.ErrorSummary{Code: one.code, Pointer: one.pointer, Count: one.count, SampleIDs: ids})
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
