// Package api owns the native HTTP API under /v1 and what stands beside it:
// health, metrics, keys and the sign-in for the queue pages. It turns
// requests into checked drafts, queries and submissions, and what the store
// answers into JSON, streams and problem documents.
//
// Every fault of a request is found before anything is stored, and all of
// them are named in one answer: in the body, the filter, the query
// parameters and the headers together. The codes of the errors are in one
// table, see problem.go; the routes are one list, see routes.go.
//
// It leaves to model and filter what is valid, to job what a job is, to store
// how all is kept, and to cmd the listener and the settings.
package api
