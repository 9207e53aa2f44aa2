package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"testing"

	"bulkpatch/api/openapitest"
)

// exchanges counts the requests and answers of the tests that were compared with the
// OpenAPI documents of the processes that answered.
var exchanges openapitest.Tally

// A server under test is a process whose exchanges are compared.
type serverUnderTest struct {
	tell func(string)

	mu       sync.Mutex
	document *openapitest.Document
	none     bool // it serves no API
}

// serversUnderTest has them by their addresses.
var serversUnderTest sync.Map

// compareAll has the default transport compare the exchanges with all processes that
// tests start, and returns what ends the tests.
func compareAll() (end func(status int) int) {
	base := http.DefaultTransport
	http.DefaultTransport = &openapitest.Transport{Base: base, Tally: &exchanges, Of: func(r *http.Request) (*openapitest.Document, func(string), string) {
		v, ok := serversUnderTest.Load(r.URL.Host)
		if !ok {
			return nil, nil, "to servers that tests did not start"
		}
		s := v.(*serverUnderTest)
		d, why := s.read(base, r.URL)
		return d, s.tell, why
	}}
	return func(status int) int {
		fmt.Println(exchanges.String())
		for _, fault := range exchanges.Late() {
			fmt.Println(fault)
			status = max(status, 1)
		}
		return status
	}
}

// compareExchanges compares the exchanges with a process that a test has started.
func compareExchanges(tb testing.TB, base string) {
	at, err := url.Parse(base)
	if err != nil {
		tb.Error(err)
		return
	}
	serversUnderTest.Store(at.Host, &serverUnderTest{tell: openapitest.NewTeller(tb, &exchanges).Tell})
}

// read returns the document of the process, which it asks for once, or why there is none.
func (s *serverUnderTest) read(transport http.RoundTripper, at *url.URL) (*openapitest.Document, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	const without, silent = "to processes without the API", "to processes that did not say what they are"
	if s.none {
		return nil, without
	}
	if s.document != nil {
		return s.document, ""
	}
	resp, err := (&http.Client{Transport: transport, Timeout: patience}).Get(at.Scheme + "://" + at.Host + "/openapi.json")
	if err != nil {
		return nil, silent
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound {
		s.none = true
		return nil, without
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil, silent
	}
	if s.document, err = documentOf(text); err != nil {
		s.tell("the OpenAPI document: " + err.Error())
	}
	return s.document, silent
}

// documents has each document that was read, by its digest: most processes serve the
// same one, and it costs much to read and to compile.
var documents = struct {
	sync.Mutex
	read map[[sha256.Size]byte]*openapitest.Document
}{read: map[[sha256.Size]byte]*openapitest.Document{}}

func documentOf(text []byte) (*openapitest.Document, error) {
	digest := sha256.Sum256(text)
	documents.Lock()
	defer documents.Unlock()
	if d := documents.read[digest]; d != nil {
		return d, nil
	}
	d, err := openapitest.Read(text)
	if err != nil {
		return nil, err
	}
	documents.read[digest] = d
	return d, nil
}
