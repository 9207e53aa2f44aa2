// Package api owns the native HTTP API under /v1 and what stands beside it:
// health, metrics, keys and the sign-in for the queue pages. It turns
// requests into checked drafts, queries and submissions, and what the store
// answers into JSON, streams and problem documents.
//
// Every fault of a request is found before anything is stored, and one answer
// names the first hundred and counts the others: in the body, the filter, the
// query parameters and the headers together. The codes of the errors are in
// one table, see web/problemtypes.go; the routes, with the scopes that each takes, are one
// list, see routes.go; what a key may see of an answer is said in visible.go.
//
// Whatever a caller chooses is bounded: what a request says beside its body in
// limits.go, and what all requests in flight hold together in budget.go.
//
// It leaves to model and filter what is valid, to job what a job is, to store
// how all is kept, and to cmd the listener and the settings.
package api
