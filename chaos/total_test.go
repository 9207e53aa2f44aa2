package chaos

import (
	"cmp"
	"debug/buildinfo"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A total sums up what the seeds of one variant did.
type total struct {
	variant                                                 variant
	binary                                                  string
	first                                                   uint64
	passed, failed                                          int
	jobs, polls, events, resumes, offline, stepped, zombies int64
	followers                                               followers
	takenBack                                               takenBack
	fileWork                                                fileCounts
	beside, peak                                            int64
	atLimits                                                limitCounts
	hits                                                    hits
	hooks                                                   hookCounts
	began                                                   time.Time
}

// hits counts faults by their sort.
type hits map[faultType]*hit

// A hit is how often a fault took place, and how often a process noticed it.
type hit struct{ took, felt int }

// hits returns the counts of the faults of a run.
func (r *run) hits() hits {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := hits{}
	for _, w := range r.windows {
		all.add(w.what, 1, 0)
		if w.felt {
			all.add(w.what, 0, 1)
		}
	}
	return all
}

// add adds to the counts of one sort of fault.
func (h hits) add(k faultType, took, felt int) {
	if h[k] == nil {
		h[k] = &hit{}
	}
	h[k].took += took
	h[k].felt += felt
}

func (h hits) String() string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(h)) {
		list = append(list, fmt.Sprintf("%s %d", k, h[k].took))
		if h[k].felt < h[k].took {
			list[len(list)-1] += fmt.Sprintf(" (felt %d)", h[k].felt)
		}
	}
	return strings.Join(list, ", ")
}

// add adds the counts of a run.
func (t *total) add(r *run) {
	bulks, singles := r.counted()
	t.jobs += int64(bulks + singles)
	t.polls += r.tally.polls.Load()
	t.events += r.tally.events.Load()
	t.resumes += r.resumes()
	t.offline += int64(r.offline())
	t.stepped += int64(r.stepped)
	t.zombies += r.tally.zombies.Load()
	t.followers.add(r.followers)
	t.takenBack.add(r.takenBack)
	t.fileWork.add(r.fileWork)
	t.beside += r.beside.Load()
	t.peak = max(t.peak, r.peak)
	t.atLimits.add(r.limitCounts())
	t.hooks.add(r.hookCounts())
	for k, n := range r.hits() {
		t.hits.add(k, n.took, n.felt)
	}
}

// String returns a summary in one line.
func (t *total) String() string {
	last := t.first + uint64(t.passed+t.failed) - 1
	return fmt.Sprintf("%s: seeds %d-%d, %d passed, %d failed; %d jobs, %s, %d polls, %d events, %d resumes, %d accepted without Redis, %d while the clock was off, %d small jobs beside a large one, at most %d MiB; %s; %s; %s; %s; "+
		"faults: %s; %s; commit %s",
		t.variant, t.first, last, t.passed, t.failed, t.jobs, t.followers, t.polls, t.events, t.resumes, t.offline, t.stepped, t.beside, t.peak>>20, t.takenBack, t.fileWork, t.atLimits, t.hooks,
		t.hits, time.Since(t.began).Round(time.Second), commit(t.binary))
}

// appendTo appends the summary to a file.
func (t *total) appendTo(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, t)
	return cmp.Or(err, f.Close())
}

// commit returns the commit that the program was built from: the one that is stored in
// it, or that of the working directory. It returns "unknown" if neither is known.
func commit(binary string) string {
	if info, err := buildinfo.ReadFile(binary); err == nil {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value
			}
		}
	}
	out, err := exec.Command("git", "describe", "--always", "--dirty").Output()
	if *readyBinary != "" || err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// manySeeds is how many seeds it takes until each effect must have been seen. A single
// seed may miss some.
const manySeeds = 10

// missingEvidence says which effect of the faults was never seen, "" for none.
func (t *total) missingEvidence() string {
	if t.passed+t.failed < manySeeds {
		return ""
	}
	for k, n := range t.hits {
		if n.felt == 0 {
			return fmt.Sprintf("no evidence: %q took place %d times and was never noticed", k, n.took)
		}
	}
	switch {
	case t.resumes == 0:
		return "no evidence: no job was ever resumed"
	case t.variant.hooks:
		return t.hooks.missing()
	case t.takenBack.again == 0 || t.takenBack.met == 0:
		return "no evidence: no retry computed a value, or every change could be taken back at once"
	case t.stepped == 0:
		return "no evidence: no job was made while the clock was off (is the program built with -tags stepclock?)"
	case t.events == 0:
		return "no evidence: no event was ever received"
	case t.followers.restored == 0 || t.followers.spared == 0 || t.followers.retries == 0:
		return "no evidence: no undo restored a record or left one alone, or nothing was retried"
	case t.variant.computes:
		return ""
	case !t.atLimits.complete(t.variant):
		return "no evidence: something at the limits never took place: " + t.atLimits.String()
	case t.fileWork.missing() != "":
		return "no evidence: no row of a file was ever " + t.fileWork.missing()
	case t.beside == 0:
		return "no evidence: no small job ended while a large one ran"
	case t.variant.redis && t.offline == 0:
		return "no evidence: no job was accepted while Redis could not be reached"
	case t.variant.postgres && t.zombies == 0:
		return "no evidence: no process was ever stopped while it held locks"
	}
	return ""
}
