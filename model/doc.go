// Package model owns models: the fields of a type of customer record, the types
// and rules of these fields, and the conversion of their values between JSON
// and the stored form. It loads model files (JSON Schema 2020-12 in YAML, with
// x- keywords for what a database has to know), checks new records and merge
// patches against them, and computes new values of records from former ones.
//
// It leaves storing records to store, selecting them to filter, and requests to
// api. Its only I/O is reading model files.
package model
