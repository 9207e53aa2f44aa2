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
	Webhook          string   `json:"webhook,omitempty"`
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
// names one record. Filter, ID and Patch may be any value that [json.Marshal] encodes
// as the JSON, such as a map or a [json.RawMessage].
type Submission struct {
	Model   string  `json:"model"`
	Filter  any     `json:"filter,omitempty"`
	ID      any     `json:"id,omitempty"`
	Patch   any     `json:"patch"`
	Options Options `json:"options"`

	// IdempotencyKey makes sure that two submissions with the same key make one
	// job, even if the caller restarts in between. If it is "", the client uses a
	// random key, which only covers the attempts of this call.
	IdempotencyKey string `json:"-"`
}

// Submit submits a job by POST /v1/jobs, whose filter may be longer than that of
// [Client.SubmitBulk]. When Submit returns without an error, the job is committed:
// it will run even if the server crashes.
func (c *Client) Submit(ctx context.Context, s Submission) (Job, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return Job{}, fmt.Errorf("encode the submission: %w", err)
	}
	return c.submit(ctx, call{
		method: http.MethodPost,
		path:   "/v1/jobs",
		header: http.Header{"Content-Type": {"application/json"}},
		body:   body,
	}, s.IdempotencyKey)
}

// SubmitBulk submits a job that patches all customers of the model that match the
// filter.
func (c *Client) SubmitBulk(ctx context.Context, model string, filter, patch any, o Options) (Job, error) {
	text, err := json.Marshal(filter)
	if err != nil {
		return Job{}, fmt.Errorf("encode the filter: %w", err)
	}
	query := o.query()
	query.Set("filter", string(text))
	return c.patch(ctx, customers(model), query, nil, patch)
}

// SubmitSingle submits a job that patches one customer. ifMatch is the version that
// the record must have when the job runs, or 0 for any version. For an unknown id
// it returns an [*Error] with status 404 and makes no job.
func (c *Client) SubmitSingle(ctx context.Context, model, id string, patch any, ifMatch int64) (Job, error) {
	return c.patch(ctx, customer(model, id), nil, matching(ifMatch), patch)
}

// UpdateRecord patches one customer, waits until that is done, and returns the
// record as it is then. If the record was not changed it returns an [*Error]: 412 if
// its version is not ifMatch (0 means any version), 409 if a unique value is taken,
// 404 if there is no such record, 422 for a rule that only the database could check.
// If the server does not know the result within 30 seconds, UpdateRecord waits for
// the end of the job.
func (c *Client) UpdateRecord(ctx context.Context, model, id string, patch any, ifMatch int64) (Record, error) {
	body, err := json.Marshal(patch)
	if err != nil {
		return Record{}, fmt.Errorf("encode the patch: %w", err)
	}
	header := matching(ifMatch)
	header.Set("Content-Type", "application/merge-patch+json")
	header.Set("Idempotency-Key", newKey(""))
	header.Set("Prefer", "wait=30")
	a, err := c.atOnceOrByJob(ctx, call{method: http.MethodPatch, path: customer(model, id), header: header, body: body})
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

// PreviewSubmission computes what the submission would do, without doing it. Pass the
// token of the preview as the option ConfirmToken to make sure that the job updates
// the same records.
func (c *Client) PreviewSubmission(ctx context.Context, s Submission) (Preview, error) {
	body, err := json.Marshal(struct {
		Submission
		Options any `json:"options"`
	}{s, struct {
		Options
		DryRun bool `json:"dryRun"`
	}{s.Options, true}})
	if err != nil {
		return Preview{}, fmt.Errorf("encode the submission: %w", err)
	}
	header := http.Header{"Content-Type": {"application/json"}}
	a, err := c.atOnceOrByJob(ctx, call{method: http.MethodPost, path: "/v1/jobs", header: header, body: body})
	if err != nil {
		return Preview{}, err
	}
	if a.job == nil {
		var p Preview
		err := json.Unmarshal(a.body, &p)
		return p, err
	}
	if a.job.Preview == nil {
		return Preview{}, a.noPreview()
	}
	return *a.job.Preview, nil
}

// An answered is the answer to a call that may take long: either the body of an
// answer at once, or the finished job that did the work.
type answered struct {
	body json.RawMessage
	etag string
	job  *Job // nil for an answer at once
}

// atOnceOrByJob sends a call that the server answers either at once or, where
// that takes long, with a job. It waits for the end of the job.
func (c *Client) atOnceOrByJob(ctx context.Context, r call) (answered, error) {
	var body json.RawMessage
	resp, err := c.json(ctx, r, &body)
	if err != nil {
		return answered{}, err
	}
	if resp.StatusCode != http.StatusAccepted {
		return answered{body: body, etag: resp.Header.Get("ETag")}, nil
	}
	var j Job
	if err := json.Unmarshal(body, &j); err != nil {
		return answered{}, fmt.Errorf("read the job: %w", err)
	}
	j, err = c.Wait(ctx, j.ID, nil)
	return answered{job: &j}, err
}

// noPreview is the error of a preview job that ended without a preview.
func (a answered) noPreview() error { return fmt.Errorf("preview %s ended %s", a.job.ID, a.job.State) }

// patch submits a merge patch by PATCH.
func (c *Client) patch(ctx context.Context, path string, query url.Values, header http.Header, patch any) (Job, error) {
	body, err := json.Marshal(patch)
	if err != nil {
		return Job{}, fmt.Errorf("encode the patch: %w", err)
	}
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "application/merge-patch+json")
	return c.submit(ctx, call{method: http.MethodPatch, path: path, query: query, header: header, body: body}, "")
}

// submit sends a call that makes a job, with the idempotency key or, if that is "",
// a random one.
func (c *Client) submit(ctx context.Context, r call, key string) (Job, error) {
	r.header.Set("Idempotency-Key", newKey(key))
	return c.job(ctx, r)
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

// newKey returns the given idempotency key, or a random one if that is "".
func newKey(given string) string {
	if given != "" {
		return given
	}
	return rand.Text()
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
