package chaos

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFaultWaitsNoLongerThanItMay(t *testing.T) {
	t.Parallel()
	for name, answers := range map[string]struct {
		after time.Duration
		what  bool
		takes time.Duration
	}{
		"yes at once":             {0, true, 0},
		"no at once":              {0, false, momentWait},
		"yes in time":             {momentWait / 2, true, momentWait / 2},
		"no answer within a time": {10 * time.Second, true, momentWait},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				is := within(momentWait, func(context.Context) bool {
					time.Sleep(answers.after) // whatever the context says
					return answers.what
				})
				if took, want := time.Since(began), answers.what && answers.after < momentWait; is != want || took != answers.takes {
					t.Errorf("within(%v) = %v after %v, want %v after %v", momentWait, is, took, want, answers.takes)
				}
				time.Sleep(10 * time.Second) // until the late answer comes
			})
		})
	}
}
