package store

import (
	"maps"
	"slices"

	"bulkpatch/job"
)

// find reads what becomes of every selected record.
func (c *chunk) find() error {
	if len(c.selected) == 0 {
		return nil
	}
	if c.l.RestoreSource != 0 {
		return c.findRestored()
	}
	return c.findPatched()
}

// findPatched finds the outcomes of a patch. Membership decides, never the
// range: what matches in the range is compared with what was selected.
func (c *chunk) findPatched() error {
	ranged := c.last-c.base < int64(len(c.selected))*maxSpread
	var err error
	if c.changes, err = c.read(ranged); err != nil {
		return err
	}
	missing, extra := c.compare()
	if extra {
		c.changes = c.changes.only(c.selected)
	}
	if len(missing) > 0 {
		if err := c.settleMissing(missing); err != nil {
			return err
		}
	}
	c.refuseLacking()
	c.ranged = ranged && !extra && len(missing) == 0
	return c.merge()
}

// compare finds the selected records that did not match, and whether any
// matched that was not selected.
func (c *chunk) compare() (missing []uint32, extra bool) {
	matched := c.matched()
	if slices.Equal(matched, c.selected) {
		return nil, false
	}
	missing = without(c.selected, matched)
	return missing, len(matched)+len(missing) > len(c.selected)
}

// settleMissing deals with selected records that no longer match: they are
// skipped, or with force updated all the same; those that are gone are
// skipped in any case.
func (c *chunk) settleMissing(missing []uint32) error {
	if c.l.Options.OnMismatch == job.Force {
		there, err := c.readListed(missing, everything)
		c.refuseAll(without(missing, there.matched()), job.Skipped, "not_found")
		c.changes = c.changes.merge(there)
		return err
	}
	// What is not written is not locked: its turn in the order of numbers is
	// over, and two chunks could wait for one another.
	there, err := c.versions(missing)
	for _, n := range missing {
		if _, ok := there[n]; ok {
			c.refuse(n, job.Skipped, "no_longer_matches")
		} else {
			c.refuse(n, job.Skipped, "not_found")
		}
	}
	if c.seen != nil {
		maps.Copy(c.seen, there)
	}
	return err
}

// refuseLacking fails the records that lack what the patch's values need. The
// others go on.
func (c *chunk) refuseLacking() {
	for i, list := range c.lacking {
		for _, n := range list {
			r := c.a.needs[i].refusal
			r.Offset = n
			c.refused = append(c.refused, r)
		}
	}
}

func (c *chunk) refuse(offset uint32, o job.Outcome, code string) {
	c.refused = append(c.refused, refusal{Offset: offset, Outcome: o, Code: code})
}

func (c *chunk) refuseAll(offsets []uint32, o job.Outcome, code string) {
	for _, n := range offsets {
		c.refuse(n, o, code)
	}
}

// fail makes a fault the outcome of the chunk's one record. It names the field
// of the patch whose value was refused.
func (c *chunk) fail(f DataFault) {
	r := refusal{Outcome: job.RecordFail, Code: f.Code}
	if f.Code == CodeUnique {
		r.Code = CodeConstraint // of what the patch does not set
	}
	for _, s := range c.l.Patch.Sets {
		if refusedBy(c.l.Model, s.Field, f.Column) {
			r.Code, r.Pointer = f.Code, s.Pointer
		}
	}
	c.changes, c.refused = changes{}, []refusal{r}
}
