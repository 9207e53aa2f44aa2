package sqldb

import (
	"context"

	"bulkpatch/trace"
)

// beginSpan begins the span of a transaction. Its event "began" ends the wait for a
// connection or the writer, and "to commit" the statements. It has no statements and
// no errors: both may have customers' values.
func beginSpan(ctx context.Context, name string, d *Dialect) (context.Context, trace.Span) {
	ctx, span := trace.StartClient(ctx, name)
	span.Text(trace.DatabaseKind, d.Name)
	return ctx, span
}
