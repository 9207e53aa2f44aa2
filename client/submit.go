package client

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// Options are the options of a job. The zero value means the server's defaults. The
// documentation of the server explains each of them.
type Options struct {
	AllowAll         bool     `json:"allowAll,omitempty"`         // needed for a filter that is true for every record
	MaxAffected      *int64   `json:"maxAffected,omitempty"`      // fail if the filter selects more records
	ExpectedCount    *int64   `json:"expectedCount,omitempty"`    // fail if the filter selects another number of records
	ConfirmToken     string   `json:"confirmToken,omitempty"`     // of a [Preview]: fail if the filter selects other records
	OnMismatch       string   `json:"onMismatch,omitempty"`       // skip or force: records that no longer match when they are updated
	RecordsPerSecond *float64 `json:"recordsPerSecond,omitempty"` // limit of the speed
	MaxFailures      *int64   `json:"maxFailures,omitempty"`      // fail after so many failed records
	AllowNewOptions  bool     `json:"allowNewOptions,omitempty"`  // allow values that are no choices of a field yet
	Note             string   `json:"note,omitempty"`             // why the change is made
	Webhook          string   `json:"webhook,omitempty"`          // URL that is called when the job ends; see [Client.Deliveries]

	// Of a file job alone.
	Blank     string `json:"blank,omitempty"`     // ignore or clear: what an empty cell does to its field
	ClearWord string `json:"clearWord,omitempty"` // a word that clears a field, such as NULL
	Unmatched string `json:"unmatched,omitempty"` // fail or skip: what becomes of a row without a customer
}

// query returns the options as the URL parameters of a PATCH.
func (o Options) query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	integer := func(name string, n *int64) {
		if n != nil {
			q.Set(name, strconv.FormatInt(*n, 10))
		}
	}
	if o.AllowAll {
		q.Set("allowAll", "true")
	}
	if o.AllowNewOptions {
		q.Set("allowNewOptions", "true")
	}
	integer("maxAffected", o.MaxAffected)
	integer("expectedCount", o.ExpectedCount)
	integer("maxFailures", o.MaxFailures)
	if o.RecordsPerSecond != nil {
		q.Set("recordsPerSecond", strconv.FormatFloat(*o.RecordsPerSecond, 'f', -1, 64))
	}
	set("confirmToken", o.ConfirmToken)
	set("onMismatch", o.OnMismatch)
	set("note", o.Note)
	set("webhook", o.Webhook)
	return q
}

// A Submission is the request for a job. Either Filter selects the records, or ID
// names one record, or File has a row for each of them. Patch gives all of them the same values, and Compute has the
// operators that work out values of each from its own, such as
// {"score": {"$inc": 5}}; give one of the two, or both for different fields. Filter,
// ID, Patch and Compute may be any value that [json.Marshal] encodes as the JSON, such
// as a map or a [json.RawMessage].
type Submission struct {
	Model   string `json:"model"`
	Filter  any    `json:"filter,omitempty"`
	ID      any    `json:"id,omitempty"`
	Patch   any    `json:"patch,omitempty"`
	Compute any    `json:"compute,omitempty"`

	// Of a file job, instead of Filter, ID, Patch and Compute: the ID of a [File]; the
	// fields that a row must have in common with its customer; and the fields that the
	// columns stand for, as far as their headers are not the fields' names: an object of
	// headers and fields, in which null leaves a column out.
	File    string   `json:"file,omitempty"`
	Match   []string `json:"match,omitempty"`
	Columns any      `json:"columns,omitempty"`

	Options Options `json:"options"`

	// IfMatch is the version that the record named by ID must have when the job
	// runs, or 0 for any version. It cannot be combined with Filter.
	IfMatch int64 `json:"-"`

	// IdempotencyKey is as [WithIdempotencyKey] has it.
	IdempotencyKey string `json:"-"`
}

// call returns the call that submits s with the given options.
func (s Submission) call(options any) (call, error) {
	body, err := json.Marshal(struct {
		Submission
		Options any `json:"options"`
	}{s, options})
	if err != nil {
		return call{}, fmt.Errorf("encode the submission: %w", err)
	}
	header := matching(s.IfMatch)
	header.Set("Content-Type", "application/json")
	return call{method: http.MethodPost, path: "/v1/jobs", header: header, body: body}, nil
}

// options returns the options of the call that s asks for.
func (s Submission) options() []JobOption {
	return []JobOption{WithIdempotencyKey(s.IdempotencyKey)}
}

// A JobOption changes how a call makes a job.
type JobOption func(http.Header)

// WithIdempotencyKey makes sure that calls with the same key, which has 1 to 255 visible
// ASCII characters, make one job, even if the caller restarts in between. The server
// knows a key as long as it keeps the job. For another request with the same key it
// answers with the code [CodeIdempotencyKeyReused]. Without this option, or with "",
// the client uses a random key, which covers the attempts of one call.
func WithIdempotencyKey(key string) JobOption {
	return func(h http.Header) {
		if key != "" {
			h.Set("Idempotency-Key", key)
		}
	}
}

// makesJob gives a call that makes a job its idempotency key.
func (r call) makesJob(options ...JobOption) call {
	r.header.Set("Idempotency-Key", rand.Text())
	for _, o := range options {
		o(r.header)
	}
	return r
}

// Submit submits a job by POST /v1/jobs, whose filter may be longer than that of
// [Client.SubmitBulk]. When Submit returns without an error, the job is committed:
// it will run even if the server crashes.
func (c *Client) Submit(ctx context.Context, s Submission) (Job, error) {
	r, err := s.call(s.Options)
	if err != nil {
		return Job{}, err
	}
	return c.job(ctx, r.makesJob(s.options()...))
}

// SubmitBulk submits a job that patches all customers of the model that match the
// filter.
func (c *Client) SubmitBulk(ctx context.Context, model string, filter, patch any, o Options, how ...JobOption) (Job, error) {
	text, err := json.Marshal(filter)
	if err != nil {
		return Job{}, fmt.Errorf("encode the filter: %w", err)
	}
	query := o.query()
	query.Set("filter", string(text))
	r, err := patching(customers(model), http.Header{}, patch)
	if err != nil {
		return Job{}, err
	}
	r.query = query
	return c.job(ctx, r.makesJob(how...))
}

// SubmitSingle submits a job that patches one customer. ifMatch is the version that
// the record must have when the job runs, or 0 for any version. For an unknown id
// it returns an [*Error] with status 404 and makes no job. To set [Options], call
// [Client.Submit] with the id.
func (c *Client) SubmitSingle(ctx context.Context, model, id string, patch any, ifMatch int64, how ...JobOption) (Job, error) {
	r, err := patching(customer(model, id), matching(ifMatch), patch)
	if err != nil {
		return Job{}, err
	}
	return c.job(ctx, r.makesJob(how...))
}

// UpdateRecord patches one customer, waits until that is done, and returns the
// record as it is then. If the record was not changed it returns an [*Error]: 412 if
// its version is not ifMatch (0 means any version), 409 if a unique value is taken,
// 404 if there is no such record, 422 for a rule that only the database could check.
// If the server does not know the result within 30 seconds, UpdateRecord waits for
// the end of the job. The key needs [ScopeCustomersWrite] and [ScopeCustomersRead]:
// without the second the record is updated and the error has the status 403.
func (c *Client) UpdateRecord(ctx context.Context, model, id string, patch any, ifMatch int64, how ...JobOption) (Record, error) {
	r, err := patching(customer(model, id), matching(ifMatch), patch)
	if err != nil {
		return Record{}, err
	}
	r.header.Set("Prefer", "wait=30")
	a, err := c.atOnceOrByJob(ctx, r.makesJob(how...))
	if err != nil {
		return Record{}, err
	}
	if a.job == nil {
		return Record{JSON: a.body, ETag: a.etag}, nil
	}
	j := *a.job
	if j.State != StateSucceeded || j.Counts.Skipped > 0 {
		return Record{}, c.refusal(ctx, j)
	}
	return c.Record(ctx, model, id)
}

// refusal returns the error that the server would have answered if it had waited for
// the job, which ended without changing its record.
func (c *Client) refusal(ctx context.Context, j Job) error {
	refused := &Error{Status: http.StatusConflict, Code: "job_cancelled", Detail: "Job " + j.ID + " ended " + j.State + " before it reached the record."}
	for r, err := range c.Results(ctx, j.ID) {
		if err != nil {
			return err
		}
		if r.Error == nil {
			break
		}
		refused.Detail = r.Error.Detail
		switch {
		case r.Outcome == OutcomeConflicted:
			refused.Status, refused.Code = http.StatusPreconditionFailed, "precondition_failed"
		case r.Outcome == OutcomeSkipped:
			refused.Status, refused.Code = http.StatusNotFound, "record_not_found"
		case r.Error.Code == "unique":
			refused.Status, refused.Code = http.StatusConflict, "unique"
		default:
			refused.Status, refused.Code = http.StatusUnprocessableEntity, "record_failed"
		}
	}
	return refused
}

// patching returns the call that sends a merge patch.
func patching(path string, header http.Header, patch any) (call, error) {
	body, err := json.Marshal(patch)
	if err != nil {
		return call{}, fmt.Errorf("encode the patch: %w", err)
	}
	header.Set("Content-Type", "application/merge-patch+json")
	return call{method: http.MethodPatch, path: path, header: header, body: body}, nil
}

// job sends a call that is answered with a job.
func (c *Client) job(ctx context.Context, r call) (Job, error) {
	var j Job
	resp, err := c.json(ctx, r, &j)
	if err != nil {
		return Job{}, err
	}
	j.ETag = resp.Header.Get("ETag")
	return j, nil
}

// matching returns the If-Match header for a version, or no header for 0.
func matching(version int64) http.Header {
	h := http.Header{}
	if version != 0 {
		h.Set("If-Match", strconv.Quote(strconv.FormatInt(version, 10)))
	}
	return h
}

// customers returns the path of a model's records, and customer that of one record.
func customers(model string) string { return "/v1/" + url.PathEscape(model) + "/customers" }

func customer(model, id string) string { return customers(model) + "/" + url.PathEscape(id) }
