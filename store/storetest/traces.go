package storetest

import (
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
)

// wakeUpsNameTheCall follows jobs of each kind from the call that made them to the
// worker: each wake-up names the span of its own job's call, however often the
// work is given back.
func wakeUpsNameTheCall(t *testing.T, k *Kit) {
	ctx := t.Context()
	k.Add(9, person)
	from := func(call string) auth.Caller {
		by := k.caller()
		by.Trace = call
		return by
	}
	due := func(when, call string) job.WakeUp {
		t.Helper()
		wakeUps := k.Due()
		equal(t, "wake-ups "+when, len(wakeUps), 1)
		equal(t, "the call "+when, wakeUps[0].Trace, call)
		return wakeUps[0]
	}
	all := k.Bulk(`{"visits": {"$gte": 0}}`, `{"score": 1}`, job.Options{})
	j, _, err := k.Store.Submit(ctx, from("call 1"), all)
	check(t, err)
	l, err := k.Claim(ctx, due("of a bulk job", "call 1"))
	check(t, err)
	check(t, k.Yield(ctx, l, 0, ""))
	check(t, k.PutBack(ctx, due("of a job that was given back", "call 1"), job.WaitStorage))
	k.Run(100)
	_, _, err = k.Store.Undo(ctx, from("call 2"), k.Follow(j.ID))
	check(t, err)
	check(t, k.PutBack(ctx, due("of an undo", "call 2"), ""))
	k.Run(100)
	_, _, err = k.Store.Submit(ctx, from("call 3"), k.Single(1, `{"score": 2}`))
	check(t, err)
	check(t, k.ApplySingle(ctx, due("of a single", "call 3")))
	_, _, err = k.Store.Submit(ctx, from(""), all)
	check(t, err)
	due("of a job without traces", "")
}
