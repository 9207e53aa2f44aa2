package api

import (
	"context"
	"errors"
	"slices"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// maxSecrets is how many lines of one import may have a secret to hash.
const maxSecrets = 1000

// seal hashes the secrets of a patch. A hash takes one core for about 0.1 s, on
// purpose. So all requests together use at most half of the cores for it, and
// each key one, round-robin.
func (s *server) seal(ctx context.Context, key int64, p model.Patch) (model.Patch, error) {
	if !bringsSecret(p) {
		return p, nil
	}
	giveBack, err := s.hashes.take(ctx, key, 1, s.StepTimeout)
	if errors.Is(err, job.ErrUnavailable) {
		return p, web.NewProblem("unavailable", "Too many secrets are being hashed at the moment. Please try again.").Set("Retry-After", "5")
	}
	if err != nil {
		return p, err
	}
	defer giveBack()
	return p.Seal()
}

// bringsSecret reports whether a patch has a secret to hash.
func bringsSecret(p model.Patch) bool {
	return slices.ContainsFunc(p.Sets, func(s model.Set) bool { return s.Field.Secret == model.Hashed && s.Value != nil })
}

// A lineChecker checks the lines of one import, and hashes their secrets.
type lineChecker struct {
	server *server
	ctx    context.Context
	key    int64
	sealed int
}

// check calls a function that checks a line of some bytes; for a large line it
// first waits until there is room.
func (l *lineChecker) check(size int, check func() (model.Draft, model.Faults)) (model.Draft, error) {
	if size <= freeBody {
		return l.seal(check())
	}
	giveBack, err := l.server.checks.take(l.ctx, l.key, int64(size), web.MaxBodyTime)
	if err != nil {
		return model.Draft{}, err
	}
	d, faults := check()
	giveBack()
	return l.seal(d, faults)
}

// seal hashes the secrets of a line without faults.
func (l *lineChecker) seal(d model.Draft, faults model.Faults) (model.Draft, error) {
	if len(faults) > 0 {
		return d, badRow(faults.Error())
	}
	if bringsSecret(d.Patch) {
		if l.sealed++; l.sealed > maxSecrets {
			return d, badRow("An import may bring 1,000 lines with a secret that must be hashed. Send this line and those after it again, with another import.")
		}
	}
	var err error
	d.Patch, err = l.server.seal(l.ctx, l.key, d.Patch)
	return d, err
}
