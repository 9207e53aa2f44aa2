package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"bulkpatch/client"
)

// tableFlags say how to read a file of CSV.
type tableFlags struct {
	Delimiter string `placeholder:"CHAR" help:"Delimiter of CSV: a comma, a semicolon, tab or |; by default the one in its header."`
	Columns   string `placeholder:"JSON" help:"Fields for column headers that are no field names, such as '{\"E-Mail\":\"email\"}'; null leaves a column out."`
}

func (f tableFlags) options() client.ImportOptions {
	return client.ImportOptions{Delimiter: f.Delimiter, Columns: f.Columns}
}

var gzipMagic = []byte{0x1f, 0x8b}

// An unpacker reads a file. If its content is compressed with gzip, whatever its
// name says, it unpacks it.
type unpacker struct {
	name string
	in   *bufio.Reader
	out  io.Reader // nil until the first read, since standard input may be silent
}

func unpacked(name string, file io.Reader) *unpacker {
	return &unpacker{name: name, in: bufio.NewReader(file)}
}

// Read reads the unpacked content. Its errors name a compressed file that is
// damaged.
func (u *unpacker) Read(p []byte) (int, error) {
	if u.out == nil {
		if err := u.open(); err != nil {
			return 0, err
		}
	}
	n, err := u.out.Read(p)
	if err != nil && err != io.EOF && u.out != u.in {
		err = u.damaged(err)
	}
	return n, err
}

// open finds out by the first bytes whether the file is compressed.
func (u *unpacker) open() error {
	start, err := u.in.Peek(len(gzipMagic))
	if err != nil && err != io.EOF {
		return err
	}
	u.out = u.in
	if bytes.Equal(start, gzipMagic) {
		z, err := gzip.NewReader(u.in)
		if err != nil {
			return u.damaged(err)
		}
		u.out = z
	}
	return nil
}

func (u *unpacker) damaged(err error) error {
	return fmt.Errorf("%s is compressed, and damaged or cut short: %w", u.name, err)
}

// isCSV reports whether a file's name says that it is CSV, compressed or not.
func isCSV(file string) bool {
	name := strings.TrimSuffix(strings.ToLower(file), ".gz")
	return slices.Contains([]string{".csv", ".tsv"}, filepath.Ext(name))
}
