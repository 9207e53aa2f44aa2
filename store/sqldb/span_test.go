package sqldb

import (
	"errors"
	"strings"
	"sync"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"bulkpatch/trace"
)

// TestTransactionsThatShareACommitHaveTheirOwnSpans runs many small transactions at
// once, one of which fails with an error that quotes a customer.
func TestTransactionsThatShareACommitHaveTheirOwnSpans(t *testing.T) {
	db, _ := openWriter(t)
	defer db.Close()
	spans := tracetest.NewSpanRecorder()
	tracer := trace.New(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)))
	const n = 20
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			ctx, call := tracer.Task(t.Context(), "call", "")
			defer call.End()
			_, err := db.Writer.Do(ctx, Small, func(tx *Tx) error {
				trace.Of(tx.Ctx).Number(trace.Records, int64(i))
				if i == 0 {
					return errors.New("ana@example.com")
				}
				return nil
			})
			if (err != nil) != (i == 0) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	seen := map[string]bool{}
	for _, span := range spans.Ended() {
		if span.Name() != "transaction" {
			continue
		}
		var says, events []string
		for _, a := range span.Attributes() {
			says = append(says, string(a.Key)+"="+a.Value.String())
		}
		for _, e := range span.Events() {
			events = append(events, e.Name)
		}
		text := strings.Join(says, " ")
		seen[text] = true
		if !span.Parent().IsValid() || strings.Join(events, " ") != "began to commit" || len(says) != 2 || !strings.HasPrefix(text, "db.system.name=sqlite bulkpatch.records=") {
			t.Errorf("a span of %v says %s and has the events %q", span.Parent(), text, events)
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d transactions have a span of their own", len(seen), n)
	}
}
