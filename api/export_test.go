package api

import (
	"bulkpatch/auth"
	"bulkpatch/filter"
)

// Fingerprint is what a bulk update is known by once its idempotency key has
// made a job.
func Fingerprint(key []byte, ws auth.Workspace, f filter.Filter, patch string) (string, error) {
	u := &update{model: f.Model(), filter: f, rawPatch: []byte(patch)}
	return u.fingerprint(key, ws)
}
