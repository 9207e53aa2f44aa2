package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strings"
	"unicode/utf8"
)

// An outputFlag says in which form a command answers.
type outputFlag struct {
	Output string `default:"text" placeholder:"FORMAT" set:"choices=text,json" help:"text or json (default ${default}). With json, standard output has exactly what the API answers and nothing else, a list as one item a line. Progress and errors go to standard error."`
}

func (r *reader) output(f outputFlag) {
	r.choice("--output", f.Output)
	if f.Output == "json" {
		r.s.answers = &answers{transport: http.DefaultTransport}
	}
}

// answers keep the last answer of the API, to print it as it came: with members that
// the client does not know, too.
type answers struct {
	transport http.RoundTripper
	last      json.RawMessage
	n         int // how many there were
}

// maxAnswer is more than any answer in JSON has.
const maxAnswer = 64 << 20

// RoundTrip makes a call and keeps its answer, unless that is a refusal or a stream.
func (s *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.transport.RoundTrip(r)
	if err != nil || resp.StatusCode >= http.StatusMultipleChoices || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		return resp, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	s.last, s.n = body, s.n+1
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// client returns the client that makes calls by a transport.
func (s *answers) client(transport http.RoundTripper) *http.Client {
	if s == nil {
		return &http.Client{Transport: transport}
	}
	s.transport = transport
	return &http.Client{Transport: s}
}

// preview returns the preview that was asked for: the last answer, or what the job has
// that made it.
func (s *answers) preview() json.RawMessage {
	var read struct{ Preview json.RawMessage }
	if json.Unmarshal(s.last, &read) == nil && len(read.Preview) > 0 {
		return read.Preview
	}
	return s.last
}

// answer prints JSON as one line.
func (a *app) answer(raw json.RawMessage) error {
	_, err := fmt.Fprintf(a.out, "%s\n", bytes.TrimSpace(raw))
	return err
}

// answerAll prints each item of a list as one line, as the pages of the list have it.
func answerAll[T any](a *app, s settings, list iter.Seq2[T, error]) error {
	var page struct{ Items []json.RawMessage }
	read := s.answers.n
	for _, err := range list {
		if err == nil && s.answers.n != read {
			read, page.Items = s.answers.n, nil
			err = json.Unmarshal(s.answers.last, &page)
		}
		if err != nil {
			return err
		}
		if err := a.answer(page.Items[0]); err != nil {
			return err
		}
		page.Items = page.Items[1:]
	}
	return nil
}

// maxCell is how many characters of a value stand in a table.
const maxCell = 200

// cut shortens a text for a table.
func cut(text string) string {
	if len(text) <= maxCell {
		return text
	}
	end := maxCell
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}
