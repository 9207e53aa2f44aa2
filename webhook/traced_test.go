package webhook

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/trace"
)

func TestAnAttemptIsATraceThatLinksToTheCall(t *testing.T) {
	k := kit(t)
	spans := tracetest.NewSpanRecorder()
	tracer := trace.New(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)))
	ctx, call := tracer.Call(t.Context(), "PATCH", http.Header{})
	call.End()
	r := receive(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	sub := k.Bulk(`{"id":1}`, `{"visits":2}`, job.Options{})
	sub.Webhook = r.URL + "/hush"
	j, _, err := k.Store.Submit(t.Context(), auth.Caller{Workspace: k.WS, Trace: trace.Parent(ctx)}, sub)
	if err != nil {
		t.Fatal(err)
	}
	k.Run(10)
	due, err := k.DueWebhooks(t.Context(), nil, true, 10)
	if err != nil || len(due) != 1 {
		t.Fatalf("%v are due: %v", due, err)
	}
	NewSender(Config{
		Store: k, Allow: local(t), Secrets: []string{job.NewWebhookSecret()}, Log: slog.New(slog.DiscardHandler), Tracer: tracer,
		Render: func(job.Job) ([]byte, error) { return []byte(`{}`), nil },
	}).deliver(t.Context(), due[0])

	made := map[string]sdk.ReadOnlySpan{}
	for _, s := range spans.Ended() {
		made[s.Name()] = s
		if said := fmt.Sprint(s.Attributes()); strings.Contains(said, "hush") || strings.Contains(said, due[0].Receiver) {
			t.Errorf("%s says %s", s.Name(), said)
		}
	}
	attempt, sent := made["process webhook"], made["send"]
	if attempt == nil || sent == nil || made["transaction"] == nil {
		t.Fatalf("the spans are %v", made)
	}
	if links := attempt.Links(); attempt.Parent().IsValid() || len(links) != 1 || links[0].SpanContext.SpanID() != made["PATCH"].SpanContext().SpanID() {
		t.Errorf("the attempt is no trace of its own that links to the call: %v", links)
	}
	if said := fmt.Sprint(attempt.Attributes()); !strings.Contains(said, j.ID) || !strings.Contains(said, resultFailed) {
		t.Errorf("the attempt says %s", said)
	}
	if said := fmt.Sprint(sent.Attributes()); sent.Parent().SpanID() != attempt.SpanContext().SpanID() || !strings.Contains(said, "503") {
		t.Errorf("what was sent says %s", said)
	}
}
