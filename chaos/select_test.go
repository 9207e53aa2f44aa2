package chaos

import "time"

// A verdict says whether a record matched a filter over a time, as far as that is known.
type verdict int

const (
	never verdict = iota
	maybe
	always
)

// A cond is a filter of which this package knows what it matches, from its own writes.
type cond interface {
	filter(t *table) map[string]any
	// judge says whether the record matched all the time from one moment to another
	// (always), at no moment (never), or neither is certain (maybe).
	judge(t *table, r *record, from, to time.Duration) verdict
}

// everything is the empty filter, which matches all records.
type everything struct{}

func (everything) filter(*table) map[string]any                                { return map[string]any{} }
func (everything) judge(*table, *record, time.Duration, time.Duration) verdict { return always }

// idRange matches the records with indexes from lo to hi.
type idRange struct{ lo, hi int }

func (c idRange) filter(t *table) map[string]any {
	return map[string]any{"id": map[string]any{"$between": []any{t.shape.id(c.lo), t.shape.id(c.hi)}}}
}

func (c idRange) judge(_ *table, r *record, _, _ time.Duration) verdict {
	if c.lo <= r.index && r.index <= c.hi {
		return always
	}
	return never
}

// inOrg matches the records of one organization, which never changes.
type inOrg struct{ n int }

func (c inOrg) filter(t *table) map[string]any { return map[string]any{t.org: orgName(c.n)} }

func (c inOrg) judge(_ *table, r *record, _, _ time.Duration) verdict {
	if r.index%orgs == c.n {
		return always
	}
	return never
}

// inGroup matches the records of one group. Foreign writers put records into other groups.
type inGroup struct{ n int }

func (c inGroup) filter(t *table) map[string]any {
	return map[string]any{t.group: map[string]any{"$startsWith": groupValue(c.n, "")}}
}

func (c inGroup) judge(_ *table, r *record, from, to time.Duration) verdict {
	return r.grouped(from, to, func(value string) bool { return groupOf(value) == c.n })
}

// grouped says whether the group of the record was one of some values.
func (r *record) grouped(from, to time.Duration, is func(value string) bool) verdict {
	// The values that the record may have had: the last one that was certainly written
	// before from, and all that were being written since.
	first := 0
	for i, w := range r.groups {
		if w.done <= from {
			first = i
		}
	}
	inside, outside := 0, 0
	for _, w := range r.groups[first:] {
		if w.sent > to {
			break
		}
		if is(w.value) {
			inside++
		} else {
			outside++
		}
	}
	switch {
	case inside == 0:
		return never
	case outside == 0:
		return always
	}
	return maybe
}

// flagged matches the records whose flag has a value. Jobs change the flag, so nothing
// is certain.
type flagged struct{ on bool }

func (c flagged) filter(t *table) map[string]any { return map[string]any{t.flag: c.on} }

func (c flagged) judge(*table, *record, time.Duration, time.Duration) verdict { return maybe }

// both matches the records that two conditions match.
type both struct{ a, b cond }

func (c both) filter(t *table) map[string]any {
	return map[string]any{"$and": []any{c.a.filter(t), c.b.filter(t)}}
}

func (c both) judge(t *table, r *record, from, to time.Duration) verdict {
	return min(c.a.judge(t, r, from, to), c.b.judge(t, r, from, to))
}

// either matches the records that at least one of two conditions matches.
type either struct{ a, b cond }

func (c either) filter(t *table) map[string]any {
	return map[string]any{"$or": []any{c.a.filter(t), c.b.filter(t)}}
}

func (c either) judge(t *table, r *record, from, to time.Duration) verdict {
	return max(c.a.judge(t, r, from, to), c.b.judge(t, r, from, to))
}

// exists says whether the record existed.
func (r *record) exists(from, to time.Duration) verdict {
	switch {
	case r.made.sent > to || r.deleted.done > 0 && r.deleted.done <= from:
		return never
	case r.made.done > from || r.deleted.done > 0 && r.deleted.sent <= to:
		return maybe
	}
	return always
}

// selected says whether the record existed and matched.
func selected(c cond, t *table, r *record, from, to time.Duration) verdict {
	return min(c.judge(t, r, from, to), r.exists(from, to))
}
