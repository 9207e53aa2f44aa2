// Package openapi describes the API as an OpenAPI 3.1 document: every call, its
// parameters, bodies, answers and errors, and the customers of every loaded model.
//
// It owns the document and its words, which are in the YAML files beside the code:
// one file for the calls, and one for the Go types that bodies have. Everything else
// is derived: paths, parameters, media types and scopes from the routes of package
// api, the schemas of bodies from their Go types, those of customers and filters
// from the models, and a vendor's calls from its surface. The package serves nothing.
// [Build] returns the document, and its caller passes it to package api.
package openapi
