package job

import (
	"time"

	"bulkpatch/model"
)

// Limits that the store enforces, for those who tell callers about them.
const (
	// QueryLimit is how long a list, a count, an export's page or a preview may
	// take.
	QueryLimit = 30 * time.Second
	// PageBytes is how many bytes of values a page holds. A page that would hold
	// more ends early, but has at least one item.
	PageBytes = 8 << 20
	// MaxValue is how many bytes a field may have after a merge or a computation. A
	// record with a larger result fails.
	MaxValue = model.MaxValue
	// MaxFilesBytes is how many bytes the files of a workspace take in the database
	// at most, those that are being uploaded included. Each counts as MinFileBytes at
	// least, which limits how many there are. Uploads at the same time may exceed it
	// by a mebibyte each.
	MaxFilesBytes = 10 << 30
	MinFileBytes  = 256 << 10
	// FileLife is how long a file is kept that no job uses.
	FileLife = 24 * time.Hour
)

// OpenJobs is how many jobs a workspace has open, or may have: bulk jobs, which
// here are all jobs but singles; singles; and the bytes of the filters, patches and
// computations of both.
type OpenJobs struct{ Bulks, Singles, Bytes int64 }
