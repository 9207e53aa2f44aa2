package store

import (
	"context"
	"slices"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// Import merges each draft into the record of its id, or makes a new record,
// in one transaction. lines[i] is the line number of drafts[i], for the
// report. A draft that the database refuses is reported and stops no other.
func (s *Store) Import(ctx context.Context, ws auth.Workspace, m *model.Model, drafts []model.Draft, lines []int64) (job.ImportReport, error) {
	var report job.ImportReport
	err := s.inLargeTx(ctx, func(t *tx) error {
		report = job.ImportReport{}
		drafts, lines := drafts, lines // it may run again
		im := importer{t: t, ws: ws, m: m, report: &report}
		full, err := t.takeOptions(ws.ID, m, brought(drafts))
		if err != nil {
			return err
		}
		drafts, lines = im.withRoom(drafts, lines, full)
		for len(drafts) > 0 {
			n := distinct(drafts)
			if err := im.merge(drafts[:n], lines[:n]); err != nil {
				return err
			}
			drafts, lines = drafts[n:], lines[n:]
		}
		return nil
	})
	return report, err
}

// An option is a value of a drop-down.
type option struct {
	field string
	value any
}

// withRoom reports the lines that bring an option for which there is no room,
// and returns the others.
func (im *importer) withRoom(drafts []model.Draft, lines []int64, full []model.Set) ([]model.Draft, []int64) {
	if len(full) == 0 {
		return drafts, lines
	}
	refused := make(map[option]bool, len(full))
	for _, s := range full {
		refused[option{s.Field.Name, s.Value}] = true
	}
	var kept []model.Draft
	var keptLines []int64
	for i, d := range drafts {
		values := d.Patch.NewOptions(nil)
		at := slices.IndexFunc(values, func(s model.Set) bool { return refused[option{s.Field.Name, s.Value}] })
		if at < 0 {
			kept, keptLines = append(kept, d), append(keptLines, lines[i])
			continue
		}
		im.fail(lines[i], model.Faults{model.TooManyOptions(values[at].Pointer)}.Error())
	}
	return kept, keptLines
}

// brought lists each value once that drafts give to drop-downs and their
// model does not know.
func brought(drafts []model.Draft) []model.Set {
	seen := map[option]bool{}
	var sets []model.Set
	for _, d := range drafts {
		for _, s := range d.Patch.NewOptions(nil) {
			if o := (option{s.Field.Name, s.Value}); !seen[o] {
				seen[o] = true
				sets = append(sets, s)
			}
		}
	}
	return sets
}

// distinct is how many drafts, from the first, have different ids: an id that
// comes again must find the record that its first line made.
func distinct(drafts []model.Draft) int {
	seen := make(map[any]bool, len(drafts))
	for i, d := range drafts {
		if d.ID != nil && seen[d.ID] {
			return i
		}
		seen[d.ID] = true
	}
	return len(drafts)
}

// An importer is one transaction of an import.
type importer struct {
	t      *tx
	ws     auth.Workspace
	m      *model.Model
	report *job.ImportReport
}

func (im *importer) merge(drafts []model.Draft, lines []int64) error {
	existing, err := im.existing(drafts)
	if err != nil {
		return err
	}
	var fresh []model.Draft
	var freshLines []int64
	for i, d := range drafts {
		r, ok := existing[d.ID]
		switch {
		case ok:
			err = im.update(r, d, lines[i])
		case im.incomplete(d, lines[i]):
		default:
			fresh, freshLines = append(fresh, d), append(freshLines, lines[i])
		}
		if err != nil {
			return err
		}
	}
	return im.insert(fresh, freshLines)
}

// existing finds the record numbers of the ids that are there already, and
// locks the records in the order of their numbers, as chunks do.
func (im *importer) existing(drafts []model.Draft) (map[any]importedRecord, error) {
	ids := make([]any, 0, len(drafts))
	for _, d := range drafts {
		if d.ID != nil {
			ids = append(ids, d.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	d := im.t.d
	var rids []int64
	if err := im.t.list(&rids, d.byID(im.m), d.ids(im.m, ids), im.ws.ID); err != nil || len(rids) == 0 {
		return nil, err
	}
	var rows []struct {
		ID    any
		RID   int64 `db:"rid"`
		Bytes int64
	}
	among, args := d.among("rid", rids)
	if err := im.t.list(&rows, "SELECT id, rid, "+d.lengthOf(mergedFields(drafts))+" AS bytes FROM "+im.m.Table()+d.notIndexed+" WHERE "+among+" AND workspace = ?"+d.listEnd(im.m.Table()),
		append(args, im.ws.ID)...); err != nil {
		return nil, err
	}
	existing := make(map[any]importedRecord, len(rows))
	for _, r := range rows {
		existing[r.ID] = importedRecord{r.RID, r.Bytes}
	}
	return existing, nil
}

// incomplete reports a new record that lacks what its model requires.
func (im *importer) incomplete(d model.Draft, line int64) bool {
	faults := im.m.MissingFor(d)
	if len(faults) > 0 {
		im.fail(line, faults.Error())
	}
	return len(faults) > 0
}

func (im *importer) fail(line int64, detail string) {
	im.report.Failed = append(im.report.Failed, job.LineError{Line: line, ToLine: line, Detail: detail})
}

// update merges the given values into a record. A record that has them all
// already is not written.
func (im *importer) update(r importedRecord, d model.Draft, line int64) error {
	sets := slices.DeleteFunc(slices.Clone(d.Patch.Stamped(im.m, d.Actor).Sets), func(s model.Set) bool {
		return s.Field.Role == model.RoleID || s.Field.Role == model.RoleVersion || s.Field.Role == model.RoleLastJob
	})
	if len(sets) == 0 {
		im.report.Updated++
		return nil
	}
	if tooLarge, err := im.mergeInGo(r, sets); err != nil || tooLarge != "" {
		if tooLarge != "" {
			im.fail(line, tooLarge+" would be larger than the 1 MiB that a field may hold")
		}
		return err
	}
	a := im.t.d.assign(sets, im.t.now)
	if slices.ContainsFunc(sets, func(s model.Set) bool { return s.Field.Role == model.RoleUpdatedAt }) {
		a.keepsTime = true // it is among the values
	}
	stamps, stampArgs := a.stamps(im.t.now)
	args := append(append(slices.Clone(a.setArgs), stampArgs...), r.rid, im.ws.ID)
	args = append(args, a.differsArgs...)
	err := im.t.attempt(func() error {
		return im.t.exec1("UPDATE "+im.m.Table()+" SET "+a.set+", "+stamps+" WHERE rid = ? AND workspace = ? AND "+a.differs, args...)
	})
	return im.outcome(err, &im.report.Updated, 1, line)
}

// insert makes new records, all in a few statements where none is refused,
// else one by one.
func (im *importer) insert(drafts []model.Draft, lines []int64) error {
	if len(drafts) == 0 {
		return nil
	}
	rows, err := im.t.newRows(im.ws, im.m, drafts)
	if err != nil {
		return err
	}
	err = im.t.attempt(func() error { _, err := im.t.insert(im.ws, im.m, rows, ""); return err })
	if _, refused := im.t.d.refusal(err); !refused {
		im.report.Inserted += int64(len(rows))
		return err
	}
	for i := range rows {
		err := im.t.attempt(func() error { _, err := im.t.insert(im.ws, im.m, rows[i:i+1], ""); return err })
		if err := im.outcome(err, &im.report.Inserted, 1, lines[i]); err != nil {
			return err
		}
	}
	return nil
}

// outcome counts a success, or reports the line whose values were refused;
// any other error is the transaction's.
func (im *importer) outcome(err error, counter *int64, n int64, line int64) error {
	if err == nil {
		*counter += n
		return nil
	}
	f, inData := im.t.d.fault(err)
	if !inData || f.memory {
		return err
	}
	im.fail(line, im.refusedDetail(f))
	return nil
}
