// Package auth owns who may do what: workspaces, API keys and their scopes,
// and how a key is made and recognised. Keys are kept as hashes only.
//
// It leaves keeping them to store, and reading them from a request to api.
package auth
