package chaos

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

const (
	// heldUp is how long a small job may take beside a large one. The program takes
	// far less; a busy machine may need it.
	heldUp = slowness * 5 * time.Second
	// mostMemory is how much memory a process may ever use. The jobs of a run differ in
	// size by a factor of thousands, and work piles up during the faults.
	mostMemory = slowness * 256 << 20
)

// neighbours runs a job over all records of the largest table, after the faults, and
// checks that it does not hold up small jobs of its own workspace and of the other one.
func (r *run) neighbours() {
	large := &bulkOp{
		n: len(r.bulks), table: r.tables[0], cond: everything{}, options: map[string]any{"allowAll": true},
		patch: map[string]any{r.tables[0].texts[0]: "a large job"}, send: sending{copies: 1}, asJob: true,
	}
	r.submitBulk(large)
	j := r.jobOf(large)
	if j == nil {
		return // recorded already
	}
	c := r.callers[large.table.workspace]
	for !r.seenAt(j, "running") && c.pause(5*time.Millisecond) {
		if a, err := c.once(request{method: "GET", path: "/v1/jobs/" + j.id}); err == nil {
			if s, err := readJob(a); err == nil {
				j.see(s)
			}
		}
	}
	r.underBrake(j)
	var small sync.WaitGroup
	for i, t := range r.tables {
		small.Go(func() { r.patchBeside(j, t, len(r.singles)+i) })
	}
	small.Wait()
	(&watcher{caller: c, j: j}).act(action{name: "cancel"}) // it is not needed any more
	r.watchers.Wait()
	op := newRevoke(len(r.foreign), 0, 0, r.tables[1], 0)
	if err := r.writeForeign(op); err != nil {
		r.violation("foreign write %d (%s) of %s: %v", op.n, op.what, op.table, err)
	}
	r.watchers.Wait()
}

// patchBeside patches one record while a large job is running.
func (r *run) patchBeside(large *tracked, t *table, n int) {
	op := &singleOp{n: n, table: t, index: 1, patch: map[string]any{t.texts[0]: fmt.Sprintf("small %d", n)}, send: sending{copies: 1, wait: 10}}
	sent := r.now()
	r.submitSingle(op)
	took := r.now() - sent
	if took > heldUp {
		r.violation("single %d of %s took %v beside a large job", n, t, took)
	}
	if !r.ended(large) {
		r.beside.Add(1)
	}
}

// jobOf returns the job of a bulk update, nil for none.
func (r *run) jobOf(op *bulkOp) *tracked {
	for _, j := range r.book.all() {
		if j.bulk == op {
			return j
		}
	}
	return nil
}

// seenAt reports whether the job was seen in a state, or has ended.
func (r *run) seenAt(j *tracked, state string) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, s := range j.sightings {
		if s.State == state || s.Done {
			return true
		}
	}
	return false
}

// ended reports whether the job was seen to have ended.
func (r *run) ended(j *tracked) bool { return r.seenAt(j, "") }

// checkMemory checks how much memory each process has used at most.
func (c *checker) checkMemory() {
	for _, p := range c.procs {
		most, err := p.peak()
		if err != nil {
			c.violation("the memory of %s cannot be read: %v", p.name, err)
		}
		if most > mostMemory {
			c.violation("%s held %d MiB", p.name, most>>20)
		}
		c.peak = max(c.peak, most)
	}
}

// peak returns how much memory the running process has used at most, in bytes.
func (p *process) peak() (int64, error) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.pid()), "status"))
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	line, _, _ := bytes.Cut(rest, []byte("kB"))
	kib, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 10, 64)
	return kib << 10, err
}
