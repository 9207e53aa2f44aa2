package api_test

import (
	"cmp"
	"context"
	"slices"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

func (f *fake) Revisions(ctx context.Context, names []job.Name) (map[job.Name]int64, error) {
	time.Sleep(f.slow)
	defer f.lock()()
	f.queries++
	if err := cmp.Or(ctx.Err(), f.outage()); err != nil {
		return nil, err
	}
	found := map[job.Name]int64{}
	for _, n := range names {
		f.asked[n.ID]++
		if j, ok := f.jobs[n.ID]; ok && f.workspaces[j.Workspace] == n.Workspace && j.ExpiredAt == nil {
			found[n] = j.Revision
		}
	}
	f.moved.Broadcast()
	return found, nil
}

func (f *fake) JobsByID(ctx context.Context, ws auth.Workspace, ids []string) ([]job.Job, error) {
	defer f.lock()()
	f.reads++
	if err := cmp.Or(ctx.Err(), f.outage()); err != nil {
		return nil, err
	}
	var found []job.Job
	for _, id := range ids {
		if j, ok := f.jobs[id]; ok && j.Workspace == ws.Name {
			found = append(found, j)
		}
	}
	return found, nil
}

func (f *fake) LiveSecrets(_ context.Context, hashes []string) ([]string, error) {
	defer f.lock()()
	f.keyLooks++
	var live []string
	for secret := range f.keys {
		if f.works(secret) && slices.Contains(hashes, auth.Hash(secret)) {
			live = append(live, auth.Hash(secret))
		}
	}
	for token := range f.sessions {
		if f.sessionKey(token) != nil && slices.Contains(hashes, auth.Hash(token)) {
			live = append(live, auth.Hash(token))
		}
	}
	return live, f.outage()
}

func (f *fake) outage() error {
	if f.down {
		return job.ErrUnavailable
	}
	return f.err
}

func (f *fake) Subscribe(fn func(ids []string)) { f.told = append(f.told, fn) }

// change moves a job on and notifies who subscribed.
func (f *fake) change(id string, how func(*job.Job)) {
	f.changeUnseen(id, how)
	for _, fn := range f.told {
		fn([]string{id})
	}
}

// changeUnseen moves a job on as another process would: nobody is notified.
func (f *fake) changeUnseen(id string, how func(*job.Job)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	j := f.jobs[id]
	j.Revision++
	how(&j)
	f.jobs[id] = j
}

// joined returns when a call waits for a job.
func (f *fake) joined(id string) {
	defer f.lock()()
	for f.asked[id] == 0 {
		f.moved.Wait()
	}
}
