package chaos

import "fmt"

// limitCounts counts what callers did at the limits and beyond.
type limitCounts struct {
	large     int64 // jobs with large values
	oversized int64 // records whose values would have become too large
	reads     int64 // lists, counts and previews with costly filters
	timeouts  int64 // such reads that timed out
	beyond    int64 // refused requests that exceed a limit
	revoked   int64 // revoked keys
	cut       int64 // open calls of theirs that ended
	held      int64 // answers with jobs that the brake held
	without   int64 // jobs of a model that some processes do not have
}

// limitCounts returns the counts of a run.
func (r *run) limitCounts() limitCounts {
	t := &r.tally
	return limitCounts{
		large: r.jobsOf(bulky.model, "main"), oversized: t.oversized.Load(), reads: t.reads.Load(), timeouts: t.timeouts.Load(),
		beyond: t.beyond.Load(), revoked: t.revoked.Load(), cut: t.cut.Load(), held: r.heldSightings(), without: r.jobsOf(shop.model, "main"),
	}
}

// add adds the counts of a run.
func (n *limitCounts) add(o limitCounts) {
	n.large += o.large
	n.oversized += o.oversized
	n.reads += o.reads
	n.timeouts += o.timeouts
	n.beyond += o.beyond
	n.revoked += o.revoked
	n.cut += o.cut
	n.held += o.held
	n.without += o.without
}

func (n limitCounts) String() string {
	return fmt.Sprintf("%d large jobs, %d records too large, %d costly reads and %d that timed out, %d requests beyond a limit, %d keys revoked (%d calls cut off), %d answers with jobs under the brake, %d jobs of a model that some processes do not have",
		n.large, n.oversized, n.reads, n.timeouts, n.beyond, n.revoked, n.cut, n.held, n.without)
}

// complete reports whether each of these took place at least once, as it must over many
// seeds. A read need not have timed out: that depends on the machine.
func (n limitCounts) complete(k variant) bool {
	return n.oversized > 0 && n.reads > 0 && n.cut > 0 && (n.without > 0 || !k.redis)
}

// checkLimitEvidence fails a run that did too little at the limits.
func (c *checker) checkLimitEvidence(short func(what string, got, want int)) {
	n := c.limitCounts()
	short("large jobs", int(n.large), 4)
	short("costly reads", int(n.reads+n.timeouts), 1)
	short("requests beyond a limit", int(n.beyond), 3)
	short("calls of revoked keys", int(n.cut), 4)
	short("answers with jobs under the brake", int(n.held), 10)
	if c.someLack() {
		short("jobs of a model that some processes do not have", int(n.without), 5)
	}
}

// jobsOf counts the jobs of a model.
func (r *run) jobsOf(model, workspace string) (n int64) {
	for _, j := range r.book.all() {
		if j.where != nil && j.where.model == model && j.workspace == workspace {
			n++
		}
	}
	return n
}
