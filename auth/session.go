package auth

import "time"

// The limits of sessions: how long one lasts at most, and how many a key may have.
const (
	SessionLife = 8 * time.Hour
	MaxSessions = 100
)

// NewSessionToken returns the token of a new session: 256 random bits. Only its
// [Hash] is stored.
func NewSessionToken() string { return randomText() }

// NewLinkToken returns the token of a new one-time link that signs in: 256 random
// bits. Only its [Hash] is kept.
func NewLinkToken() string { return randomText() }
