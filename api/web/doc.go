// Package web owns what every package that answers HTTP requests needs:
// content negotiation and compression, bodies and their limits, CSV and JSON
// lines, problem documents with the list of their codes, streams, and the
// recorder of what was answered.
//
// It leaves to its users the routes, who may call them, and what jobs and
// records look like; it knows neither jobs nor the store.
package web
