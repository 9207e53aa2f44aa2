// Package client calls the native HTTP API of bulkpatch: it submits updates,
// follows jobs, reads results, and imports and exports customers. It imports only
// the standard library, so it can be copied into another program.
//
// It owns the decision which calls are safe to send again. It leaves to its callers
// what to update and how to show it. It never interprets a model: records and
// patches are JSON that the caller encodes and decodes.
package client
