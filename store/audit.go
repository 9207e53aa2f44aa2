package store

import (
	"encoding/json"
	"math/rand/v2"

	"bulkpatch/auth"
)

// audit records an action in the transaction of the action itself: there is an
// entry if and only if the action took effect. Of e it takes the action, the target
// and the counts.
func (t *tx) audit(by auth.Caller, e auth.Entry) error {
	target, err := json.Marshal(e.Target)
	if err != nil {
		return err
	}
	counts, err := json.Marshal(e.Counts)
	if err != nil {
		return err
	}
	return t.Run(`INSERT INTO audit (workspace, at, num, action, key_id, key_name, person, address, request_id, job, target, counts)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		by.Workspace.ID, t.Now, rand.Int64(), e.Action, keyOf(by), by.KeyName, by.Person, by.Address, by.RequestID,
		orNull(e.Target.JobID), string(target), string(counts))
}

// keyOf is the number of the caller's key, nil for a caller whose key is not
// stored.
func keyOf(by auth.Caller) *int64 {
	if by.KeyID == 0 {
		return nil
	}
	return &by.KeyID
}

// orNull is nil for no text.
func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
