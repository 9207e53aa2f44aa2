package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Workspace separates the data of one customer of bulkpatch from all others.
type Workspace struct {
	ID   int64  `db:"id"`
	Name string `db:"name"`
}

// MainWorkspace is the workspace that the first start creates.
const MainWorkspace = "main"

// A Scope is one permission.
type Scope string

// The scopes. Admin includes all others.
const (
	CustomersRead  Scope = "customers:read"
	CustomersWrite Scope = "customers:write" // also to submit and preview jobs
	JobsRead       Scope = "jobs:read"       // a key may always read the jobs that it submitted
	JobsWrite      Scope = "jobs:write"      // pause, resume, cancel and throttle; with CustomersWrite also retry and undo; includes JobsRead
	SecretsRead    Scope = "secrets:read"    // read masked values, in records that the key may read
	Admin          Scope = "admin"
)

// Scopes lists all scopes.
var Scopes = []Scope{CustomersRead, CustomersWrite, JobsRead, JobsWrite, SecretsRead, Admin}

// A Key is an API key without its secret. It is live until it is revoked or
// expires.
type Key struct {
	ID         int64
	Name       string // unique among the live keys of its workspace
	Workspace  Workspace
	Scopes     []Scope
	Person     string // whose key it is, "" if nobody said; see [ValidPerson]
	Hint       string // first characters of the secret, to recognise it by
	CreatedAt  time.Time
	ExpiresAt  *time.Time // when it ceases to be live by itself; nil for never
	LastUsedAt *time.Time // the minute in which it was last used; nil for never
	RevokedAt  *time.Time
}

// Limits of the secrets of a key; see [ErrTooManySecrets].
const (
	MaxOverlap = 7 * 24 * time.Hour // how long a secret works after its rotation at most
	MaxSecrets = 10                 // how many secrets of a key work at a time
)

// ErrTooManySecrets says that a rotation would leave a key with more than
// [MaxSecrets] secrets that work. One without an overlap never does.
var ErrTooManySecrets = errors.New("too many secrets of the key still work")

// Has reports whether the key grants s: itself, or because another scope that
// it has includes s.
func (k Key) Has(s Scope) bool {
	return slices.ContainsFunc(k.Scopes, func(has Scope) bool {
		return has == s || has == Admin || has == JobsWrite && s == JobsRead
	})
}

// Actor is how the key is named in jobs and logs.
func (k Key) Actor() string { return "key:" + k.Name }

// NewSecret returns the secret of a new key: 256 random bits after a prefix that
// leak scanners can recognise.
func NewSecret() string { return "bp_" + randomText() }

// randomText returns 256 random bits as text.
func randomText() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// Hash is what is stored of a secret. A secret is random throughout, so one round
// of SHA-256 is enough against guessing.
func Hash(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// Matches reports whether hash is the [Hash] of a secret. How long it takes tells
// nothing about either.
func Matches(hash, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(hash), []byte(Hash(secret))) == 1
}

// Hint is the part of a secret that may be shown again.
func Hint(secret string) string {
	return secret[:min(len(secret)/4, 7)]
}

var namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// ValidName reports whether s may name a key or a workspace.
func ValidName(s string) bool { return namePattern.MatchString(s) }

// MaxPerson is how many characters the name of a person may have.
const MaxPerson = 200

// ValidPerson reports whether s may say whose key it is: valid UTF-8 of 1 to
// [MaxPerson] characters, not all of them spaces and none a control character.
func ValidPerson(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= MaxPerson &&
		strings.TrimSpace(s) != "" && !strings.ContainsFunc(s, unicode.IsControl)
}

// ParseScopes reads a list such as "customers:read,jobs:read". Its error names
// every unknown scope.
func ParseScopes(list string) ([]Scope, error) {
	var scopes []Scope
	var unknown []string
	for part := range strings.SplitSeq(list, ",") {
		s := Scope(strings.TrimSpace(part))
		switch {
		case s == "":
		case !slices.Contains(Scopes, s):
			unknown = append(unknown, string(s))
		case !slices.Contains(scopes, s):
			scopes = append(scopes, s)
		}
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("unknown scopes: %s (known: %s)", strings.Join(unknown, ", "), JoinScopes(Scopes))
	}
	if len(scopes) == 0 {
		return nil, fmt.Errorf("no scope given (known: %s)", JoinScopes(Scopes))
	}
	return scopes, nil
}

// JoinScopes is the inverse of [ParseScopes].
func JoinScopes(scopes []Scope) string {
	parts := make([]string, len(scopes))
	for i, s := range scopes {
		parts[i] = string(s)
	}
	return strings.Join(parts, ",")
}
