package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"

	"bulkpatch/trace"
)

// flushWithin is how long a process that stops may send the traces that it still has.
// All else has ended by then.
const flushWithin = time.Second

// startTraces begins to send traces, and returns what begins them and what stops it:
// stop sends what is left. Without an address both do nothing.
//
// Spans wait in a queue of bounded length (OTEL_BSP_MAX_QUEUE_SIZE, 2048). When it is
// full, further ones are dropped, so nobody waits for the collector.
func startTraces(s settings) (tracer *trace.Tracer, stop func()) {
	if s.traces.url == "" {
		return nil, func() {}
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { s.log.Debug("traces", "error", err) }))
	exporter := otlptrace.NewUnstarted(newTraceSender(s.traces, s.log))
	_ = exporter.Start(context.Background()) // which never fails
	provider := sdk.NewTracerProvider(sdk.WithResource(traceResource(s.log)), sdk.WithSampler(s.traces.sampler), sdk.WithBatcher(exporter))
	return trace.New(provider), func() {
		ctx, cancel := context.WithTimeout(context.Background(), flushWithin)
		defer cancel()
		if err := provider.Shutdown(ctx); err != nil {
			s.log.Debug("the last traces could not be sent", "error", err)
		}
	}
}

// traceResource says what sends the traces. OTEL_SERVICE_NAME and
// OTEL_RESOURCE_ATTRIBUTES may say something else.
func traceResource(log *slog.Logger) *resource.Resource {
	r, err := resource.New(context.Background(),
		resource.WithAttributes(attribute.String("service.name", "bulkpatch"), attribute.String("service.version", versionText())),
		resource.WithTelemetrySDK(), resource.WithFromEnv())
	if err != nil {
		log.Warn(fmt.Sprintf("OTEL_RESOURCE_ATTRIBUTES cannot be read as a whole: %v", err))
	}
	return r
}
