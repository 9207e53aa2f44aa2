// Package auth owns who may do what: workspaces, API keys with their scopes, the
// sessions that are made from keys, and the caller of a change. It also makes the
// secrets of keys, the tokens of sessions and of one-time links, and their hashes.
//
// It leaves to store how keys are stored, which is as hashes only, and to api how
// a key is read from a request.
package auth
