package api

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
	"unicode/utf8"

	"bulkpatch/api/dashboard"
	"bulkpatch/api/web"
)

// typeMultipart is the media type of forms with files.
const typeMultipart = "multipart/form-data"

// Limits of the inputs before the file of such a form.
const (
	maxUploadInputs = 20
	maxUploadInput  = 4 << 10 // bytes
	maxFormEnd      = 4 << 10 // bytes behind the file
)

// filePages lists the pages about files. They show values, and begin updates.
func (s *server) filePages() []route {
	type d = *dashboard.Dashboard
	const at = dashboard.FilesPath + "/{name}/{file}"
	begin := []Param{
		query("model", "string", "The model to begin with."),
		query("like", "string", "The id of a file job, to begin with its model and with how its file is written."),
	}
	upload := Content{[]string{typeMultipart}, nil}
	rows := Content{[]string{web.TypeCSV, web.TypeNDJSON}, nil}
	return []route{
		{"GET", dashboard.FilesPath, editPage, Reads, Paged, begin, nothing, aPage, s.page(d.Files)},
		{"POST", dashboard.FilesPath, editPage, Changes, Streamed, nil, upload, aPage, s.uploadPage},
		{"GET", at, editPage, Reads, Cheap, begin[1:], nothing, aPage, s.page(d.File)},
		{"POST", at, editPage, Changes, Expensive, nil, aForm, aPage, s.formPage(d.SubmitFile)},
		{"GET", at + "/preview", editPage, Reads, Cheap, begin[1:], nothing, aPage, s.page(d.File)},
		{"POST", at + "/preview", editPage, Changes, Expensive, nil, aForm, aPage, s.formPage(d.PreviewFile)},
		{"POST", at + "/delete", editPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.DeleteFile)},
		{"GET", dashboard.JobsPath + "/{job}/rows", readPage, Reads, Streamed, []Param{
			query("outcome", "string", "The outcomes of the rows, separated by commas; all if not given."),
		}, nothing, rows, s.page(d.JobRows)},
	}
}

// uploadPage takes a form with a file. The file goes on to the API as it comes, within
// the limits that bodies of files have there.
func (s *server) uploadPage(c *call) error {
	base, params, err := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if err != nil || base != typeMultipart || params["boundary"] == "" {
		return web.NewProblem("unsupported_media_type", "This form is sent as "+typeMultipart+".").Set("Accept-Post", typeMultipart)
	}
	body := web.NewLongBody(c.w, c.r, c.arrived(), s.StepTimeout)
	ctx, end := s.untilStop(c.ctx(), body)
	defer end()
	c.r = c.r.WithContext(ctx)
	var file *dashboard.Upload
	if c.form, file, err = readUpload(multipart.NewReader(body, params["boundary"])); err != nil {
		return orUploadStopped(ctx, err)
	}
	visit := s.visit(c)
	visit.Upload = file
	err = s.dashboard.UploadFile(visit)
	_, _ = io.Copy(io.Discard, io.LimitReader(body, maxFormEnd)) // so that the connection stays usable
	return orUploadStopped(ctx, err)
}

// orUploadStopped returns why the process ended an upload, or else the error.
func orUploadStopped(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errUploadStopped) {
		return errUploadStopped
	}
	return err
}

// errBadUpload is a form that no page of ours sends.
var errBadUpload = web.NewProblem("invalid_request", "The form could not be read. Load the page again, and send it once more.")

// readUpload reads a form up to its file, which is its last input; nil if there is none.
func readUpload(parts *multipart.Reader) (url.Values, *dashboard.Upload, error) {
	form := url.Values{}
	for range maxUploadInputs {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return form, nil, nil
		}
		if err != nil {
			return nil, nil, formFault(err)
		}
		if part.FormName() == "file" {
			return form, &dashboard.Upload{Name: shortName(part.FileName()), Body: partBody{part}}, nil
		}
		text, err := io.ReadAll(io.LimitReader(part, maxUploadInput+1))
		if err != nil {
			return nil, nil, formFault(err)
		}
		if len(text) > maxUploadInput || !utf8.Valid(text) {
			return nil, nil, errBadUpload
		}
		form.Add(part.FormName(), string(text))
	}
	return nil, nil, errBadUpload
}

// formFault returns what is wrong with a form that cannot be read: the problem of its
// body, if it has one.
func formFault(err error) error {
	var p *web.Problem
	if errors.As(err, &p) {
		return p
	}
	return errBadUpload
}

// A partBody is the file in a form.
type partBody struct{ *multipart.Part }

// Read says of a form that breaks off that it is one.
func (b partBody) Read(p []byte) (int, error) {
	n, err := b.Part.Read(p)
	if err != nil && err != io.EOF {
		err = formFault(err)
	}
	return n, err
}

// shortName is as much of a file's name as is kept: its end, which tells most.
func shortName(name string) string {
	runes := []rune(strings.ReplaceAll(strings.ToValidUTF8(name, "?"), "\x00", ""))
	return string(runes[max(0, len(runes)-MaxFileName):])
}
