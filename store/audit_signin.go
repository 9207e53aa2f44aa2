package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"

	"bulkpatch/auth"
	"bulkpatch/model"
)

// maxFailedAddresses is how many addresses are kept apart before their sign-ins are
// written, so that many addresses fill neither memory nor the table. Sign-ins from
// further ones are counted together, without an address.
const maxFailedAddresses = 1000

// SignInFailed notes that a sign-in from an address has failed now. It is quick:
// sign-ins are written when the minute is over, as one audit entry of the workspace
// main for each address and minute. A crash loses what was not yet written.
func (s *Store) SignInFailed(address string) {
	s.failures.note(failedSignIn{s.db.Now().Truncate(deferFor).UnixMicro(), address})
}

// A failedSignIn is the key under which sign-ins that failed are counted.
type failedSignIn struct {
	minute  int64 // its beginning, in microseconds
	address string
}

// num orders the entry among those of its instant. It is the same in each process,
// so that they all count in one entry.
func (f failedSignIn) num() int64 {
	sum := sha256.Sum256([]byte(f.address))
	return int64(binary.BigEndian.Uint64(sum[:]) >> 1)
}

// failedSignIns counts sign-ins that failed.
type failedSignIns struct {
	deferred[failedSignIn, int64]
}

func newFailedSignIns(write func(ctx context.Context, counts map[failedSignIn]int64) error) *failedSignIns {
	return &failedSignIns{deferred[failedSignIn, int64]{
		write: write, merge: func(a, b int64) int64 { return a + b },
		most: maxFailedAddresses, rest: func(f failedSignIn) failedSignIn { return failedSignIn{minute: f.minute} },
	}}
}

func (f *failedSignIns) note(at failedSignIn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.add(at, 1)
}

// writeFailures stores the counts. If another process has stored an entry of the
// same address and minute, the count is added to it: the only change that an entry
// ever sees. The count is the only number in counts.
func (s *Store) writeFailures(ctx context.Context, counts map[failedSignIn]int64) error {
	inOrder := slices.SortedFunc(maps.Keys(counts), func(a, b failedSignIn) int { // so that processes do not lock each other out
		return cmp.Or(cmp.Compare(a.minute, b.minute), cmp.Compare(a.num(), b.num()))
	})
	list := make([][]any, len(inOrder))
	for i, f := range inOrder {
		list[i] = []any{f.minute, f.num(), f.address, counts[f]}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	e := s.db.Dialect.Element
	return s.inTx(ctx, func(t *tx) error {
		return t.Run(`INSERT INTO audit (workspace, at, num, action, key_name, person, address, request_id, target, counts)
			SELECT w.id, `+e(0, model.Integer)+`, `+e(1, model.Integer)+`, ?, '', '', `+e(2, model.String)+`, '', '{}',
				'{"attempts":' || `+e(3, model.Integer)+` || '}'
			FROM workspaces w, `+t.Dialect.Elements+` WHERE w.name = ? ORDER BY 2, 3
			ON CONFLICT (workspace, at, num) DO UPDATE SET counts =
				'{"attempts":' || (`+attempts("audit")+` + `+attempts("excluded")+`) || '}'`,
			auth.SignInFailed, string(text), auth.MainWorkspace)
	})
}

// attempts is the count of an entry in a table.
func attempts(table string) string {
	return `CAST(trim(` + table + `.counts, '{"attempts:}') AS bigint)`
}
