package store

import (
	"bulkpatch/job"
	"bulkpatch/model"
)

// reasons counts refused records by why, and notes the first numbers of each.
// The zero value is ready.
type reasons struct {
	list []reason
	at   map[why]int
}

// A why tells two reasons apart.
type why struct{ code, pointer string }

type reason struct {
	why
	count int64
	first []int64 // numbers of records, at most [job.MaxSampleIDs]
}

// add counts some records, of which there are more where it names few.
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

// addAll counts a chunk's refusals.
func (r *reasons) addAll(base int64, refusals []rejection) {
	for _, f := range refusals {
		r.add(why{f.Code, f.Pointer}, 1, base+int64(f.Offset))
	}
}

// join counts what others were refused for.
func (r *reasons) join(others reasons) {
	for _, o := range others.list {
		r.add(o.why, o.count, o.first...)
	}
}

// addTo adds the reasons to a summary as it is kept, with ids as strings:
// processes of an earlier version read no others. [Store.typed] gives them
// their type on the way out.
func (r *reasons) addTo(list []job.ErrorSummary, q queryer, d *Dialect, ws int64, m *model.Model) ([]job.ErrorSummary, error) {
	for _, one := range r.list {
		byNumber, err := idsOf(q, d, ws, m, one.first)
		if err != nil {
			return nil, err
		}
		ids := make([]model.ID, 0, len(one.first))
		for _, rid := range one.first {
			if id, ok := byNumber[rid]; ok {
				ids = append(ids, model.TextID(id))
			}
		}
		list = job.Summarise(list, job.ErrorSummary{Code: one.code, Pointer: one.pointer, Count: one.count, SampleIDs: ids})
	}
	return list, nil
}

// typed gives the ids of what was kept of a job the type that they have in its
// model. Where that is not loaded they stay strings.
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
