// Package compat owns the formats of other vendors' APIs: the paths and methods of
// each, its request bodies, list parameters, answers and errors. A program written
// for one of these APIs works here after a change of its base address and key.
//
// Most of a vendor's API, called its surface, is data in the model file (x-vendor:
// the paths, the field that identifies a record in them, the Authorization header,
// the login). The rest is a [Vendor], a small Go file for each. A surface without a
// Go file uses [Plain].
//
// It leaves to package api keys and scopes, reading and writing records, and
// submitting and waiting for jobs. Rules about values are in the models. This package
// uses no database and no connection.
package compat
