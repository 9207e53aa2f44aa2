package store

import (
	"fmt"
	"slices"
	"strings"

	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// count reserves the values that lines give to counted fields, so that the
// store does not generate them again. It reports lines as [importer.uncounted]
// does.
func (im *importer) count(edits []edit) ([]edit, error) {
	for _, f := range im.counted() {
		var given []int64
		for _, e := range edits {
			if v, ok := valueFor(e.sets, f); ok {
				given = append(given, v)
			}
		}
		if len(given) == 0 {
			continue
		}
		if err := im.t.skipSequence(im.ws.ID, im.m, f, slices.Max(given)); err != nil {
			return nil, err
		}
		taken, err := im.generatedSince(f, given)
		if err != nil {
			return nil, err
		}
		edits = slices.DeleteFunc(edits, func(e edit) bool { return im.meets(taken, f, e.sets, e.line) })
	}
	return edits, nil
}

// uncounted returns the drafts, with their lines, that give no counted field a
// value which the store has generated for another record since the import
// began. It reports the others. It does not concern ids.
func (im *importer) uncounted(drafts []model.Draft, lines []int64) ([]model.Draft, []int64, error) {
	for _, f := range im.counted() {
		var given []int64
		for _, d := range drafts {
			if v, ok := valueFor(d.Patch.Sets, f); ok {
				given = append(given, v)
			}
		}
		taken, err := im.generatedSince(f, given)
		if err != nil {
			return nil, nil, err
		}
		if len(taken) == 0 {
			continue
		}
		var kept []model.Draft
		var keptLines []int64
		for i, d := range drafts {
			if !im.meets(taken, f, d.Patch.Sets, lines[i]) {
				kept, keptLines = append(kept, d), append(keptLines, lines[i])
			}
		}
		drafts, lines = kept, keptLines
	}
	return drafts, lines, nil
}

// counted returns the counted fields except the id.
func (im *importer) counted() []*model.Field {
	var fields []*model.Field
	for _, f := range im.m.Fields {
		if f.Generate == "sequence" && f.Role == model.RoleNone {
			fields = append(fields, f)
		}
	}
	return fields
}

// generatedSince returns those of some values of a counted field that the store
// has generated since the import began.
func (im *importer) generatedSince(f *model.Field, values []int64) (map[int64]bool, error) {
	since := slices.DeleteFunc(slices.Clone(values), func(v int64) bool { return v < im.run.Counted[f.Name] })
	return im.t.generatedAmong(im.ws.ID, im.m, f, since)
}

// meets reports whether a line gives a value that is taken. If so, it adds the
// line to the report.
func (im *importer) meets(taken map[int64]bool, f *model.Field, sets []model.Set, line int64) bool {
	v, ok := valueFor(sets, f)
	if ok = ok && taken[v]; ok {
		im.fail(line, valueTaken(f.Name))
	}
	return ok
}

// valueFor returns the number that sets give to a field.
func valueFor(sets []model.Set, f *model.Field) (int64, bool) {
	s, _ := model.Patch{Sets: sets}.Set(f)
	v, ok := s.Value.(int64)
	return v, ok
}

// write gives records their new values in a few statements, or one by one if
// the database refuses any.
func (im *importer) write(edits []edit) error {
	if len(edits) == 0 {
		return nil
	}
	err := im.t.Attempt(func() error { return im.writeAll(edits) })
	if _, refused := im.t.Dialect.Refusal(err); !refused {
		if err == nil {
			im.report.Updated += int64(len(edits))
		}
		return err
	}
	for i, e := range edits {
		err := im.t.Attempt(func() error { return im.writeAll(edits[i : i+1]) })
		if err := im.outcome(err, &im.report.Updated, e.line); err != nil {
			return err
		}
	}
	return nil
}

// writeAll gives records their new values. It writes records that change the
// same fields together.
func (im *importer) writeAll(edits []edit) error {
	var together [][]edit
	byFields := map[string]int{}
	for _, e := range edits {
		var key strings.Builder
		for _, s := range e.sets {
			fmt.Fprint(&key, s.Field.Index, " ")
		}
		i, ok := byFields[key.String()]
		if !ok {
			i = len(together)
			byFields[key.String()], together = i, append(together, nil)
		}
		together[i] = append(together[i], e)
	}
	for _, group := range together {
		for len(group) > 0 {
			n := im.t.Dialect.InsertAtOnce(len(group))
			if err := im.writeSome(group[:n]); err != nil {
				return err
			}
			group = group[n:]
		}
	}
	return nil
}

// writeSome writes records that change the same fields, in one statement.
func (im *importer) writeSome(edits []edit) error {
	names, types := []string{"number", "changed_at"}, []model.Type{model.Integer, model.Integer}
	set := []string{"version = version + 1", "updated_at = COALESCE(given.changed_at, updated_at)", "last_job = NULL"}
	for i, s := range edits[0].sets {
		name := fmt.Sprint("v", i)
		names, types = append(names, name), append(types, s.Field.Type)
		set = append(set, sqldb.Quoted(s.Field)+" = given."+name)
	}
	values, rids := make([][]any, len(edits)), make([]int64, len(edits))
	for i, e := range edits {
		rids[i] = e.rid
		values[i] = append(make([]any, 0, len(names)), e.rid, im.t.Now)
		if e.keepsTime {
			values[i][1] = nil
		}
		for _, s := range e.sets {
			values[i] = append(values[i], s.Value)
		}
	}
	source, args := im.t.Dialect.Rows(types, values)
	reached, which := im.t.Dialect.Reached("rid", rids)
	return im.t.Run("WITH given ("+strings.Join(names, ", ")+") AS ("+source+") UPDATE "+im.m.Table()+im.t.Dialect.NotIndexed+
		" SET "+strings.Join(set, ", ")+" FROM given WHERE rid = given.number AND workspace = ? AND "+reached, append(append(args, im.ws.ID), which...)...)
}
