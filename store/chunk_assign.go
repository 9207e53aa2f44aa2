package store

import (
	"slices"
	"strings"

	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/sqldb"
)

// An assignment is a list of new values as SQL.
type assignment struct {
	set         string // "a" = ?, "b" = json_patch("b", ?)
	setArgs     []any
	differs     string // true for a record that the patch would change
	differsArgs []any
	merged      []model.Set    // those that are merged in Go, and in neither of the two
	read        []*model.Field // those whose values are read: not of secrets, unless Go merges into them
	needs       []need
	keepsTime   bool // the record's time of change stays as it is
}

// A need is a value that a record must have to be given another one.
type need struct {
	lacks   string // true for a record that lacks it, and nothing that was listed before
	refusal refusal
}

// assign compiles the sets of a patch, but for those that are to be merged in
// Go. now is the time that stamps get. Without any set, nothing differs.
func assign(d *sqldb.Dialect, sets []model.Set, now int64, inGo func(model.Set) bool) assignment {
	var a assignment
	var set, differs []string
	for _, s := range sets {
		secret := s.Field.Concealed()
		if secret {
			differs = append(differs, "1 = 1") // or a count would confirm a guess
		}
		if !secret || inGo(s) {
			a.read = append(a.read, s.Field)
		}
		if inGo(s) {
			a.merged = append(a.merged, s)
			continue
		}
		column := sqldb.Quoted(s.Field)
		expr, args := newValue(d, sets, s, now)
		set = append(set, column+" = "+expr)
		a.setArgs = append(a.setArgs, args...)
		if s.When != nil || secret {
			continue // a stamp comes with what differs, and makes no record differ
		}
		differs = append(differs, column+" "+d.Differs+" "+expr)
		a.differsArgs = append(a.differsArgs, args...)
		a.keepsTime = a.keepsTime || slices.Contains(s.Field.KeepsUpdated, s.Value) // of no secret
	}
	a.set = strings.Join(set, ", ")
	a.differs = "(" + strings.Join(differs, " OR ") + ")"
	if len(differs) == 0 {
		a.differs = "(1 = 0)"
	}
	return a
}

// require leaves the records alone that lack what the sets' values need.
func (a assignment) require(sets []model.Set) assignment {
	a.needs = needsOf(sets)
	if lacks := a.lacks(); lacks != "" {
		a.differs = "(" + a.differs + " AND NOT " + lacks + ")"
	}
	return a
}

// newValue is what a set gives to its column. A stamp is written where the
// field that brings it changes; its column stands for itself elsewhere.
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

// stampOf is the value of a stamp that is written at some time.
func stampOf(s model.Set, at int64) any {
	if s.Now {
		return at
	}
	return s.Value
}

// needsOf lists what records must have for the values that the sets give, as
// far as the sets do not give that too.
func needsOf(sets []model.Set) []need {
	var needs []need
	before := ""
	for _, s := range sets {
		if s.Field.Needs == nil || s.Value == nil {
			continue
		}
		lacks := sqldb.Quoted(s.Field.Needs) + " IS NULL"
		if other, given := (model.Patch{Sets: sets}).Set(s.Field.Needs); given {
			if other.Value != nil {
				continue
			}
			lacks = "1 = 1"
		}
		needs = append(needs, need{
			lacks:   "(" + lacks + before + ")",
			refusal: refusal{Outcome: job.RecordFail, Code: s.Field.NeedsCode(), Pointer: s.Pointer},
		})
		before += " AND NOT (" + lacks + ")"
	}
	return needs
}

// lacks is true for a record that lacks any of the needs; "" where there are
// none.
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

// stamps is what else an UPDATE with the assignment sets of the record
// itself.
func (a assignment) stamps(now int64) (set string, args []any) {
	if a.keepsTime {
		return "version = version + 1", nil
	}
	return "version = version + 1, updated_at = ?", []any{now}
}
