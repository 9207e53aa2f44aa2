package api_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

func table(ws auth.Workspace, m *model.Model) string { return ws.Name + "/" + m.Name }

// put makes or replaces a record.
func (f *fake) put(ws auth.Workspace, m *model.Model, d model.Draft) (model.Record, bool) {
	all := f.records[table(ws, m)]
	if all == nil {
		all = map[string]model.Record{}
		f.records[table(ws, m)] = all
	}
	id := d.ID
	if id == nil {
		id = nextID(m, len(all)+1)
	}
	old, existed := all[model.FormatID(id)]
	rec := model.Record{RID: int64(len(all) + 1), Values: d.Insert(m)}
	version := int64(1)
	if existed {
		rec = model.Record{RID: old.RID, Values: slices.Clone(old.Values)}
		version = old.Values[m.Role(model.RoleVersion).Index].(int64) + 1
		for _, set := range d.Patch.Sets {
			rec.Values[set.Field.Index] = set.Value
		}
	}
	rec.Values[m.Role(model.RoleID).Index] = id
	rec.Values[m.Role(model.RoleVersion).Index] = version
	complete(m, rec.Values, f.now())
	all[model.FormatID(id)] = rec
	return rec, existed
}

// nextID returns an id as the model's rule may make it.
func nextID(m *model.Model, n int) any {
	switch f := m.Role(model.RoleID); {
	case f.Type == model.Integer:
		return int64(n)
	case f.Format == "uuid":
		return fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
	}
	return strconv.Itoa(n)
}

// complete gives a record what the store itself sets, as far as it is missing: times,
// defaults and numbers of sequences.
func complete(m *model.Model, values []any, now time.Time) {
	for _, f := range m.Fields {
		switch {
		case values[f.Index] != nil || f.Nullable:
		case f.Default != nil:
			values[f.Index] = f.Default
		case f.Role == model.RoleCreatedAt || f.Role == model.RoleUpdatedAt:
			values[f.Index] = now.UnixMicro()
		case f.Generate == "sequence":
			values[f.Index] = int64(1)
		}
	}
}

func (f *fake) CreateRecord(_ context.Context, by auth.Caller, m *model.Model, d model.Draft, found ...filter.Filter) (model.Record, bool, error) {
	ws := by.Workspace
	defer f.lock()()
	if f.err != nil {
		return model.Record{}, false, f.err
	}
	for _, by := range found {
		if some := f.matching(ws, m, by); len(some) > 0 {
			return some[0], true, nil
		}
	}
	if d.ID != nil {
		if _, taken := f.records[table(ws, m)][model.FormatID(d.ID)]; taken {
			return model.Record{}, false, job.ErrExists
		}
	}
	rec, _ := f.put(ws, m, d)
	f.grow(ws, m, d.Patch)
	return rec, false, nil
}

func (f *fake) Record(_ context.Context, ws auth.Workspace, m *model.Model, id any) (model.Record, error) {
	defer f.lock()()
	rec, ok := f.records[table(ws, m)][model.FormatID(id)]
	if !ok {
		return model.Record{}, job.ErrNotFound
	}
	return rec, f.err
}

func (f *fake) matching(ws auth.Workspace, m *model.Model, by filter.Filter) []model.Record {
	var out []model.Record
	for _, rec := range f.records[table(ws, m)] {
		if by.Match(rec) {
			out = append(out, rec)
		}
	}
	slices.SortFunc(out, func(a, b model.Record) int { return cmp.Compare(a.RID, b.RID) })
	return out
}

// cut makes a page of a list; the cursor is the place it begins at.
func cut[T any](all []T, cursor string, limit int) ([]T, string, error) {
	at := 0
	if cursor != "" {
		var err error
		if at, err = strconv.Atoi(cursor); err != nil || at < 0 || at > len(all) {
			return nil, "", job.ErrBadCursor
		}
	}
	end := min(at+limit, len(all))
	next := ""
	if end < len(all) {
		next = strconv.Itoa(end)
	}
	return all[at:end], next, nil
}

func (f *fake) Records(ctx context.Context, ws auth.Workspace, m *model.Model, q filter.Query) (filter.Page, error) {
	if err := before(ctx, f.onRecords); err != nil {
		return filter.Page{}, err
	}
	defer f.lock()()
	if f.recordsErr != nil {
		return filter.Page{}, f.recordsErr
	}
	all := f.matching(ws, m, q.Filter)
	items, next, err := cut(all[min(q.Offset, len(all)):], q.Cursor, q.Limit)
	page := filter.Page{Items: items, NextCursor: next}
	if q.Count {
		n := int64(len(all))
		page.Count = &n
	}
	return page, cmp.Or(f.err, err)
}

func (f *fake) Scan(_ context.Context, ws auth.Workspace, m *model.Model, by filter.Filter, yield func([]model.Record) error) error {
	unlock := f.lock()
	all, err := f.matching(ws, m, by), f.err
	unlock()
	if err != nil {
		return err
	}
	for page := range slices.Chunk(all, 2) {
		if err := yield(page); err != nil {
			return err
		}
		if f.onPage != nil {
			f.onPage()
		}
		if f.scanFails {
			return job.ErrUnavailable
		}
	}
	return nil
}

// Options answers what earlier calls have added.
func (f *fake) Choices(_ context.Context, ws auth.Workspace, m *model.Model) (func(*model.Field) []string, error) {
	defer f.lock()()
	added := maps.Clone(f.options[table(ws, m)])
	return func(fd *model.Field) []string { return added[fd.Name] }, f.err
}

// grow adds what a patch brings to the options.
func (f *fake) grow(ws auth.Workspace, m *model.Model, p model.Patch) {
	at := table(ws, m)
	if f.options[at] == nil {
		f.options[at] = map[string][]string{}
	}
	for _, s := range p.NewChoices(func(fd *model.Field) []string { return f.options[at][fd.Name] }) {
		f.options[at][s.Field.Name] = append(f.options[at][s.Field.Name], s.Value.(string))
	}
}

func (f *fake) DeleteRecord(_ context.Context, by auth.Caller, m *model.Model, id any, ifMatch *int64) error {
	ws := by.Workspace
	defer f.lock()()
	all := f.records[table(ws, m)]
	rec, ok := all[model.FormatID(id)]
	if !ok {
		return job.ErrNotFound
	}
	if ifMatch != nil && rec.Values[m.Role(model.RoleVersion).Index] != *ifMatch {
		return job.ErrOtherVersion
	}
	delete(all, model.FormatID(id))
	return nil
}

func (f *fake) History(_ context.Context, ws auth.Workspace, m *model.Model, id any, limit int, cursor string) ([]job.HistoryItem, string, error) {
	defer f.lock()()
	if _, ok := f.records[table(ws, m)][model.FormatID(id)]; !ok {
		return nil, "", job.ErrNotFound
	}
	return cut([]job.HistoryItem{{JobID: "j1", At: "2026-01-02T03:04:05Z", Changed: map[string]job.Change{
		"jobTitle": {From: json.RawMessage("null"), To: json.RawMessage(`"Lead"`)},
	}}}, cursor, limit)
}

func (f *fake) BeginImport(_ context.Context, _ auth.Caller, m *model.Model) (job.Import, error) {
	if f.braked {
		return job.Import{}, job.ErrBraked
	}
	return job.Import{Model: m}, nil
}

func (f *fake) Import(ctx context.Context, by auth.Caller, run job.Import, drafts []model.Draft, lines []int64) (job.ImportReport, error) {
	ws, m := by.Workspace, run.Model
	if len(drafts) == 0 { // it only ends the import
		return job.ImportReport{}, nil
	}
	if f.onImport != nil {
		if err := f.onImport(ctx); err != nil {
			return job.ImportReport{}, err
		}
	}
	defer f.lock()()
	if err := cmp.Or(ctx.Err(), f.err); err != nil {
		return job.ImportReport{}, err
	}
	f.batches = append(f.batches, len(drafts))
	if f.onDrafts != nil {
		f.onDrafts(drafts)
	}
	var report job.ImportReport
	for i, d := range drafts {
		_, exists := f.records[table(ws, m)][model.FormatID(d.ID)]
		if faults := m.MissingFor(d); len(faults) > 0 && !exists {
			report.Failed = append(report.Failed, job.LineError{Line: lines[i], ToLine: lines[i], Detail: faults.Error()})
			continue
		}
		if _, existed := f.put(ws, m, d); existed {
			report.Updated++
		} else {
			report.Inserted++
		}
	}
	return report, nil
}
