package api

import (
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// Bounds of what a retry or an undo may name.
const (
	maxCodes     = 100
	maxCode      = 200 // characters of one
	maxChosenIDs = 10_000
)

// A followRequest is what the body of a retry or an undo says. The body is
// optional.
type followRequest struct {
	action     job.Action
	onMismatch job.OnMismatch // of a retry: force includes skipped records
	codes      []string       // of a retry, nil for all
	pointers   []string       // of a retry, nil for all
	ids        []string       // of an undo, as they were written without quotes; nil for all
	dryRun     bool
}

// followRequest reads the body, and notes what is wrong with it.
func (s *server) followRequest(c *call, in *input, a job.Action) (req followRequest, err error) {
	req.action = a
	if c.r.ContentLength == 0 {
		return req, nil // whatever its media type
	}
	raw, err := s.body(c)
	if err != nil || len(raw) == 0 {
		return req, err
	}
	members, ok := in.members(raw, "")
	if !ok {
		return req, nil
	}
	if a == job.RetryIt {
		var o options
		if v := given(take(members, "onMismatch")); v != nil {
			o.set(in, "onMismatch", v, web.InBody, "/onMismatch")
		}
		req.onMismatch = o.OnMismatch
		req.codes = in.codes(take(members, "codes"))
		req.pointers = in.pointers(take(members, "pointers"))
	} else {
		req.ids = in.chosenIDs(take(members, "ids"))
	}
	if v := given(take(members, "dryRun")); v != nil {
		if code, must := setBool(&req.dryRun, v); code != "" {
			in.fail(web.InBody, "/dryRun", code, must)
		}
	}
	in.unknownMembers(members, "")
	return req, nil
}

// codes reads the codes of the failures to retry, nil for all. A null is refused,
// because its sender may have meant to choose some.
func (in *input) codes(v jsontext.Value) []string {
	if v == nil {
		return nil
	}
	items, ok := elements(v)
	if !ok || len(items) == 0 || len(items) > maxCodes {
		in.fail(web.InBody, "/codes", "type", "This must be a list of 1 to 100 codes, as the job's errorSummary has them.")
		return nil
	}
	codes := make([]string, len(items))
	for i, item := range items {
		if code, _ := setText(&codes[i], item); code != "" || codes[i] == "" || len(codes[i]) > maxCode {
			in.fail(web.InBody, "/codes/"+strconv.Itoa(i), "type", "This must be a code, as the job's errorSummary has them.")
		}
	}
	return codes
}

// pointers reads the pointers of the failures to retry, nil for all. "" stands for
// records that were refused as a whole. A null is refused, as of codes.
func (in *input) pointers(v jsontext.Value) []string {
	if v == nil {
		return nil
	}
	items, ok := elements(v)
	if !ok || len(items) == 0 || len(items) > maxCodes {
		in.fail(web.InBody, "/pointers", "type", "This must be a list of 1 to 100 pointers, as the job's errorSummary has them.")
		return nil
	}
	pointers := make([]string, len(items))
	for i, item := range items {
		if code, _ := setText(&pointers[i], item); code != "" || pointers[i] != "" && pointers[i][0] != '/' {
			in.fail(web.InBody, "/pointers/"+strconv.Itoa(i), "type", `This must be a pointer such as /domain, or "" for records that were refused as a whole.`)
		}
	}
	return pointers
}

// chosenIDs reads the ids of the records to restore, nil for all. A null is
// refused, because its sender may have meant to choose some.
func (in *input) chosenIDs(v jsontext.Value) []string {
	if v == nil {
		return nil
	}
	items, ok := elements(v)
	if !ok || len(items) == 0 || len(items) > maxChosenIDs {
		in.fail(web.InBody, "/ids", "type", "This must be a list of 1 to 10,000 ids; leave it out to undo all.")
		return nil
	}
	ids := make([]string, len(items))
	for i, item := range items {
		switch item.Kind() {
		case '0':
			ids[i] = string(item)
		case '"':
			setText(&ids[i], item)
		default:
			in.fail(web.InBody, "/ids/"+strconv.Itoa(i), "type", "This must be the id of a customer.")
		}
	}
	return ids
}

// elements splits a JSON array, whose syntax was checked.
func elements(v jsontext.Value) (items []jsontext.Value, ok bool) {
	if v.Kind() != '[' {
		return nil, false
	}
	d := jsontext.NewDecoder(strings.NewReader(string(v)))
	if _, err := d.ReadToken(); err != nil {
		return nil, false
	}
	for d.PeekKind() != ']' {
		item, err := d.ReadValue()
		if err != nil {
			return nil, false
		}
		items = append(items, item.Clone())
	}
	return items, true
}

// checkFollow checks a new request against its parent job. If the job does not
// allow the action, that is answered before faults of the codes or ids.
func (s *server) checkFollow(c *call, in *input, req followRequest, f *job.Follow) error {
	if req.codes == nil && req.pointers == nil && req.ids == nil {
		return nil
	}
	parent, err := s.Store.Job(c.ctx(), c.workspace(), f.Parent)
	if err != nil {
		return actionError(parent, err)
	}
	if req.ids == nil {
		if err := parent.CheckRetry(); err != nil {
			return err
		}
		in.knownCodes(req.codes, parent.ErrorSummary)
		in.knownPointers(req, parent.ErrorSummary)
		return in.err()
	}
	if err := parent.CheckUndo(); err != nil {
		return err
	}
	m, loaded := s.Models.Model(parent.Model)
	if !loaded {
		return job.ErrOtherModel
	}
	f.IDs = in.parseIDs(m, req.ids)
	return in.err()
}

// parseIDs returns the ids in their stored form, without duplicates.
func (in *input) parseIDs(m *model.Model, texts []string) []any {
	ids := make([]any, 0, len(texts))
	seen := make(map[any]bool, len(texts))
	for i, text := range texts {
		id, ok := m.ParseID(text)
		switch {
		case !ok:
			in.fail(web.InBody, "/ids/"+strconv.Itoa(i), "invalid_id", "No customer can have this id.")
		case !seen[id]:
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids
}

// knownCodes adds a fault for each code with which no record of the job ended.
func (in *input) knownCodes(codes []string, summary []job.ErrorSummary) {
	known := make([]string, len(summary))
	for i, e := range summary {
		known[i] = e.Code
	}
	must := "No record of the job ended with this code; all others are pending."
	if len(known) > 0 {
		must = "No record of the job ended with this code. " + oneOf(known)
	}
	for i, code := range codes {
		if !slices.Contains(known, code) {
			in.fail(web.InBody, "/codes/"+strconv.Itoa(i), "unknown_code", must)
		}
	}
}

// knownPointers adds a fault for each pointer for which no record of the job ended,
// or none with one of the codes.
func (in *input) knownPointers(req followRequest, summary []job.ErrorSummary) {
	var known []string
	for _, e := range summary {
		if (req.codes == nil || slices.Contains(req.codes, e.Code)) && !slices.Contains(known, e.Pointer) {
			known = append(known, e.Pointer)
		}
	}
	must := "No record of the job ended for this value."
	if req.codes != nil {
		must = "No record of the job ended for this value with one of the codes."
	}
	for i, pointer := range req.pointers {
		if !slices.Contains(known, pointer) {
			in.fail(web.InBody, "/pointers/"+strconv.Itoa(i), "unknown_pointer", must)
		}
	}
}

// fingerprint returns a hash that differs for different requests with one
// idempotency key, like [update.fingerprint]. What is not given adds nothing to
// it, so a request of an older version, which knew fewer members, keeps its
// fingerprint.
func (req followRequest) fingerprint(key []byte, ws auth.Workspace, f *job.Follow) string {
	parts := []string{string(req.action), f.Parent, strconv.FormatInt(ws.ID, 10), string(f.OnMismatch)}
	for name, list := range map[string][]string{"codes": req.codes, "ids": req.ids} {
		if list != nil { // an action has one of the two at most
			parts = append(append(parts, name), list...)
		}
	}
	if req.pointers != nil {
		// No code and no id is empty, so the codes of no other request end like this.
		parts = append(append(parts, "", "pointers"), req.pointers...)
	}
	if req.dryRun {
		parts = append(parts, "dryRun")
	}
	return hex.EncodeToString(sign(key, "idempotency", parts...))
}
