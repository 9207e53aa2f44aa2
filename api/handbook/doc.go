// Package handbook owns the pages below /docs: the guide, and the reference of every
// call that the OpenAPI document describes. It reads that document as anybody would, as
// JSON, so what it shows is what the document says.
//
// It leaves making the document to others, and to package docs the text of the guide. It
// knows no route, no model and no caller. The look is the dashboard's.
package handbook
