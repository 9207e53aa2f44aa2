package store

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// BeginImport returns an import that starts now and may not read secrets. It stores
// only that the import has started; [Store.Import] ends it. [job.ErrBraked]: the
// brake is on.
func (s *Store) BeginImport(ctx context.Context, by auth.Caller, m *model.Model) (job.Import, error) {
	run := job.Import{ID: uuid.Must(uuid.NewV7()).String(), Model: m, Counted: map[string]int64{}}
	if err := s.readGenerated(ctx, by.Workspace, &run); err != nil {
		return job.Import{}, s.classify(err)
	}
	// Last, so that every import with a start comes to its end.
	err := s.inTx(ctx, func(t *tx) error {
		if err := t.checkBrake(by.Workspace.ID); err != nil {
			return err
		}
		return t.audit(by, auth.Entry{Action: auth.ImportStarted, Target: importTarget(run)})
	})
	return run, err
}

// readGenerated reads what the store has generated before an import.
func (s *Store) readGenerated(ctx context.Context, ws auth.Workspace, run *job.Import) error {
	err := s.db.Lookups.GetContext(ctx, &run.Since, s.db.Dialect.Rebind(`SELECT COALESCE(MAX(next), 0) FROM blocks WHERE workspace = ? AND model = ?`), ws.ID, run.Model.Name)
	if err != nil {
		return err
	}
	var counted []struct {
		Field string
		Next  int64
	}
	err = s.db.Lookups.SelectContext(ctx, &counted, s.db.Dialect.Rebind(`SELECT field, next FROM sequences WHERE workspace = ? AND model = ?`), ws.ID, run.Model.Name)
	for _, c := range counted {
		run.Counted[c.Field] = c.Next
	}
	return err
}

func importTarget(run job.Import) auth.Target {
	return auth.Target{Model: run.Model.Name, ImportID: run.ID}
}

// Import merges each draft into the record with its id, or creates a record, in
// one transaction. lines[i] is the line number of drafts[i] for the report,
// which counts each draft once.
//
// A record that already has a draft's values is unchanged, whatever the
// versions. Otherwise a version in the draft must be the record's. The change
// gives the record a new version and no last job; the draft's time of change is
// used for new records only. A draft fails if the store has generated its id
// since the import began, because the draft cannot mean that record. Imports of
// the same new ids merge. A draft that fails is reported and does not affect
// the others. [job.ErrBraked]: the brake is on, and nothing was written.
//
// With run.Before the batch, which may be empty, is the last one: the import ends
// with it. The end alone is written under the brake too.
func (s *Store) Import(ctx context.Context, by auth.Caller, run job.Import, drafts []model.Draft, lines []int64) (job.ImportReport, error) {
	var report job.ImportReport
	err := s.inLargeTx(ctx, func(t *tx) error {
		report = job.ImportReport{}
		drafts, lines := drafts, lines // the transaction may run again
		if len(drafts) > 0 {
			if err := t.keepReleased(by.Workspace.ID); err != nil {
				return err
			}
		}
		im := importer{t: t, run: run, ws: by.Workspace, m: run.Model, report: &report}
		full, err := t.takeChoices(im.ws.ID, im.m, brought(drafts))
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
		if run.Before == nil {
			return nil
		}
		counts := run.Before.Add(report, 0).ByName()
		return t.audit(by, auth.Entry{Action: auth.ImportEnded, Target: importTarget(run), Counts: counts})
	})
	return report, err
}

// A givenChoice is a value that a draft gives to a drop-down.
type givenChoice struct {
	field string
	value any
}

// withRoom reports the lines that bring a choice for which there is no room,
// and returns the others.
func (im *importer) withRoom(drafts []model.Draft, lines []int64, full []model.Set) ([]model.Draft, []int64) {
	if len(full) == 0 {
		return drafts, lines
	}
	refused := make(map[givenChoice]bool, len(full))
	for _, s := range full {
		refused[givenChoice{s.Field.Name, s.Value}] = true
	}
	var kept []model.Draft
	var keptLines []int64
	for i, d := range drafts {
		values := d.Patch.NewChoices(nil)
		at := slices.IndexFunc(values, func(s model.Set) bool { return refused[givenChoice{s.Field.Name, s.Value}] })
		if at < 0 {
			kept, keptLines = append(kept, d), append(keptLines, lines[i])
			continue
		}
		im.fail(lines[i], model.Faults{model.TooManyChoices(values[at].Pointer)}.Error())
	}
	return kept, keptLines
}

// brought returns, each once, the values that drafts give to drop-downs and
// that are no choices of the model.
func brought(drafts []model.Draft) []model.Set {
	seen := map[givenChoice]bool{}
	var sets []model.Set
	for _, d := range drafts {
		for _, s := range d.Patch.NewChoices(nil) {
			if o := (givenChoice{s.Field.Name, s.Value}); !seen[o] {
				seen[o] = true
				sets = append(sets, s)
			}
		}
	}
	return sets
}

// distinct returns how many drafts, from the first on, have different ids. An
// id that comes again must find the record that its first line created.
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
	run    job.Import
	ws     auth.Workspace
	m      *model.Model
	report *job.ImportReport
}

// merge imports drafts of different ids.
func (im *importer) merge(drafts []model.Draft, lines []int64) error {
	merged, err := im.mergeExisting(drafts, lines)
	if err != nil {
		return err
	}
	var fresh []model.Draft
	var freshLines []int64
	for i, d := range drafts {
		if !merged[i] && !im.incomplete(d, lines[i]) {
			fresh, freshLines = append(fresh, d), append(freshLines, lines[i])
		}
	}
	return im.insert(fresh, freshLines)
}

// incomplete reports whether a new record lacks what its model requires. If so,
// it adds the line to the report.
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

// orElse ignores rows whose id somebody else has taken since it was looked up:
// another import, or a caller that creates a record.
const orElse = " ON CONFLICT (workspace, id) DO NOTHING"

// insert inserts new records in a few statements, or one by one if the database
// refuses any. Records that others have created meanwhile are merged.
func (im *importer) insert(drafts []model.Draft, lines []int64) error {
	drafts, lines, err := im.uncounted(drafts, lines)
	if err != nil || len(drafts) == 0 {
		return err
	}
	rows, err := im.t.newRows(im.ws, im.m, drafts)
	if err != nil {
		return err
	}
	inserted, err := im.insertOnly(rows)
	if _, refused := im.t.Dialect.Refusal(err); refused {
		return im.insertEach(rows, drafts, lines)
	}
	if err != nil {
		return err
	}
	im.report.Inserted += inserted
	if inserted == int64(len(rows)) {
		return nil
	}
	there, err := im.inserted(rows)
	if err != nil {
		return err
	}
	var left []model.Draft
	var leftLines []int64
	for i, r := range rows {
		if !there[r.rid] {
			left, leftLines = append(left, drafts[i]), append(leftLines, lines[i])
		}
	}
	return im.merge(left, leftLines)
}

// insertOnly inserts the rows whose ids are free.
func (im *importer) insertOnly(rows []newRow) (inserted int64, err error) {
	err = im.t.Attempt(func() error {
		inserted, err = im.t.insert(im.ws, im.m, rows, orElse)
		return err
	})
	return inserted, err
}

// insertEach inserts row by row, so that a row which the database refuses fails
// alone.
func (im *importer) insertEach(rows []newRow, drafts []model.Draft, lines []int64) error {
	for i := range rows {
		inserted, err := im.insertOnly(rows[i : i+1])
		if err == nil && inserted == 0 {
			err = im.merge(drafts[i:i+1], lines[i:i+1])
		} else {
			err = im.outcome(err, &im.report.Inserted, lines[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// inserted returns the numbers of those rows that are in the table.
func (im *importer) inserted(rows []newRow) (map[int64]bool, error) {
	rids := make([]int64, len(rows))
	for i, r := range rows {
		rids[i] = r.rid
	}
	among, args := im.t.Dialect.Among("rid", rids)
	var found []int64
	err := im.t.List(&found, "SELECT rid FROM "+im.m.Table()+im.t.Dialect.NotIndexed+" WHERE "+among+" AND workspace = ?", append(args, im.ws.ID)...)
	there := make(map[int64]bool, len(found))
	for _, rid := range found {
		there[rid] = true
	}
	return there, err
}

// outcome counts a success, or reports a line whose values the database
// refused. It returns any other error.
func (im *importer) outcome(err error, counter *int64, line int64) error {
	if err == nil {
		*counter++
		return nil
	}
	f, inData := im.t.Dialect.Fault(err)
	if !inData || f.Memory {
		return err
	}
	im.fail(line, im.refusedDetail(f))
	return nil
}

// refusedDetail tells why the database refused a line's values.
func (im *importer) refusedDetail(f sqldb.DataFault) string {
	switch f.Code {
	case sqldb.CodeTooLarge, sqldb.CodeTooComplex:
		return "The line is too large or too complex for the database."
	case sqldb.CodeUnique:
		return valueTaken(fieldOf(im.m, f.Column))
	}
	return "A rule of the database refused a value."
}

// valueTaken is the detail of a line whose value must be unique and is taken.
func valueTaken(field string) string {
	return "/" + field + ": The value is already taken by another record."
}
