package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"bulkpatch/job"
)

// Limits of an answer. What a receiver says beside its status is not kept.
const (
	maxAnswerHeader = 16 << 10
	maxAnswerBody   = 4 << 10
)

// signatures signs a body with each of the secrets: while one replaces another, a
// receiver may know either.
func signatures(secrets []string, id string, at time.Time, body []byte) (string, error) {
	all := make([]string, len(secrets))
	for i, secret := range secrets {
		signer, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return "", errors.New("a secret is not Base64") // the error of the library has a part of it
		}
		if all[i], err = signer.Sign(id, at, body); err != nil {
			return "", err
		}
	}
	return strings.Join(all, " "), nil
}

// An answer is what an attempt met.
type answer struct {
	status  int           // 0 for none
	failure string        // a sentence, "" for a status of 2xx
	pause   time.Duration // that the receiver asks for, 0 for none
}

// post sends a body once, within [job.WebhookTimeout]. It uses no proxy, follows no
// redirect and keeps no connection: each attempt looks the host up and checks the
// address anew.
func (a *Allow) post(ctx context.Context, d job.Dispatch, secrets []string) answer {
	ctx, cancel := context.WithTimeout(ctx, job.WebhookTimeout)
	defer cancel()
	u, err := url.Parse(d.URL)
	if err != nil {
		return answer{failure: "The URL cannot be read."}
	}
	req, err := request(ctx, u, d, secrets)
	if err != nil {
		return answer{failure: "The request cannot be made: the URL or the secret is not valid."}
	}
	via := &http.Transport{
		DialContext: a.dialer(ctx, u), DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: maxAnswerHeader,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: a.roots},
	}
	resp, err := via.RoundTrip(req)
	if err != nil {
		return answer{failure: whyFailed(ctx, err)}
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, maxAnswerBody) // so that a short answer is not cut off; its status has arrived
	return judge(resp)
}

// request makes the signed request of an attempt.
func request(ctx context.Context, u *url.URL, d job.Dispatch, secrets []string) (*http.Request, error) {
	at, id := time.Now(), job.WebhookID(d.JobID, d.State)
	signed, err := signatures(secrets, id, at, d.Body)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(d.Body))
	if err != nil {
		return nil, err
	}
	if password, given := u.User.Password(); u.User != nil {
		req.SetBasicAuth(u.User.Username(), map[bool]string{true: password}[given])
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "bulkpatch")
	req.Header.Set(standardwebhooks.HeaderWebhookID, id)
	req.Header.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(standardwebhooks.HeaderWebhookSignature, signed)
	return req, nil
}

// judge says what an answer means. A redirect is a failure, as Standard Webhooks
// recommends: the receiver has moved, and the job's URL has not.
func judge(resp *http.Response) answer {
	a := answer{status: resp.StatusCode, pause: retryAfter(resp.Header.Get("Retry-After"), time.Now())}
	switch class := resp.StatusCode / 100; {
	case class == 2:
	case class == 3:
		a.failure = fmt.Sprintf("The receiver answered %d: redirects are not followed. Submit jobs with the URL to which it points.", a.status)
	default:
		a.failure = fmt.Sprintf("The receiver answered %d, and not 2xx.", a.status)
	}
	return a
}

// retryAfter reads for how long a receiver wants to be left alone (RFC 9110, 10.2.3),
// 0 if it does not say.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// whyFailed says in words why there was no answer. The error itself may have the URL.
func whyFailed(ctx context.Context, err error) string {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.Is(err, errRefused):
		return "The host has an address that may not be called: a private, local or reserved one, or one of http."
	case errors.Is(ctx.Err(), context.Canceled):
		return "The process that sent this was stopped before the receiver answered."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), ctx.Err() != nil:
		return "The receiver did not answer within 10 seconds."
	case errors.As(err, &name):
		return "The address of the host could not be found."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "The receiver refused the connection."
	case errors.As(err, &certificate):
		return "The certificate of the receiver is not valid."
	case errors.As(err, &record):
		return "The receiver does not speak HTTPS."
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "The receiver closed the connection without an answer."
	}
	return "The receiver could not be reached, or its answer could not be read."
}
