package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
)

// signingKey returns the secret of the installation. It never changes, so it is
// read from the store once.
func (s *server) signingKey(ctx context.Context) ([]byte, error) {
	if key := s.signing.Load(); key != nil {
		return *key, nil
	}
	key, err := s.Store.SigningKey(ctx)
	if err == nil {
		s.signing.Store(&key)
	}
	return key, err
}

// tokenLife is how long a preview may be confirmed.
const tokenLife = 15 * time.Minute

// sign returns a keyed hash of texts for one purpose. Each text is preceded by
// its length, so that different lists have different hashes.
func sign(key []byte, purpose string, parts ...string) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range append([]string{purpose}, parts...) {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		mac.Write(n[:])
		mac.Write([]byte(p))
	}
	return mac.Sum(nil)
}

// meaning lists what an update does and to which records. It is the same for
// the same update, whichever call it came with and however its JSON was
// formatted.
func (u *update) meaning(ws auth.Workspace) []string {
	var target []string
	switch {
	case u.file != nil:
		target = u.file.meaning(u.options)
	case u.bulk():
		target = []string{"bulk", model.CanonicalText(string(u.filter.JSON()))}
	default:
		target = []string{"single", model.FormatID(u.id)}
	}
	mismatch := u.options.OnMismatch
	if mismatch == "" {
		mismatch = job.Skip
	}
	parts := append(target, strconv.FormatInt(ws.ID, 10), u.model.Name, model.CanonicalText(string(u.rawPatch)), string(mismatch))
	if u.rawCompute != nil {
		parts = append(parts, "compute", model.CanonicalText(string(u.rawCompute)))
	}
	return parts
}

// fingerprint returns a hash that differs for different requests with one
// idempotency key. It is keyed, because a patch may have a password, which could
// be guessed from a plain hash.
func (u *update) fingerprint(key []byte, ws auth.Workspace) (string, error) {
	o := u.options.Options
	o.OnMismatch = "" // is part of the meaning
	opts, err := json.Marshal(o)
	if err != nil {
		return "", err
	}
	version := "any"
	if u.ifMatch != nil {
		version = strconv.FormatInt(*u.ifMatch, 10)
	}
	parts := append(u.meaning(ws), string(opts), u.options.ConfirmToken, version)
	if u.options.DryRun {
		parts = append(parts, "dryRun")
	}
	if u.options.Webhook != "" {
		parts = append(parts, "webhook", u.options.Webhook) // the options have it masked
	}
	return hex.EncodeToString(sign(key, "idempotency", parts...)), nil
}

// confirms returns a keyed hash of the request for its confirm token. A preview
// that is a job stores it until the token is made.
func (u *update) confirms(key []byte, ws auth.Workspace) string {
	parts := append(u.meaning(ws), u.model.Digest)
	if u.options.AllowNewOptions {
		parts = append(parts, "allowNewOptions") // only then: tokens of earlier versions did not say so
	}
	return hex.EncodeToString(sign(key, "confirms", parts...))
}

// confirmToken returns the token with which a caller confirms a preview: an
// expiry, a signature and the digest of the selection.
func confirmToken(key []byte, confirms, digest string, expires time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(expires.Unix()))
	b = append(b, tokenSignature(key, confirms, expires.Unix(), digest)...)
	return base64.RawURLEncoding.EncodeToString(append(b, digest...))
}

func tokenSignature(key []byte, confirms string, expires int64, digest string) []byte {
	return sign(key, "confirm", confirms, strconv.FormatInt(expires, 10), digest)
}

// addToken adds the confirm token to the preview of a job, and removes from the
// preview what the caller may not see. The life of the token starts with the
// end of the job. The preview of a retry or an undo has no token.
func (s *server) addToken(c *call, j *job.Job) error {
	if j.UndoPreview != nil {
		p := c.shownUndo(*j.UndoPreview)
		j.UndoPreview = &p
	}
	if j.Preview == nil {
		return nil
	}
	p := c.shownPreview(*j.Preview)
	j.Preview = &p
	if j.FinishedAt == nil || j.Confirms == "" {
		return nil
	}
	key, err := s.signingKey(c.ctx())
	if err != nil {
		return err
	}
	p = withToken(p, key, j.Confirms, *j.FinishedAt)
	return nil
}

// withToken adds to a preview the token that confirms it, unless a guard would
// refuse the job. The token's life starts at from.
func withToken(p job.Preview, key []byte, confirms string, from time.Time) job.Preview {
	p.ExpiresAt = from.Add(tokenLife)
	if p.Guard == "" {
		p.ConfirmToken = confirmToken(key, confirms, p.Digest, p.ExpiresAt)
	}
	return p
}

// confirmed returns the digest of the selection that the token of the update
// confirms, or a problem where the token is not valid for the update.
func (u *update) confirmed(key []byte, ws auth.Workspace, now time.Time) (string, error) {
	const head = 8 + sha256.Size
	refused := web.NewProblem("confirm_token_invalid", "The confirm token is malformed or belongs to another request. Preview again.")
	b, err := base64.RawURLEncoding.DecodeString(u.options.ConfirmToken)
	// The decoder ignores line breaks and spare bits, so several texts stand for one token.
	if err != nil || len(b) <= head || base64.RawURLEncoding.EncodeToString(b) != u.options.ConfirmToken {
		return "", refused
	}
	expires, digest := int64(binary.BigEndian.Uint64(b)), string(b[head:])
	if !hmac.Equal(b[8:head], tokenSignature(key, u.confirms(key, ws), expires, digest)) {
		return "", refused
	}
	if now.Unix() >= expires {
		return "", web.NewProblem("confirm_token_invalid", "The confirm token has expired. Preview again.")
	}
	return digest, nil
}
