package api

import (
	"encoding/json"
	"errors"
	"net/http"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/table"
)

var errNoFile = web.NewProblem("file_not_found", "No file of this model has this id. A file that no job uses is deleted after a day.")

// fileTypes are the media types of files. They are only a hint: what a file is in is
// found out.
var fileTypes = []string{
	web.TypeCSV, web.TypeTSV, web.TypeNDJSON, typeNDJSONPlain, web.TypeXLSX, web.TypeExcel, web.TypeText, web.TypeBytes,
}

// A fileJSON is a file as lists show it. What its format does not have is null.
type fileJSON struct {
	FileID    string   `json:"fileId"`
	Name      *string  `json:"name"`
	Model     string   `json:"model"`
	Format    string   `json:"format"`
	Encoding  *string  `json:"encoding"`
	Delimiter *string  `json:"delimiter"`
	Decimal   *string  `json:"decimal"`
	Dates     *string  `json:"dates"`
	Sheet     *string  `json:"sheet"`
	Columns   []string `json:"columns"`
	Rows      int64    `json:"rows"`
	Bytes     int64    `json:"bytes"`
	CreatedAt string   `json:"createdAt"`
	CreatedBy string   `json:"createdBy"`
	ExpiresAt *string  `json:"expiresAt"`
}

// A fileDetailJSON is a file with its first rows and what could be done with it.
type fileDetailJSON struct {
	fileJSON
	Sample    []json.RawMessage `json:"sample"` // null for a key that may not see values
	Suggested suggestedJSON     `json:"suggested"`
}

func fileOf(f job.File) fileJSON {
	return fileJSON{
		FileID: f.ID, Name: textOrNull(f.Name), Model: f.Model, Format: f.Format,
		Encoding: textOrNull(f.Encoding), Delimiter: textOrNull(f.Delimiter), Decimal: textOrNull(f.Decimal),
		Dates: textOrNull(f.Dates), Sheet: textOrNull(f.Sheet), Columns: f.Columns, Rows: f.Rows, Bytes: f.Bytes,
		CreatedAt: timeText(f.CreatedAt), CreatedBy: f.CreatedBy, ExpiresAt: timeOrNull(f.ExpiresAt),
	}
}

// filePath is where a file is found.
func filePath(f job.File) string { return "/v1/" + f.Model + "/files/" + f.ID }

// answerFile sends a file, with its sample where the key may see values.
func (s *server) answerFile(c *call, status int, f job.File) error {
	out := fileDetailJSON{fileJSON: fileOf(f), Suggested: suggest(c.model, f.Columns)}
	if c.values() {
		rows, err := s.Store.FileSample(c.ctx(), c.workspace(), f.ID, job.MaxFileSample)
		if err != nil {
			return orNoFile(err)
		}
		out.Sample = make([]json.RawMessage, len(rows))
		for i, row := range rows {
			out.Sample[i] = sampleOf(f.Columns, row.Cells)
		}
	}
	return c.answer(status, out)
}

func (s *server) getFile(c *call) error {
	if err := c.input().err(); err != nil {
		return err
	}
	f, err := s.Store.File(c.ctx(), c.workspace(), c.model.Name, c.r.PathValue("file"))
	if err != nil {
		return orNoFile(err)
	}
	return s.answerFile(c, http.StatusOK, f)
}

func (s *server) listFiles(c *call) error {
	in := c.input()
	limit, cursor := in.page()
	if err := in.err(); err != nil {
		return err
	}
	page, err := s.Store.Files(c.ctx(), c.workspace(), c.model.Name, limit, cursor)
	if err != nil {
		return err
	}
	items := make([]fileJSON, len(page.Items))
	for i, f := range page.Items {
		items[i] = fileOf(f)
	}
	return c.answer(http.StatusOK, listOf(items, page.NextCursor))
}

func (s *server) deleteFile(c *call) error {
	if err := c.input().err(); err != nil {
		return err
	}
	if err := s.Store.DeleteFile(c.ctx(), c.caller(), c.model.Name, c.r.PathValue("file")); err != nil {
		return orNoFile(err)
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}

// orNoFile says of a missing file that it is one.
func orNoFile(err error) error {
	if errors.Is(err, job.ErrNotFound) || errors.Is(err, job.ErrGone) {
		return errNoFile
	}
	return err
}

// sampleOf shows a row of a file by the names of its columns, in their order. An empty
// cell is null, and a long one is cut. A row that cannot be read has no cells.
func sampleOf(columns []string, cells []table.Cell) json.RawMessage {
	dst := []byte{'{'}
	for i, name := range columns {
		value := []byte("null")
		if i < len(cells) && !cells[i].Empty() {
			value, _ = web.JSON(model.Shown(cellText(cells[i]))) // a string is always JSON
		}
		dst = appendMember(dst, name, value)
	}
	return append(dst, '}')
}

// appendMember appends a member of an object, of which dst has the beginning.
func appendMember(dst []byte, name string, value []byte) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	key, _ := web.JSON(name) // a string is always JSON
	return append(append(append(dst, key...), ':'), value...)
}

// cellText returns the text of a cell, also of one that is a JSON string.
func cellText(cell table.Cell) string {
	var text string
	if cell.Kind == table.JSON && json.Unmarshal([]byte(cell.Text), &text) == nil {
		return text
	}
	return cell.Text
}
