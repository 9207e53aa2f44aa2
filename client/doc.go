// Package client speaks the native HTTP API of bulkpatch: it submits updates,
// follows jobs, reads results, and moves customers in and out. It needs only
// the standard library, so it can be copied into another program whole.
//
// It decides what is safe to send again, and leaves to its callers what to
// update and how to show it. It never interprets a model: records and patches
// are JSON that the caller encodes and decodes.
package client
