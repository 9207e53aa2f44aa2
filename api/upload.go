package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model/table"
)

// Limits of uploads.
const (
	maxUploads   = 8 // received at a time
	uploadsOfKey = maxUploads / 2
	// MaxFileName is how many characters the name of a file has, and that of its sheet.
	MaxFileName = 200
)

// uploadFile receives a file. It is kept in a temporary file until all of it has come,
// because what it is in is known only then.
func (s *server) uploadFile(c *call) error {
	format, err := web.ReadyFile(c.r, c.route.request.Types...)
	if err != nil {
		return err
	}
	in := c.input()
	f, dialect := job.File{Model: c.model.Name, Name: in.fileText("name")}, in.dialect(format)
	if err := in.err(); err != nil {
		return err
	}
	body := web.NewLongBody(c.w, c.r, c.arrived(), s.StepTimeout)
	giveBack, err := s.uploads.take(c.ctx(), c.key.ID, 1, s.StepTimeout)
	if err != nil {
		return noRoom(err)
	}
	defer giveBack()
	ctx, end := s.untilStop(c.ctx(), body)
	defer end()
	f, err = s.receive(ctx, c, body, f, dialect)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errUploadStopped) {
		return errUploadStopped
	}
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", filePath(f))
	return s.answerFile(c, http.StatusCreated, f)
}

// errUploadStopped ends an upload when the process stops.
var errUploadStopped = web.NewProblem("unavailable", "The process is stopping, which ended this upload. Nothing of the file was kept.").
	Set("Retry-After", "5").Set("Connection", "close")

// untilStop returns a context that ends when the process stops, with the body. end must
// be called.
func (s *server) untilStop(parent context.Context, body *web.LongBody) (ctx context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(parent)
	over, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		select {
		case <-s.Stopping:
			cancel(errUploadStopped)
			body.Interrupt()
		case <-over:
		}
	}()
	return ctx, func() {
		close(over)
		<-watched
		cancel(nil)
	}
}

// receive receives a file into a temporary one, and saves its rows.
func (s *server) receive(ctx context.Context, c *call, body io.Reader, f job.File, given table.Dialect) (job.File, error) {
	spool, size, err := s.spool(c, body)
	if err != nil {
		return f, err
	}
	defer spool.remove()
	file, err := table.OpenFile(spool, size, given, s.CSVGuard, s.Files)
	if err != nil {
		return f, refused("invalid_file", err)
	}
	d := file.Dialect()
	f.Format, f.Encoding, f.Delimiter, f.Decimal, f.Dates, f.Sheet = d.Format, d.Encoding, d.Delimiter, d.Decimal, d.Dates, d.Sheet
	f.Columns, f.Bytes = file.Columns(), size
	rows := uploadRows{call: c, file: file, most: s.maxFileRows()}
	return s.Store.SaveFile(ctx, c.caller(), f, rows.next)
}

// maxFile and maxFileRows are the limits of a file.
func (s *server) maxFile() int64     { return orMost(s.Files.Size, table.MaxFile) }
func (s *server) maxFileRows() int64 { return orMost(s.Files.Rows, table.MaxFileRows) }

// orMost returns a limit, which is the greatest one if none was chosen.
func orMost(limit, most int64) int64 {
	if limit <= 0 {
		return most
	}
	return min(limit, most)
}

// uploadRows are the rows of a file on their way to the store.
type uploadRows struct {
	call *call
	file *table.File
	most int64
	read int64
}

// next returns the next row. A file that cannot be read to its end is refused.
func (u *uploadRows) next() (table.FileRow, error) {
	row, err := u.file.Next()
	var refusal *table.Refusal
	switch {
	case errors.As(err, &refusal) && u.read >= u.most:
		return row, web.NewProblem("too_large", refusal.Detail)
	case err != nil && err != io.EOF:
		return row, tempFault(refused("invalid_file", err), cannotReceive, "")
	}
	u.read++
	u.call.alive()
	return row, err
}

// cannotReceive says what a temporary file is needed for.
const cannotReceive = "no file can be received"

// A spool is the temporary file of an upload. Where the system allows it, the file has
// no name, so it disappears with the process.
type spool struct{ *os.File }

// spool receives a body, which must not be larger than a file may be.
func (s *server) spool(c *call, body io.Reader) (to spool, size int64, err error) {
	most := s.maxFile()
	if c.r.ContentLength > most {
		return to, 0, s.fileTooLarge(c, most)
	}
	f, err := os.CreateTemp("", "bulkpatch-file-*") // mode 0600
	if err != nil {
		return to, 0, tempFault(err, cannotReceive, "")
	}
	to = spool{f}
	_ = os.Remove(f.Name()) // where that fails, spool.remove does it
	if size, err = io.Copy(f, io.LimitReader(body, most+1)); err == nil && size > most {
		err = s.fileTooLarge(c, most)
	}
	if err != nil {
		to.remove()
		return to, 0, tempFault(err, cannotReceive, "")
	}
	return to, size, nil
}

// remove removes the file.
func (t spool) remove() {
	_ = t.Close()
	_ = os.Remove(t.Name()) // fails where it was removed already
}

func (s *server) fileTooLarge(c *call, most int64) error {
	err := web.TooLarge(c.w, c.r, most)
	var p *web.Problem
	if errors.As(err, &p) {
		p.Detail = "The file is larger than " + strconv.FormatInt(most, 10) + " bytes: split it."
	}
	return err
}

// dialect reads how a file is written, as far as the caller says it.
func (in *input) dialect(mediaType string) table.Dialect {
	d := table.Dialect{
		Encoding: in.oneOf("encoding", table.EncodingUTF8, table.EncodingUTF16LE, table.EncodingUTF16BE, table.Encoding1252),
		Decimal:  in.oneOf("decimal", ".", ","),
		Dates:    in.text("dates"), Delimiter: in.text("delimiter"), Sheet: in.fileText("sheet"),
	}
	switch mediaType {
	case web.TypeTSV:
		d.Format = table.FormatTSV
	case web.TypeNDJSON, typeNDJSONPlain:
		d.Format = table.FormatNDJSON
	}
	if _, ok := table.Delimiter(d.Delimiter); !ok && in.query.Has("delimiter") {
		in.failParam("delimiter", "enum", "This must be "+table.DelimiterNames+".")
	}
	if !table.ValidDates(d.Dates) {
		in.failParam("dates", "format", "This must be "+table.DateForms+".")
	}
	return d
}

// text reads a parameter that is a text.
func (in *input) text(name string) string {
	text, _ := in.param(name)
	return text
}

// fileText reads the name of a file or of a sheet.
func (in *input) fileText(name string) string {
	text, given := in.param(name)
	if given && (text == "" || utf8.RuneCountInString(text) > MaxFileName) {
		in.failParam(name, "too_long", "This must be a text of 1 to "+strconv.Itoa(MaxFileName)+" characters.")
	}
	return text
}

// oneOf reads a parameter that is one of some words, in upper or lower case; "" for
// none.
func (in *input) oneOf(name string, words ...string) string {
	text, given := in.param(name)
	if !given {
		return ""
	}
	for _, w := range words {
		if strings.EqualFold(text, w) {
			return w
		}
	}
	in.failParam(name, "enum", oneOf(words))
	return ""
}
