package store

import (
	"errors"
	"fmt"
	"testing"

	"bulkpatch/job"
	"bulkpatch/store/sqldb"
)

func TestErrorsOfTheDatabaseHaveAMeaningInPackageJob(t *testing.T) {
	tests := map[string]struct{ err, want error }{
		"no database for now": {fmt.Errorf("%w: locked", sqldb.ErrUnavailable), job.ErrUnavailable},
		"no room on the disk": {fmt.Errorf("%w: full", sqldb.ErrStorageFull), job.ErrStorageFull},
		"what the store said": {job.ErrLeaseLost, nil},
		"no error":            {nil, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := inWordsOfJob(inWordsOfJob(tt.err))
			if !errors.Is(got, tt.err) || tt.err != nil && got.Error() != tt.err.Error() {
				t.Errorf("%v has become %v", tt.err, got)
			}
			for _, meaning := range []error{job.ErrUnavailable, job.ErrStorageFull} {
				if errors.Is(got, meaning) != (meaning == tt.want) {
					t.Errorf("%v and %v", got, meaning)
				}
			}
		})
	}
}

// TestADatabaseErrorReadsLikeThatOfPackageJob: logs and answers show the text.
func TestADatabaseErrorReadsLikeThatOfPackageJob(t *testing.T) {
	for _, m := range meanings {
		if m.database.Error() != m.job.Error() {
			t.Errorf("%q stands for %q", m.database, m.job)
		}
	}
}
