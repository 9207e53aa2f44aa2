package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"bulkpatch/client"
)

type importCommand struct {
	Model  string `arg:"" help:"Model of the customers, such as desk."`
	File   string `arg:"" help:"File to read; - is standard input."`
	Format string `default:"auto" placeholder:"FORMAT" set:"choices=auto,ndjson,csv" help:"ndjson or csv; by default the file's name decides, else ndjson."`
	tableFlags
	csvFlags
	outputFlag
	targetFlags
	workspaceFlag
}

// Help shows an example.
func (importCommand) Help() string {
	return `Examples:
  bulkpatch import desk customers.ndjson --db sqlite://bulkpatch.db
  bulkpatch import desk customers.csv.gz --columns '{"E-Mail":"email","Remarks":null}' --server http://127.0.0.1:8080 --key $KEY

Each line is merged into the record with its id, or creates a new one. A line with a fault is reported and ignored; the exit status is 1 then. Lines without an id are imported after the last line and get new ids. With --db they are kept until then in a temporary file of at most 1 GiB, in the folder that TMPDIR names.`
}

func (c *importCommand) check(r *reader) {
	r.choice("--format", c.Format)
	if c.Columns != "" {
		r.json("--columns", c.Columns)
	}
	r.output(c.outputFlag)
	r.target(c.targetFlags)
	r.customersOf(c.workspaceFlag)
	r.csvOfTarget(c.csvFlags)
}

// Run imports the file and prints how many records were inserted and updated.
func (c *importCommand) Run(a *app, s settings) error {
	in, size, err := a.open(c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	t, err := connect(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	ctx, cancel := a.ctx, context.CancelFunc(func() {})
	if t.direct {
		ctx, cancel = untilTold(a.ctx)
	}
	defer cancel()
	bar := newByteBar(a.err, "import", size)
	file := sendFile(ctx, unpacked(c.File, io.TeeReader(in, bar)))
	report, err := t.Import(ctx, c.Model, formatOf(c.Format, c.File), file, c.tableFlags.options())
	bar.Finish()
	if client.HasCode(err, client.CodeModelNotFound) {
		return noModel(a, t, c.Model)
	}
	if err != nil {
		return interrupted(a.ctx, file, err)
	}
	return reportImport(a, s, c.Model, report)
}

// open opens a file, or standard input for -. The size is -1 if it is unknown.
func (a *app) open(name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(a.in), -1, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	if info.IsDir() {
		return nil, 0, errors.Join(&fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}, f.Close())
	}
	if !info.Mode().IsRegular() {
		return f, -1, nil
	}
	return f, info.Size(), nil
}

// namedFaults is how many faults of an import the server lists. One fault may be
// about many rows.
const namedFaults = 100

func reportImport(a *app, s settings, model string, r client.ImportReport) error {
	if s.answers != nil {
		return errors.Join(a.answer(s.answers.last), failedImport(r))
	}
	fmt.Fprintf(a.out, "%d inserted, %d updated, %d unchanged, %d failed\n", r.Inserted, r.Updated, r.Unchanged, r.Failed)
	for _, e := range r.Errors {
		fmt.Fprintf(a.err, "%s: %s\n", placeOf(e), inFlags(e.Detail))
	}
	if r.Hint != "" {
		fmt.Fprintf(a.err, "Only customers that there are were updated. bulkpatch submit %s --file does the same, and can be previewed and undone.\n", model)
	}
	if len(r.Errors) >= namedFaults {
		fmt.Fprintf(a.err, "These are the first %d faults.\n", namedFaults)
	}
	return failedImport(r)
}

// failedImport returns an error if rows failed, which was said already.
func failedImport(r client.ImportReport) error {
	if r.Failed > 0 {
		return errSaid
	}
	return nil
}

// placeOf returns the line numbers of a row.
func placeOf(e client.LineError) string {
	if e.ToLine > e.Line {
		return fmt.Sprintf("lines %d to %d", e.Line, e.ToLine)
	}
	return fmt.Sprintf("line %d", e.Line)
}

type exportCommand struct {
	Model  string `arg:"" help:"Model of the customers, such as desk."`
	Output string `short:"o" default:"-" placeholder:"FILE" help:"File to write; - is standard output. The file gets its name only when it is complete. json is not a file but, as for all commands, the answer of the API on standard output: NDJSON (./json is a file)."`
	Format string `default:"auto" placeholder:"FORMAT" set:"choices=auto,ndjson,csv" help:"ndjson or csv; by default the file's name decides, else ndjson."`
	Filter string `default:"{}" placeholder:"JSON" help:"Export only customers that match (default all)."`
	csvFlags
	targetFlags
	workspaceFlag

	filter json.RawMessage
}

// Help shows an example.
func (exportCommand) Help() string {
	return `Examples:
  bulkpatch export desk --db sqlite://bulkpatch.db > customers.ndjson
  bulkpatch export desk -o active.csv --filter '{"state":"active"}' --server http://127.0.0.1:8080 --key $KEY`
}

func (c *exportCommand) check(r *reader) {
	r.choice("--format", c.Format)
	if c.Output == "json" {
		if c.Format == "csv" {
			r.fault("--format", "csv and --output json exclude each other: --output ./json writes a file of that name")
		}
		c.Output, c.Format = "-", "ndjson"
	}
	c.filter = r.json("--filter", c.Filter)
	r.target(c.targetFlags)
	r.customersOf(c.workspaceFlag)
	r.csvOfTarget(c.csvFlags)
}

// Run exports to the file or to standard output.
func (c *exportCommand) Run(a *app, s settings) error {
	t, err := connect(a, s)
	if err != nil {
		return err
	}
	defer t.Close()
	stream, err := t.Export(a.ctx, c.Model, formatOf(c.Format, c.Output), c.filter)
	if client.HasCode(err, client.CodeModelNotFound) {
		return noModel(a, t, c.Model)
	}
	if err != nil {
		return places{{client.InFilter, "", "--filter"}}.of(fmt.Errorf("export: %w", err))
	}
	defer stream.Close()
	bar := newByteBar(a.err, "export", -1)
	defer bar.Finish()
	if c.Output == "-" {
		return copyOut(a.out, stream, bar)
	}
	return writeWhole(c.Output, func(w io.Writer) error { return copyOut(w, stream, bar) })
}

// copyOut copies the stream. It fails if the stream breaks off.
func copyOut(w io.Writer, stream io.Reader, bar io.Writer) error {
	b := bufio.NewWriterSize(w, 1<<16)
	if _, err := io.Copy(b, io.TeeReader(stream, bar)); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return b.Flush()
}

// writeWhole writes to a temporary file in the same folder and renames it at the
// end, so that an incomplete export never has the file's name.
func writeWhole(path string, write func(io.Writer) error) error {
	folder := filepath.Dir(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return &fs.PathError{Op: "write", Path: path, Err: syscall.EISDIR}
	}
	if _, err := os.Stat(folder); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // does nothing once it has moved
	if err := write(f); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// formatOf returns the format that the flag says, or that of the file's name.
func formatOf(flag, file string) client.Format {
	if flag == "csv" || flag == "auto" && isCSV(file) {
		return client.CSV
	}
	return client.NDJSON
}
