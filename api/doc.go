// Package api owns the native HTTP API under /v1, and health, metrics, keys, and the
// sign-in and the sessions of the dashboard. It turns requests into checked drafts,
// queries and submissions, and the results of the store into JSON, streams and
// problem documents. The calls of vendors' surfaces are served by the same code;
// see vendor.go, and format.go for how they are answered.
//
// All faults of a request are found before anything is stored: in the body, the
// filter, the query parameters and the headers. One answer lists the first
// hundred and counts the others. The codes of the errors are one table, see
// web/problemtypes.go. The routes, with all that can be said of each as data,
// are another, see routetable.go. What a key may see of an answer is decided in
// visible.go.
//
// Everything that a caller chooses is limited: the URL and the headers in
// limits.go, and the memory of all open requests together in budget.go.
//
// It leaves to web what every HTTP package needs, to dashboard how pages look, to model and filter what is
// valid, to job what a job is, to store how data is kept, and to cmd the
// listener and the settings.
package api
