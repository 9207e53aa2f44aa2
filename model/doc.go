// Package model owns what a kind of customer record is: its fields, their
// types and rules, and how a value travels between JSON and a store. It
// loads model files (JSON Schema 2020-12 in YAML, with x- keywords for what
// a store needs to know) and checks new records and merge patches against
// them.
//
// It leaves to others where records are kept (store), how they are selected
// (filter) and how requests reach them (api). It does no I/O besides reading
// the model files it is given.
package model
