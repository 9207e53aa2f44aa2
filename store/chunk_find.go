package store

import (
	"maps"
	"slices"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

// find reads the selected records and decides the outcome of each.
func (c *chunk) find() error {
	if len(c.selected) == 0 {
		return nil
	}
	return c.way().find(c)
}

// onePatch is the way to write a chunk in which SQL alone computes the new
// values: one statement gives all records the same patch.
type onePatch struct{}

func (onePatch) find(c *chunk) error { return c.match() }

// match finds the selected records that still match the filter. The range may
// also have records that were not selected, so the records that match are
// compared with the selection.
func (c *chunk) match() error {
	dense := c.isDense()
	var err error
	if dense {
		c.changes, err = c.readRange()
	} else {
		c.changes, err = c.readListed(c.selected, c.filter)
	}
	if err != nil {
		return err
	}
	missing, extra := c.compare()
	if extra {
		c.changes = c.changes.only(c.selected)
	}
	if len(missing) > 0 {
		if err := c.decideMissing(missing); err != nil {
			return err
		}
	}
	c.failLacking()
	c.ranged = dense && !extra && len(missing) == 0
	return nil
}

// compare returns the selected records that did not match, and whether any
// record matched that was not selected.
func (c *chunk) compare() (missing []uint32, extra bool) {
	matched := c.matched()
	if slices.Equal(matched, c.selected) {
		return nil, false
	}
	missing = without(c.selected, matched)
	return missing, len(matched)+len(missing) > len(c.selected)
}

// decideMissing decides about selected records that no longer match. They are
// skipped, or with force updated like the others. Deleted ones are skipped in
// both cases.
func (c *chunk) decideMissing(missing []uint32) error {
	if c.l.Options.OnMismatch == job.Force {
		there, err := c.readListed(missing, everything)
		c.rejectAll(without(missing, there.matched()), job.Skipped, "not_found")
		c.changes = c.changes.plus(there)
		return err
	}
	// These records are not written, so they are not locked either. Locking
	// them now would break the ascending order in which chunks lock records,
	// and two chunks could wait for each other.
	there, err := c.versions(missing)
	for _, n := range missing {
		if _, ok := there[n]; ok {
			c.reject(n, job.Skipped, "no_longer_matches")
		} else {
			c.reject(n, job.Skipped, "not_found")
		}
	}
	if c.readVersions != nil {
		maps.Copy(c.readVersions, there)
	}
	return err
}

func (c *chunk) reject(offset uint32, o job.Outcome, code string) {
	c.rejected = append(c.rejected, rejection{Offset: offset, Outcome: o, Code: code})
}

func (c *chunk) rejectAll(offsets []uint32, o job.Outcome, code string) {
	for _, n := range offsets {
		c.reject(n, o, code)
	}
}

// failLacking fails the records that lack what the patch's values need. The
// other records of the chunk are not affected.
func (c *chunk) failLacking() {
	for i, list := range c.lacking {
		for _, n := range list {
			r := c.a.needs[i].rejection
			r.Offset = n
			c.rejected = append(c.rejected, r)
		}
	}
}

// fail makes a fault the outcome of the chunk's one record. It names the field
// of the patch whose value the database refused.
func (c *chunk) fail(f sqldb.DataFault) {
	r := rejection{Outcome: job.RecordFail, Code: f.Code}
	if f.Code == sqldb.CodeUnique {
		r.Code = sqldb.CodeConstraint // of a field that the patch does not set
	}
	for _, s := range c.l.Patch.Sets {
		if refusedBy(c.l.Model, s.Field, f.Column) {
			r.Code, r.Pointer = f.Code, s.Pointer
		}
	}
	c.changes, c.rejected = changes{}, []rejection{r}
}
