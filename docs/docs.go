// Package docs owns the guide for those who build on bulkpatch, as the program has it.
// It leaves showing it to others.
package docs

import _ "embed" // for the guide

// Guide is the guide, in Markdown.
//
//go:embed guide.md
var Guide string
