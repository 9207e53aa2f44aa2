package webhook

import (
	"context"
	"errors"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
)

// TestFewNamesAreLookedUpAtATime takes all places but one, and then that one.
func TestFewNamesAreLookedUpAtATime(t *testing.T) {
	a, _ := ParseAllow("")
	var most atomic.Int64 // places that were taken while a name server was asked
	a.resolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		most.Store(int64(len(a.lookUps.taken)))
		return nil, errors.New("no name server")
	}}
	refused := func(text string) bool {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return a.Refuses(t.Context(), u) != ""
	}
	for range lookUpsMost - 1 {
		a.lookUps.take(t.Context())
	}
	if !refused("http://one.test/") || most.Load() != lookUpsMost {
		t.Errorf("a name was looked up when %d places were taken", most.Load())
	}
	a.lookUps.take(t.Context())
	most.Store(0)
	if refused("http://more.test/") || most.Load() != 0 {
		t.Errorf("without a place a name was refused, or looked up with %d", most.Load())
	}
	if !refused("https://127.0.0.1/") {
		t.Error("without a place an address was not refused")
	}
}
