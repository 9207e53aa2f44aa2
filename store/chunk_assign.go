package store

import (
	"slices"
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// An assignment is the new values of a patch, as SQL.
type assignment struct {
	set         string // "a" = ?, "b" = json_patch("b", ?)
	setArgs     []any
	differs     string // true for a record that the patch would change
	differsArgs []any
	inGo        []model.Set    // whose values Go works out: some merges, and what is computed; set and differs leave them out
	read        []*model.Field // fields whose values are read: secrets only if Go merges into them
	also        []*model.Field // further fields that a computation reads; their values are not kept
	needs       []need
	keepsTime   bool // the record's time of change stays as it is
	compute     computing
	compared    []int // places among all that are read, of those that are compared with a row
}

// A need is a value that a record must have before another one may be set.
type need struct {
	lacks     string // the condition for a record that lacks it, and lacks no need before it
	rejection rejection
}

// assign compiles the sets of a patch, except those that inGo selects: Go works these
// out. now is the time for stamps. Without any set, no record differs.
func assign(d *sqldb.Dialect, sets []model.Set, now int64, inGo func(model.Set) bool) assignment {
	var a assignment
	var set, differs []string
	for _, s := range sets {
		secret := s.Field.Concealed()
		if secret {
			differs = append(differs, "1 = 1") // otherwise the counts would confirm a guess
		}
		if !secret || inGo(s) {
			a.read = append(a.read, s.Field)
		}
		if inGo(s) {
			a.inGo = append(a.inGo, s)
			continue
		}
		column := sqldb.Quoted(s.Field)
		expr, args := newValue(d, sets, s, now)
		set = append(set, column+" = "+expr)
		a.setArgs = append(a.setArgs, args...)
		if s.When != nil || secret {
			continue // a stamp alone makes no record differ
		}
		differs = append(differs, column+" "+d.Differs+" "+expr)
		a.differsArgs = append(a.differsArgs, args...)
		a.keepsTime = a.keepsTime || slices.Contains(s.Field.KeepsUpdated, s.Value) // never true for a secret
	}
	a.set = strings.Join(set, ", ")
	a.differs = "(" + strings.Join(differs, " OR ") + ")"
	if len(differs) == 0 {
		a.differs = "(1 = 0)"
	}
	return a
}

// require excludes the records that lack what the sets' values need.
func (a assignment) require(sets []model.Set) assignment {
	a.needs = needsOf(sets)
	if lacks := a.lacks(); lacks != "" {
		a.differs = "(" + a.differs + " AND NOT " + lacks + ")"
	}
	return a
}

// newValue returns the expression for the new value of a column. A stamp is
// written where the field that sets it changes, and is kept elsewhere.
func newValue(d *sqldb.Dialect, sets []model.Set, s model.Set, now int64) (expr string, args []any) {
	switch {
	case s.When != nil:
		brings, _ := model.Patch{Sets: sets}.Set(s.When)
		return "CASE WHEN " + sqldb.Quoted(s.When) + " " + d.Differs + " ? THEN ? ELSE " + sqldb.Quoted(s.Field) + " END", []any{brings.Value, stampOf(s, now)}
	case s.Merge != nil:
		return d.Merge(sqldb.Quoted(s.Field), s.Merge)
	}
	return "?", []any{s.Value}
}

// stampOf returns the value of a stamp that is written at a time.
func stampOf(s model.Set, at int64) any {
	if s.Now {
		return at
	}
	return s.Value
}

// needsOf returns the values that a record must have so that the sets can give
// theirs. It leaves out those that the sets themselves give, and those that a
// computation checks, because it gives the one value or the other.
func needsOf(sets []model.Set) []need {
	var needs []need
	before := ""
	for _, s := range sets {
		if s.Field.Needs == nil || s.Value == nil || s.Computed {
			continue
		}
		lacks := sqldb.Quoted(s.Field.Needs) + " IS NULL"
		if other, given := (model.Patch{Sets: sets}).Set(s.Field.Needs); given {
			if other.Value != nil || other.Computed {
				continue
			}
			lacks = "1 = 1"
		}
		needs = append(needs, need{
			lacks:     "(" + lacks + before + ")",
			rejection: rejection{Outcome: job.RecordFail, Code: s.Field.NeedsCode(), Pointer: s.Pointer},
		})
		before += " AND NOT (" + lacks + ")"
	}
	return needs
}

// lacks is the condition for a record that lacks any of the needs, "" if there
// are none.
func (a assignment) lacks() string {
	if len(a.needs) == 0 {
		return ""
	}
	parts := make([]string, len(a.needs))
	for i, n := range a.needs {
		parts[i] = n.lacks
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// stamps returns what else an UPDATE sets: version and time of change.
func (a assignment) stamps(now int64) (set string, args []any) {
	if a.keepsTime {
		return "version = version + 1", nil
	}
	return "version = version + 1, updated_at = ?", []any{now}
}
