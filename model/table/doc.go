// Package table reads rows of customers from files that other programs write: CSV in
// its dialects, JSON with one object per line, and sheets of workbooks (.xlsx). It
// owns encodings, line ends, delimiters and quotes, the types of cells, the marks of
// strings that a spreadsheet program would take for formulas, and the form in which
// rows are stored. It returns the cells of a row and leaves their meaning to package
// model.
//
// A [Reader] reads a stream once, in linear time and with memory for one row of at
// most [MaxRow] bytes. If the stream is no table, the constructor returns a
// [Refusal]. If a row cannot be read, Next returns a [Fault] and goes on with the
// next row. Every line that is not blank belongs to exactly one row, to one fault
// or to the header.
//
// A [File] can be read again, so that [OpenFile] may look at all of it to find out
// how it is written. What it reads row by row is bounded in the same way.
//
// Workbooks are read with archive/zip and encoding/xml. The library that the tests
// write them with would make the program 2 MB larger, above its bound, for formulas,
// charts and writing that nothing here needs. Of a workbook only what a value needs is
// read: the list of sheets, the texts, which styles are dates, and one sheet.
package table
