package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"bulkpatch/client"
)

// fileFlags are those of a file job.
type fileFlags struct {
	File      string   `placeholder:"FILE" help:"A file whose rows have the values of one customer each, in place of what selects and changes them: CSV, TSV, NDJSON or an Excel workbook (.xlsx), also compressed with gzip; - is standard input."`
	Match     []string `placeholder:"FIELD" help:"With --file: the field whose value in a row tells which customer it is for, such as externalId; several, separated by commas, must all be equal."`
	Columns   string   `placeholder:"JSON" help:"With --file: fields for column headers that are no field names, such as '{\"E-Mail\":\"email\"}'; null leaves a column out."`
	Blank     string   `placeholder:"HOW" set:"choices=ignore,clear" help:"With --file: what an empty cell does to its field: ignore or clear (default ignore)."`
	ClearWord string   `placeholder:"WORD" help:"With --file: a word that clears a field, in upper or lower case, such as NULL."`
	Unmatched string   `placeholder:"HOW" set:"choices=fail,skip" help:"With --file: what becomes of a row without a customer: fail or skip (default fail)."`
	Encoding  string   `placeholder:"NAME" help:"With --file: its encoding, utf-8, utf-16le, utf-16be or windows-1252; by default it is found out."`
	Delimiter string   `placeholder:"CHAR" help:"With --file: the delimiter of CSV, a comma, a semicolon, tab or |; by default it is found out."`
	Decimal   string   `placeholder:"CHAR" help:"With --file: what stands before the decimals of numbers, a point or a comma (default a point)."`
	Dates     string   `placeholder:"FORM" help:"With --file: how dates are written, such as DD.MM.YYYY (default as in ISO 8601)."`
	Sheet     string   `placeholder:"NAME" help:"With --file: the sheet of a workbook (default the first one)."`
}

// maxFileName is how long a name may be that the file has on the server, too.
const maxFileName = 200

// filePlaces are the places of a file job's request.
var filePlaces = places{{client.InBody, "/file", "--file"}, {client.InBody, "/match", "--match"}, {client.InBody, "/columns", "--columns"}}

// check reads the flags. It reports whether there is a file.
func (f fileFlags) check(r *reader) bool {
	if !r.line.typed("file") {
		for _, flag := range []string{"match", "columns", "blank", "clear-word", "unmatched", "encoding", "delimiter", "decimal", "dates", "sheet"} {
			r.idle("--"+flag, "without --file")
		}
		return false
	}
	for _, flag := range []string{"filter", "where", "id", "patch", "set", "clear", "compute", "allow-all"} {
		r.idle("--"+flag, "with --file: the file says which customers change, and how")
	}
	for _, flag := range []string{"idempotency-key", "confirm-token"} {
		r.idle("--"+flag, "with --file: each upload is another file")
	}
	if f.File == "" {
		r.fault("--file", "must name a file")
	}
	if len(f.Match) == 0 {
		r.fault("--match", "is missing: name the field whose value in a row tells which customer it is for, such as externalId")
	}
	if f.Columns != "" {
		r.json("--columns", f.Columns)
	}
	for flag, word := range map[string]string{"blank": f.Blank, "unmatched": f.Unmatched} {
		if r.line.typed(flag) {
			r.choice("--"+flag, word)
		}
	}
	return true
}

// upload sends the file, and adds it to the submission.
func (f fileFlags) upload(a *app, t *target, s *client.Submission) (client.File, error) {
	in, size, err := a.open(f.File)
	if err != nil {
		return client.File{}, &flagError{"--file", err}
	}
	defer in.Close()
	o := client.FileOptions{Encoding: f.Encoding, Delimiter: f.Delimiter, Decimal: f.Decimal, Dates: f.Dates, Sheet: f.Sheet}
	if name := strings.TrimSuffix(filepath.Base(f.File), ".gz"); f.File != "-" && len(name) <= maxFileName {
		o.Name = name
	}
	bar := newByteBar(a.err, "upload", size)
	sent := &watchedReader{Reader: unpacked(f.File, io.TeeReader(in, bar))}
	file, err := t.UploadFile(a.ctx, s.Model, sent, o)
	bar.Finish()
	switch {
	case sent.err != nil && a.ctx.Err() == nil:
		return file, &flagError{"--file", sent.err}
	case client.HasCode(err, client.CodeModelNotFound):
		return file, noModel(a, t, s.Model)
	case err != nil:
		return file, places{{client.InBody, "", "--file"}}.of(err)
	}
	s.File, s.Match = file.ID, f.Match
	if f.Columns != "" {
		s.Columns = json.RawMessage(f.Columns)
	}
	return file, nil
}

// A watchedReader remembers why reading has failed, which the connection's error hides.
type watchedReader struct {
	io.Reader
	err error
}

// Read reads.
func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

// sendFile uploads the file and submits its job. If there is no job, the file is deleted
// again, except after a preview, which can be confirmed.
func (c *submitCommand) sendFile(a *app, s settings, t *target, submission client.Submission) error {
	file, err := c.upload(a, t, &submission)
	if err != nil {
		return err
	}
	made, err := c.send(a, s, t, submission)
	if !made {
		err = errors.Join(err, t.DeleteFile(a.ctx, c.Model, file.ID))
	}
	if c.Columns == "" && needsColumns(err) {
		return c.suggest(a, err, file)
	}
	return filePlaces.of(err)
}

// needsColumns reports whether a request was refused for what it does not say of columns.
func needsColumns(err error) bool {
	var answer *client.Error
	if !errors.As(err, &answer) {
		return false
	}
	for _, f := range answer.Faults {
		if strings.HasPrefix(f.Pointer, "/columns/") || f.Code == client.FaultNoColumn {
			return true
		}
	}
	return false
}

// suggest prints what the columns could stand for: as a table for people, and as the JSON
// of --columns for a script.
func (c *submitCommand) suggest(a *app, refused error, file client.File) error {
	var fields map[string]*string
	if err := json.Unmarshal(file.Suggested.Columns, &fields); err != nil {
		return refused
	}
	fmt.Fprintln(a.err, "Suggested for the columns of the file:")
	w := tabwriter.NewWriter(a.err, 0, 0, 2, ' ', 0)
	for _, header := range file.Columns {
		field := "left out"
		if name := fields[header]; name != nil {
			field = *name
		}
		fmt.Fprintf(w, "  %s\t%s\n", visible(header), field)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var columns bytes.Buffer
	if err := json.Compact(&columns, file.Suggested.Columns); err != nil {
		return err
	}
	fmt.Fprintln(a.out, columns.String())
	var answer *client.Error
	errors.As(refused, &answer)
	faults := []string{"--columns is needed: look the suggestion over, and give what is right as --columns " + shellQuoted(columns.String())}
	for _, f := range answer.Faults {
		faults = append(faults, f.Detail)
	}
	return &usageError{faults, submitHelp}
}

// shellQuoted returns a text as one word of a shell.
func shellQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
