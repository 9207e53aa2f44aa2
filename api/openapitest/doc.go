// Package openapitest compares what a server does with its OpenAPI document: every
// request and answer that passes through a [Transport] must fit it. It is for tests.
//
// It reads a document as anybody would, and shares no code with package api/openapi,
// which writes it. Beside the standard it knows x-item-schema (the schema of the items
// of a stream) and x-codes (the codes of problems).
package openapitest
