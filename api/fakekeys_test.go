package api_test

import (
	"cmp"
	"context"
	"slices"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
)

func (f *fake) CreateKey(_ context.Context, _ auth.Caller, k auth.Key) (auth.Key, string, error) {
	defer f.lock()()
	for _, other := range f.keys {
		if other.Name == k.Name && other.Workspace.Name == k.Workspace.Name && other.RevokedAt == nil {
			return auth.Key{}, "", job.ErrExists
		}
	}
	if f.workspaces[k.Workspace.Name] == 0 {
		f.workspaces[k.Workspace.Name] = int64(len(f.workspaces) + 1)
	}
	k.Workspace.ID = f.workspaces[k.Workspace.Name]
	k.ID = int64(len(f.keys) + 1)
	k.CreatedAt = f.now()
	secret := auth.NewSecret()
	k.Hint = auth.Hint(secret)
	f.keys[secret] = k
	return k, secret, nil
}

func (f *fake) Keys(context.Context) ([]auth.Key, error) {
	defer f.lock()()
	var live []auth.Key
	for secret, k := range f.keys {
		if _, replaced := f.ends[secret]; !replaced && f.works(secret) {
			live = append(live, k)
		}
	}
	slices.SortFunc(live, func(a, b auth.Key) int { return cmp.Compare(a.ID, b.ID) })
	return live, nil
}

func (f *fake) RevokeKey(_ context.Context, by auth.Caller, id int64) error {
	defer f.lock()()
	err := job.ErrNotFound
	for secret, k := range f.keys {
		if k.ID == id && managed(by, k) {
			at := f.now()
			k.RevokedAt = &at
			f.keys[secret], err = k, nil
		}
	}
	return err
}

func (f *fake) RotateKey(ctx context.Context, by auth.Caller, id int64, overlap time.Duration) (auth.Key, string, error) {
	defer f.lock()()
	for secret, k := range f.keys {
		if _, replaced := f.ends[secret]; k.ID != id || replaced || !f.works(secret) || !managed(by, k) {
			continue
		}
		if f.onRotate != nil {
			f.onRotate(ctx)
		}
		f.ends[secret] = f.now().Add(overlap)
		secret = auth.NewSecret()
		k.Hint = auth.Hint(secret)
		f.keys[secret] = k
		return k, secret, nil
	}
	return auth.Key{}, "", job.ErrNotFound
}

func (f *fake) KeyUsed(id int64) {
	defer f.lock()()
	f.uses[id]++
}

// works needs the lock.
func (f *fake) works(secret string) bool {
	k, ok := f.keys[secret]
	end, replaced := f.ends[secret]
	now := f.now()
	return ok && k.RevokedAt == nil && (k.ExpiresAt == nil || k.ExpiresAt.After(now)) && (!replaced || end.After(now))
}

// managed reports whether a caller may manage a key. A test that is no caller may.
func managed(by auth.Caller, k auth.Key) bool {
	return by == auth.Caller{} || by.Manages(k.Workspace.Name)
}
