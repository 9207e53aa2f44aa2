package api_test

import (
	"cmp"
	"context"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// A session of the fake.
type session struct {
	key  int64
	ends time.Time
}

func (f *fake) SignIn(_ context.Context, by auth.Caller, _ string) (string, error) {
	defer f.lock()()
	if f.err != nil {
		return "", f.err
	}
	token := auth.NewSessionToken()
	f.sessions[token] = session{by.KeyID, f.now().Add(auth.SessionLife)}
	return token, nil
}

func (f *fake) SignOut(_ context.Context, by auth.Caller, token string) error {
	defer f.lock()()
	if f.sessions[token].key == by.KeyID {
		delete(f.sessions, token)
	}
	return nil
}

func (f *fake) SignInFailed(address string) {
	defer f.lock()()
	f.failedFrom = append(f.failedFrom, address)
}

func (f *fake) KeyBySession(_ context.Context, token string) (auth.Key, error) {
	defer f.lock()()
	if f.err != nil {
		return auth.Key{}, f.err
	}
	if k := f.sessionKey(token); k != nil {
		return *k, nil
	}
	return auth.Key{}, job.ErrNotFound
}

// sessionKey returns the live key of a live session.
func (f *fake) sessionKey(token string) *auth.Key {
	s := f.sessions[token]
	for _, k := range f.keys {
		if k.ID == s.key && k.RevokedAt == nil && f.now().Before(s.ends) {
			return &k
		}
	}
	return nil
}

func (f *fake) Outbox(context.Context) (job.Outbox, error) {
	defer f.lock()()
	return job.Outbox{}, f.err
}

func (f *fake) BrakedJobs(_ context.Context, workspace int64) (n int64, err error) {
	defer f.lock()()
	for _, j := range f.jobs {
		if !j.State.Final() && j.Kind.Braked() && (workspace == 0 || workspace == j.WorkspaceID) {
			n++
		}
	}
	return n, cmp.Or(f.err, f.uncounted)
}

func (f *fake) HeldWorkspaces(context.Context, int) (list []job.WorkspaceSwitch, err error) {
	defer f.lock()()
	for name, id := range f.workspaces {
		if s := f.brakes[id]; s.On() {
			list = append(list, job.WorkspaceSwitch{Workspace: name, Switch: s})
		}
	}
	return list, f.err
}

func (f *fake) Server(context.Context) (string, error) { return "Memory 1.0", f.err }

func (f *fake) JobIDs(context.Context, []job.Ref) (map[job.Ref]job.Label, error) {
	return nil, nil
}

func (f *fake) Pace(ctx context.Context, _ auth.Workspace, _ time.Time) (job.Pace, error) {
	if err := before(ctx, f.onPace); err != nil {
		return job.Pace{}, err
	}
	defer f.lock()()
	return f.pace, f.err
}

func (f *fake) CountJobs(ctx context.Context, ws auth.Workspace, q job.Query, most int64) (int64, error) {
	if err := before(ctx, f.onCount); err != nil {
		return 0, err
	}
	q.Limit, q.Cursor = 1<<20, ""
	page, err := f.Jobs(ctx, ws, q)
	n := int64(len(page.Items))
	if most > 0 {
		n = min(n, most)
	}
	return n, err
}

func (f *fake) JobPace(context.Context, auth.Workspace, string) (job.Pace, error) {
	defer f.lock()()
	f.paces++
	return f.pace, f.outage()
}
