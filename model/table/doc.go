// Package table reads rows of customers as people's programs write them: CSV
// in its dialects, and JSON objects one a line. It owns encodings, line ends,
// delimiters and quotes, and tells what a row holds, never what that means:
// that is the model's.
//
// A reader goes through a stream once. It takes time linear in the stream and
// memory for one row of at most [MaxRow] bytes, whatever comes. What cannot be
// a table at all is a [Refusal], known before the first row; what is wrong
// with one row, or with rows that cannot be told apart, is a [Fault], and
// reading goes on behind it. Every line with anything in it belongs to exactly
// one row or fault, or to the header.
package table
