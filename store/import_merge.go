package store

import (
	"fmt"
	"slices"
	"strings"

	"bulkpatch/model"
)

// An importedRecord is one that a line of an import changes.
type importedRecord struct {
	rid   int64
	bytes int64 // of the values that lines merge into
}

// mergedFields lists the fields into which some drafts merge.
func mergedFields(drafts []model.Draft) []*model.Field {
	var fields []*model.Field
	for _, d := range drafts {
		for _, s := range d.Patch.Sets {
			if s.Merge != nil && !slices.Contains(fields, s.Field) {
				fields = append(fields, s.Field)
			}
		}
	}
	return fields
}

// lengthOf is the length of some fields of a record together.
func (d *dialect) lengthOf(fields []*model.Field) string {
	parts := []string{"0"}
	for _, f := range fields {
		parts = append(parts, "COALESCE("+d.bytes(f)+", 0)")
	}
	return strings.Join(parts, " + ")
}

// mergeInGo carries out those merges of a line that have too many names for
// one expression, or may make too large a value. It names the field that would
// become too large, "" where none would.
func (im *importer) mergeInGo(r importedRecord, sets []model.Set) (tooLarge string, err error) {
	for i, s := range sets {
		if s.Merge == nil || !isWide(s.Merge) && r.bytes+int64(len(s.Merge)) <= maxValue {
			continue
		}
		var before *string
		if _, err := im.t.get(&before, "SELECT CAST("+quoted(s.Field)+" AS text) FROM "+im.m.Table()+" WHERE rid = ? AND workspace = ?", r.rid, im.ws.ID); err != nil {
			return "", err
		}
		if before != nil {
			merged := string(model.MergeJSON([]byte(canonical(s.Field, *before)), s.Merge))
			if len(merged) > maxValue && merged != canonical(s.Field, *before) {
				return s.Field.Name, nil
			}
			sets[i].Value = merged
		}
		sets[i].Merge = nil
	}
	return "", nil
}

// refusedDetail says why a line's values were refused.
func (im *importer) refusedDetail(f dataFault) string {
	switch f.code {
	case codeTooLarge, codeTooComplex:
		return "the line is too large or too complex for the database"
	case codeUnique:
		return fmt.Sprintf("the value of %s is already taken by another record", fieldOf(im.m, f.column))
	}
	return "a rule of the database refused a value"
}
