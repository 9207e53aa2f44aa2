// Package table reads rows of customers from files that other programs write: CSV in
// its dialects, and JSON with one object per line. It owns encodings, line ends,
// delimiters and quotes, and the marks of strings that a spreadsheet program would
// take for formulas. It returns the cells of a row and leaves their meaning to
// package model.
//
// A reader reads a stream once, in linear time and with memory for one row of at
// most [MaxRow] bytes. If the stream is no table, the constructor returns a
// [Refusal]. If a row cannot be read, Next returns a [Fault] and goes on with the
// next row. Every line that is not blank belongs to exactly one row, to one fault
// or to the header.
package table
