package store

import (
	"fmt"
	"slices"
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// readAtOnce is how many bytes of existing records are in memory at a time.
const readAtOnce = 16 << 20

// Why a line fails whose record exists. The code comes first, for programs.
const (
	detailIDTaken = "id_taken: The store generated this id for another record while the import was running; give the line another id."
	detailVersion = `precondition_failed: The record has version %d and the line says %d, so that newer data would be overwritten; columns={"version": null} leaves the column out.`
)

// An edit is what a line changes of a record.
type edit struct {
	rid, line int64
	sets      []model.Set // the new values, whole
	keepsTime bool        // the changed values leave the record's time of change as it is
}

// mergeExisting merges the drafts whose records exist, and reports which ones
// those are. It locks the records in ascending order of their numbers, as
// chunks do, and reads them in parts that fit into memory.
func (im *importer) mergeExisting(drafts []model.Draft, lines []int64) (merged []bool, err error) {
	merged = make([]bool, len(drafts))
	place := make(map[any]int, len(drafts))
	ids := make([]any, 0, len(drafts))
	for i, d := range drafts {
		if d.ID != nil {
			place[d.ID], ids = i, append(ids, d.ID)
		}
	}
	if len(ids) == 0 {
		return merged, nil
	}
	var rids []int64
	if err := im.t.List(&rids, im.t.Dialect.ByID(im.m), im.t.Dialect.Ids(im.m, ids), im.ws.ID); err != nil || len(rids) == 0 {
		return merged, err
	}
	slices.Sort(rids)
	id, fields := im.m.Role(model.RoleID), im.fieldsToRead(drafts)
	for more := true; more; {
		var records []model.Record
		if records, more, err = im.lock(rids, fields); err != nil {
			return nil, err
		}
		var part part
		for _, r := range records {
			i := place[r.Values[id.Index]]
			merged[i] = true
			part.drafts, part.lines = append(part.drafts, drafts[i]), append(part.lines, lines[i])
		}
		part.records = records
		if err := im.mergePart(part); err != nil {
			return nil, err
		}
		if more {
			rids = rids[slices.Index(rids, records[len(records)-1].RID)+1:]
		}
	}
	return merged, nil
}

// fieldsToRead returns the fields that the drafts give values to, and the
// others that merging needs.
func (im *importer) fieldsToRead(drafts []model.Draft) []*model.Field {
	wanted := make([]bool, len(im.m.Fields))
	wanted[im.m.Role(model.RoleID).Index], wanted[im.m.Role(model.RoleVersion).Index] = true, true
	for _, d := range drafts {
		for _, s := range d.Patch.Stamped(im.m, d.Actor).Sets {
			wanted[s.Field.Index] = true // a stamp also sets the other field
		}
	}
	wanted[im.m.Role(model.RoleLastJob).Index] = false // stored as a number
	var fields []*model.Field
	for _, f := range im.m.Fields {
		if wanted[f.Index] {
			fields = append(fields, f)
		}
	}
	return fields
}

// lock locks some records and reads fields of them, by number. more reports
// that others of them did not fit.
func (im *importer) lock(rids []int64, fields []*model.Field) (records []model.Record, more bool, err error) {
	columns := []string{"rid"}
	for _, f := range fields {
		columns = append(columns, sqldb.Quoted(f))
	}
	among, args := im.t.Dialect.Among("rid", rids)
	rows, err := im.t.Session.QueryxContext(im.t.Ctx, im.t.Dialect.Rebind("SELECT "+strings.Join(columns, ", ")+" FROM "+im.m.Table()+im.t.Dialect.NotIndexed+
		" WHERE "+among+" AND workspace = ?"+im.t.Dialect.ListEnd(im.m.Table())), append(args, im.ws.ID)...)
	if err != nil {
		return nil, false, err
	}
	return scanFields(im.m, fields, rows, budget{left: readAtOnce})
}

// A part is some records, and for each the draft to be merged into it.
type part struct {
	records []model.Record
	drafts  []model.Draft
	lines   []int64
}

// mergePart merges drafts into the records that have other values.
func (im *importer) mergePart(p part) error {
	made, err := im.madeSince(p.records)
	if err != nil {
		return err
	}
	var edits []edit
	for i, r := range p.records {
		line := p.lines[i]
		if made[r.RID] {
			im.fail(line, detailIDTaken)
			continue
		}
		e, tooLarge := im.compare(r, p.drafts[i])
		e.line = line
		version, _ := r.Values[im.m.Role(model.RoleVersion).Index].(int64)
		switch given := p.drafts[i].Version; {
		case tooLarge != nil:
			im.fail(line, "/"+tooLarge.Name+": The value would be larger than the 1 MiB that a field may hold.")
		case len(e.sets) == 0:
			im.report.Unchanged++
		case given != 0 && given != version:
			im.fail(line, fmt.Sprintf(detailVersion, version, given))
		default:
			edits = append(edits, e)
		}
	}
	if edits, err = im.count(edits); err != nil {
		return err
	}
	return im.write(edits)
}

// madeSince returns the numbers of those records whose ids the store has
// generated since the import began.
func (im *importer) madeSince(records []model.Record) (map[int64]bool, error) {
	var young []int64
	for _, r := range records {
		if r.RID >= im.run.Since {
			young = append(young, r.RID)
		}
	}
	return im.t.generatedAmong(im.ws.ID, im.m, im.m.Role(model.RoleID), young)
}

// compare returns what a draft would change of a record, and a field that would
// become too large.
func (im *importer) compare(r model.Record, d model.Draft) (e edit, tooLarge *model.Field) {
	patch := d.Patch.Stamped(im.m, d.Actor)
	e = edit{rid: r.RID, keepsTime: true}
	for _, s := range patch.Sets {
		switch s.Field.Role {
		case model.RoleID, model.RoleVersion, model.RoleUpdatedAt, model.RoleLastJob:
			continue
		}
		before := r.Values[s.Field.Index]
		var was any
		if s.When != nil {
			was = r.Values[s.When.Index]
		}
		after := patched(patch, s, before, was, im.t.Now)
		if im.same(s, before, after) {
			continue
		}
		if text, _ := after.(string); s.Merge != nil && len(text) > job.MaxValue {
			return edit{}, s.Field
		}
		e.sets = append(e.sets, model.Set{Field: s.Field, Value: after})
		e.keepsTime = e.keepsTime && (s.When != nil || slices.Contains(s.Field.KeepsUpdated, after))
	}
	return e, nil
}

// same reports whether a record keeps its value. For callers who may not read a
// secret, a line that names the secret always changes the record: otherwise
// they could guess it.
func (im *importer) same(s model.Set, before, after any) bool {
	f := s.Field
	switch {
	case s.When != nil:
		return f.Same(before, after)
	case f.WriteOnly, f.Secret == model.Hashed:
		return false
	case f.Secret == model.Masked && after != nil && !im.run.Secrets:
		return false
	}
	return before == after || f.Same(before, after)
}
