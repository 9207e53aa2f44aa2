// Package compat owns how the APIs of other vendors look: which paths and
// methods each has, how its bodies and lists are asked for, and what its
// answers and errors look like. So a program written for one of them works
// here once its base address and key are changed.
//
// Most of a surface is data in the model file (x-vendor: paths, what the
// paths name a record by, the bare Authorization header, where callers log
// in). What data cannot say is a [Vendor], one small file of Go for each; a
// surface that needs none speaks [Plain].
//
// It leaves to package api everything that happens: keys and scopes, reading
// and writing records, accepting and awaiting jobs. Rules about values belong
// to the models. Nothing here sees a database or a connection.
package compat
