package store

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
)

// listDigest identifies a list by its conditions, which are texts, numbers and
// times.
func listDigest(conditions any) string {
	text, _ := json.Marshal(conditions) // such values can always be marshalled
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// writeCursor writes a place of texts and numbers in a list as a cursor.
func writeCursor(place any) string {
	text, _ := json.Marshal(place)
	return base64.RawURLEncoding.EncodeToString(text)
}

// readCursor reads a cursor into a place. It reports whether it is one.
func readCursor(text string, place any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && json.Unmarshal(raw, place) == nil
}
