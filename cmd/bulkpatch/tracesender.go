package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	collected "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// How traces are sent. An attempt may take sendWithin. After a fault that may pass there
// are sendTries attempts, the first pause is sendPause and each one twice as long.
const (
	sendWithin = 10 * time.Second
	sendTries  = 4
	sendPause  = 500 * time.Millisecond
)

// A traceSender sends traces by OTLP over HTTP
// (https://opentelemetry.io/docs/specs/otlp/#otlphttp). It logs once that the
// collector does not take them, and once that it does again; what is sent meanwhile is
// lost. It implements [otlptrace.Client]: the sender of the library links gRPC, which
// is 2.3 MB.
type traceSender struct {
	traceSettings
	log  *slog.Logger
	http *http.Client
	away atomic.Bool // the last traces could not be sent
}

func newTraceSender(s traceSettings, log *slog.Logger) *traceSender {
	return &traceSender{traceSettings: s, log: log, http: &http.Client{
		Timeout: sendWithin,
		// A collector that moves could take the headers, and so a key, with it.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Start does nothing: each batch finds out whether the collector is there.
func (*traceSender) Start(context.Context) error { return nil }

// Stop closes the connections.
func (s *traceSender) Stop(context.Context) error {
	s.http.CloseIdleConnections()
	return nil
}

// UploadTraces sends a batch. It gives up when the context ends.
func (s *traceSender) UploadTraces(ctx context.Context, spans []*collected.ResourceSpans) error {
	// The message of a request has the same form, but its package links gRPC.
	plain, err := proto.Marshal(&collected.TracesData{ResourceSpans: spans})
	if err != nil {
		return err
	}
	var body bytes.Buffer
	pack := gzip.NewWriter(&body)
	_, err = pack.Write(plain)
	if err = errors.Join(err, pack.Close()); err != nil {
		return err
	}
	err = s.deliver(ctx, body.Bytes())
	s.note(err)
	return err
}

// deliver sends a body, again after faults that may pass. While the collector is away
// each batch is tried once.
func (s *traceSender) deliver(ctx context.Context, body []byte) error {
	for try, pause := 1, sendPause; ; try, pause = try+1, 2*pause {
		again, err := s.post(ctx, body)
		if err == nil || !again || try == sendTries || s.away.Load() {
			return err
		}
		select {
		case <-time.After(pause/2 + rand.N(pause)):
		case <-ctx.Done():
			return err
		}
	}
}

// post makes one attempt. again reports whether another one may succeed.
func (s *traceSender) post(ctx context.Context, body []byte) (again bool, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return false, err
	}
	r.Header = s.headers.Clone()
	r.Header.Set("Content-Type", "application/x-protobuf")
	r.Header.Set("Content-Encoding", "gzip")
	resp, err := s.http.Do(r)
	if err != nil {
		return true, err
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	if resp.StatusCode/100 == 2 {
		return false, nil
	}
	return slices.Contains([]int{429, 502, 503, 504}, resp.StatusCode), fmt.Errorf("the collector answered %s", resp.Status)
}

// note logs the beginning and the end of an outage of the collector.
func (s *traceSender) note(err error) {
	switch {
	case err != nil && !s.away.Swap(true):
		s.log.Warn("traces cannot be sent and are dropped; nothing else is affected", "error", err)
	case err == nil && s.away.Swap(false):
		s.log.Info("traces are sent again")
	}
}
