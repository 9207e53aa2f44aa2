package job

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"
	"time"
)

// Limits of webhooks. Whoever may choose a URL knows them beforehand.
const (
	MaxWebhook       = 2000               // bytes of a URL
	WebhookTimeout   = 10 * time.Second   // of one attempt, from looking up the host to the answer's status
	WebhookPeriod    = 3 * 24 * time.Hour // since the first attempt, in which failed attempts are repeated
	WebhookPause     = 5 * time.Second    // between the last attempt and one that somebody asks for
	MaxWebhookTries  = 50                 // attempts of a delivery that are kept, the last ones
	webhookMask      = "***"
	defaultHTTPPort  = "80"
	defaultHTTPSPort = "443"
)

// ErrNoWebhook says that a job was made without the option webhook.
var ErrNoWebhook = errors.New("the job calls nobody when it ends")

// ErrWebhookOver says that a delivery was given up, because [WebhookPeriod] is over.
var ErrWebhookOver = errors.New("the time in which the end of the job is sent is over")

// ParseWebhook reads the URL of a webhook. must says what it has to be, "" if it is
// valid: an absolute URL of http or https with a host, of at most [MaxWebhook] bytes,
// without a fragment, and not the form that [MaskWebhook] shows. Whether its address
// may be called is another question.
func ParseWebhook(text string) (u *url.URL, must string) {
	if len(text) > MaxWebhook {
		return nil, "This must be a URL of at most 2000 bytes."
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, "This must be a URL with a host, such as https://example.com/hook."
	case strings.Contains(text, "#"):
		return nil, "This must be a URL without a fragment: leave out # and what follows it."
	case strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c == 0x7f }):
		return nil, "This must be a URL without spaces and control characters."
	case u.User != nil && u.User.String() == url.User(webhookMask).String() || u.RawQuery == webhookMask:
		return nil, "This is a URL as it is shown, with *** for what is kept secret. Give the whole URL."
	}
	return u, ""
}

// MaskWebhook returns the URL of a webhook as it may be shown: its user and its query
// are "***". Text that is no URL becomes "***".
func MaskWebhook(text string) string {
	u, must := ParseWebhook(text)
	if must != "" {
		return webhookMask
	}
	var b strings.Builder
	b.WriteString(u.Scheme + "://")
	if u.User != nil {
		b.WriteString(webhookMask + "@")
	}
	b.WriteString(u.Host + u.EscapedPath())
	if u.RawQuery != "" || u.ForceQuery {
		b.WriteString("?" + webhookMask)
	}
	return b.String()
}

// Receiver names who receives what is sent to a URL: its host in lower case, and its
// port.
func Receiver(u *url.URL) string {
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "http":
		port = defaultHTTPPort
	default:
		port = defaultHTTPSPort
	}
	return strings.ToLower(u.Hostname()) + ":" + port
}

// A DeliveryState says how far the delivery of a job's end is.
type DeliveryState string

// The states. From each of the last two, [WebhookPause] permitting, a delivery becomes
// pending again when somebody asks for it.
const (
	DeliveryWaiting DeliveryState = "waiting" // for the end of the job
	DeliveryPending DeliveryState = "pending" // is being sent, or will be
	Delivered       DeliveryState = "delivered"
	DeliveryGaveUp  DeliveryState = "gave_up"

	DeliveryFailed DeliveryState = "failed" // of an attempt alone
)

// A Delivery is what became of the call that a job makes when it ends. That of a job
// without the option webhook is zero.
type Delivery struct {
	Job         Job    // its state is that of the call, if it has ended
	URL         string // masked
	State       DeliveryState
	NextAttempt *time.Time // nil if none is planned
	Attempts    []DeliveryAttempt
}

// WebhookID identifies the call of the end of a job in its final state. It is the same
// in every attempt, so that a receiver can tell a repetition.
func WebhookID(jobID string, s State) string { return jobID + "." + string(s) }

// A DeliveryAttempt is one time that the end of a job was sent.
type DeliveryAttempt struct {
	At     time.Time // when it was begun, by the clock of the database
	Took   time.Duration
	Status int    // of the answer, 0 for none
	Error  string // a sentence that says why it failed, "" if it did not
}

// A WebhookRef names a delivery, and the receiver to whose share it belongs.
type WebhookRef struct {
	Ref             // of the job; its shard is always 0
	JobID    string `db:"id"` // "" if the job has expired
	State    State  // of the job, which is final
	Receiver string
	Begun    bool   // there was an attempt before, and so there is a body
	Trace    string `db:"traceparent"` // as of a [WakeUp]
}

// A Share is what the deliveries of a workspace to one receiver have in common; with
// an empty receiver, all of the workspace.
type Share struct {
	Workspace int64
	Receiver  string
}

// A Dispatch is one attempt that was begun: nobody else sends the same until the lease
// of the attempt has ended.
type Dispatch struct {
	WebhookRef
	Epoch   int64 // the attempt is recorded only as long as the delivery has this epoch
	URL     string
	Body    []byte
	Secrets []string      // of the workspace, the newest first; nil if it has none of its own
	Tries   int           // attempts that have failed before, since the end of the job or since somebody asked
	Since   time.Duration // the first of them
}

// A DispatchEnd is how an attempt ended: delivered, to be repeated after a delay, or
// given up. Took, Status and Error are as in [DeliveryAttempt].
type DispatchEnd struct {
	Took   time.Duration
	Status int
	Error  string
	State  DeliveryState
	After  time.Duration // for a state of [DeliveryPending]
}

// NewWebhookSecret returns a secret to sign webhooks with: 256 random bits, as Standard
// Webhooks writes a symmetric secret.
func NewWebhookSecret() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return webhookSecretPrefix + base64.StdEncoding.EncodeToString(b)
}

const webhookSecretPrefix = "whsec_"

// ValidWebhookSecret reports whether text is a secret as Standard Webhooks has it:
// "whsec_" and 24 to 64 bytes in Base64.
func ValidWebhookSecret(text string) bool {
	encoded, ok := strings.CutPrefix(text, webhookSecretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	return ok && err == nil && 24 <= len(key) && len(key) <= 64
}
