package api

import (
	"net/url"
	"sync"
	"time"

	"bulkpatch/api/dashboard"
	"bulkpatch/auth"
)

// SignInLinkLife is how long a one-time link works if nobody uses it.
const SignInLinkLife = time.Hour

// onceParam is the query parameter in which a one-time link has its token.
const onceParam = "once"

// SignInLinks are links to the dashboard, each of which signs in once, so that nobody
// has to type a secret. They exist in this process only, by the hashes of their
// tokens, and end with it. They are safe for concurrent use.
type SignInLinks struct {
	now func() time.Time

	mu   sync.Mutex
	live map[string]signInLink // by the hash of the token
}

// A signInLink is what its token stands for.
type signInLink struct {
	secret string // of the key
	ends   time.Time
}

// NewSignInLinks returns an empty set of links.
func NewSignInLinks(now func() time.Time) *SignInLinks {
	return &SignInLinks{now: now, live: map[string]signInLink{}}
}

// New makes a link that signs in with the secret of a key, and returns its path with
// the query. It works once, within [SignInLinkLife], and as long as the secret does.
// It is as secret as the key until it is used.
func (l *SignInLinks) New(secret string) (path string) {
	token := auth.NewLinkToken()
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	for hash, link := range l.live {
		if !now.Before(link.ends) {
			delete(l.live, hash)
		}
	}
	l.live[auth.Hash(token)] = signInLink{secret, now.Add(SignInLinkLife)}
	return dashboard.SignInPath + "?" + url.Values{onceParam: {token}}.Encode()
}

// works reports whether a token still signs in, and leaves it as it is.
func (l *SignInLinks) works(token string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	link, known := l.live[auth.Hash(token)]
	return known && l.now().Before(link.ends)
}

// take ends a link and returns what it stood for. Of several calls with one token at
// most one gets it.
func (l *SignInLinks) take(token string) (link signInLink, ok bool) {
	hash := auth.Hash(token)
	l.mu.Lock()
	defer l.mu.Unlock()
	link, known := l.live[hash]
	delete(l.live, hash)
	return link, known && l.now().Before(link.ends)
}

// giveBack makes a link work again whose sign-in failed by no fault of the visitor.
func (l *SignInLinks) giveBack(token string, link signInLink) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.live[auth.Hash(token)] = link
}
