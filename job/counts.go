package job

// Outcome is what became of one selected record.
type Outcome string

// The outcomes. Pending stands for a record that has none yet.
const (
	Updated    Outcome = "updated"
	Unchanged  Outcome = "unchanged"  // had the values already: not written
	Skipped    Outcome = "skipped"    // no_longer_matches, not_found or no_match
	Conflicted Outcome = "conflicted" // precondition_failed, changed_since, secret_not_kept, values_not_kept
	RecordFail Outcome = "failed"     // a rule or constraint refused it
	Pending    Outcome = "pending"
)

// Outcomes lists all outcomes in the order of the API's counts.
var Outcomes = []Outcome{Updated, Unchanged, Skipped, Conflicted, RecordFail, Pending}

// Tally counts the records that have an outcome.
type Tally struct {
	Updated    int64 `db:"updated"`
	Unchanged  int64 `db:"unchanged"`
	Skipped    int64 `db:"skipped"`
	Conflicted int64 `db:"conflicted"`
	Failed     int64 `db:"failed"`
}

// Tried is how many records have an outcome.
func (t Tally) Tried() int64 {
	return t.Updated + t.Unchanged + t.Skipped + t.Conflicted + t.Failed
}

// Count returns the tally with one more record of the outcome.
func (t Tally) Count(o Outcome) Tally {
	switch o {
	case Updated:
		t.Updated++
	case Unchanged:
		t.Unchanged++
	case Skipped:
		t.Skipped++
	case Conflicted:
		t.Conflicted++
	case RecordFail:
		t.Failed++
	}
	return t
}

// Add returns the sum of two tallies.
func (t Tally) Add(o Tally) Tally {
	return Tally{
		Updated:    t.Updated + o.Updated,
		Unchanged:  t.Unchanged + o.Unchanged,
		Skipped:    t.Skipped + o.Skipped,
		Conflicted: t.Conflicted + o.Conflicted,
		Failed:     t.Failed + o.Failed,
	}
}

// End returns the final state of a job that was carried out with these counts.
// It does not apply to a job that failed as a whole or was cancelled.
func (t Tally) End() State {
	switch {
	case t.Failed == 0 && t.Conflicted == 0:
		return Succeeded
	case t.Updated+t.Unchanged > 0:
		return PartiallySucceeded
	default:
		return Failed
	}
}
