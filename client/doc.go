// Package client calls the native HTTP API of bulkpatch: it has a method for each call,
// for submitting updates, following jobs, reading results, importing and exporting
// customers, and for what administrators do. It imports only the standard library.
//
// It owns the decision which calls are safe to send again; [Client] says which. It
// leaves to its callers what to update and how to show it. It never interprets a
// model: records and patches are JSON that the caller encodes and decodes. Words of the
// API, such as states and codes, are plain strings with constants for those that there
// are: a newer server may have others.
package client
