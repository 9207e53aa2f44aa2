package dashboard

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/client"
)

// filesShown is how many files of each model are listed, at most.
const filesShown = 20

// A shownFile is a file as pages show it.
type shownFile struct{ client.File }

// Path is the page of the file.
func (f shownFile) Path() string { return filePath(f.Model, f.ID, "") }

// Called is what people call the file.
func (f shownFile) Called() string { return cmp.Or(f.Name, "a file without a name") }

// A filesPage is where a file is given, with the files that are there.
type filesPage struct {
	Models              []client.Model
	Form                uploadForm
	Faults              composeFaults
	Wrong               string // why the file was not taken, a sentence; "" for nothing
	MostBytes, MostRows int64  // of a file
	Files               []shownFile
	More                bool // there are older ones
}

// Most is how large a file may be.
func (p filesPage) Most() string { return byteCount(p.MostBytes) }

// An uploadForm is what somebody says of a file that they give.
type uploadForm struct {
	Model                                      string
	Like                                       string // the file job that the update begins as, "" for none
	Encoding, Delimiter, Decimal, Dates, Sheet string
}

// uploadFormOf reads a form, or the parameters of an address that begins one.
func uploadFormOf(sent url.Values) uploadForm {
	return uploadForm{
		sent.Get("model"), sent.Get("like"), sent.Get("encoding"), sent.Get("delimiter"), sent.Get("decimal"),
		strings.TrimSpace(sent.Get("dates")), strings.TrimSpace(sent.Get("sheet")),
	}
}

// query is the form as parameters of the call that uploads.
func (f uploadForm) query() url.Values {
	return url.Values{"encoding": {f.Encoding}, "delimiter": {f.Delimiter}, "decimal": {f.Decimal}, "dates": {f.Dates}, "sheet": {f.Sheet}}
}

// Told reports whether it is said how the file is written.
func (f uploadForm) Told() bool {
	return f.Encoding+f.Delimiter+f.Decimal+f.Dates+f.Sheet != ""
}

// A way is one of the ways in which a part of a file may be written.
type way struct{ Value, Words string }

// What may be said of a file instead of what is found out.
var (
	encodingWays  = []way{{"", "found out"}, {"utf-8", "UTF-8"}, {"utf-16le", "UTF-16, little-endian"}, {"utf-16be", "UTF-16, big-endian"}, {"windows-1252", "Windows-1252"}}
	delimiterWays = []way{{"", "found out"}, {",", "comma"}, {";", "semicolon"}, {"tab", "tab"}, {"|", "vertical bar |"}}
	decimalWays   = []way{{"", "point, as in 1.5"}, {",", "comma, as in 1,5"}}
)

// Encodings, Delimiters and Decimals list the ways for the form.
func (f uploadForm) Encodings() []choice  { return chosenWay(encodingWays, f.Encoding) }
func (f uploadForm) Delimiters() []choice { return chosenWay(delimiterWays, f.Delimiter) }
func (f uploadForm) Decimals() []choice   { return chosenWay(decimalWays, f.Decimal) }

func chosenWay(ways []way, value string) (list []choice) {
	for _, w := range ways {
		list = append(list, choice{w.Value, w.Words, w.Value == value})
	}
	return list
}

// Files answers with the page that takes a file and lists those that there are.
func (d *Dashboard) Files(v *Visit) error {
	f := uploadFormOf(v.Request.URL.Query())
	if f.Like != "" {
		f = v.asBefore(f)
	}
	return d.files(v, http.StatusOK, f, nil)
}

// asBefore begins a form as the file of a job was given: the rows that are corrected are
// written as they came, but for their encoding and delimiter, which are found out anew.
// Of a file that has gone nothing is known.
func (v *Visit) asBefore(f uploadForm) uploadForm {
	j, err := v.job(f.Like)
	if err != nil || j.Request.File == nil {
		f.Like = ""
		return f
	}
	f.Model = j.Model
	var was shownFile
	if v.Get(target(nil, "v1", j.Model, "files", j.Request.File.ID), &was) == nil {
		f.Dates = was.Dates
		if was.Decimal == "," {
			f.Decimal = was.Decimal
		}
	}
	return f
}

// files answers with the page, and says why a file was refused, unless that is nil.
func (d *Dashboard) files(v *Visit, status int, f uploadForm, refused *web.Problem) error {
	page := filesPage{Form: f}
	var err error
	if page.Models, err = v.models(); err != nil {
		return err
	}
	if page.Form.Model == "" && len(page.Models) > 0 {
		page.Form.Model = v.likelyModel(page.Models)
	}
	var limits client.Limits
	if err := v.Get("/v1/limits", &limits); err != nil {
		return err
	}
	page.MostBytes, page.MostRows = limits.Files.Bytes, limits.Files.Rows
	if err := page.list(v); err != nil {
		return err
	}
	if refused != nil {
		page.refuse(refused)
		refused.SetHeaders(v.Header())
	}
	frame := d.visited(v, "New update from a file", FilesPath, &page)
	frame.Scripts, frame.Styles = []string{"files.js"}, []string{"compose.css", "files.css"}
	return show(v, status, "files", frame)
}

// list reads the newest files of each model.
func (p *filesPage) list(v *Visit) error {
	for _, m := range p.Models[:min(len(p.Models), maxModels)] {
		var some struct {
			Items      []shownFile `json:"items"`
			NextCursor *string     `json:"nextCursor"`
		}
		if err := v.Get(target(url.Values{"limit": {strconv.Itoa(filesShown)}}, "v1", m.Name, "files"), &some); err != nil {
			return err
		}
		p.Files = append(p.Files, some.Items...)
		p.More = p.More || some.NextCursor != nil
	}
	slices.SortStableFunc(p.Files, func(a, b shownFile) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return nil
}

// uploadLabels are the labels of the inputs of the form, by the parameters of the API.
var uploadLabels = map[string]string{
	"encoding": "Encoding", "delimiter": "Delimiter", "decimal": "Decimals", "dates": "Dates", "sheet": "Sheet",
}

// refuse says why the API did not take a file, beside the inputs where it is about them.
func (p *filesPage) refuse(problem *web.Problem) {
	for _, fault := range problem.Errors {
		name := strings.TrimPrefix(fault.Pointer, "?")
		if uploadLabels[name] == "" {
			p.Wrong = fault.Detail
			continue
		}
		p.Faults.note(name, uploadLabels[name], fault.Detail)
	}
	if len(problem.Errors) == 0 {
		p.Wrong = problem.Detail
	}
}

// fileTypes are the media types of files, by how their names end. Of any other name the
// format is found out.
var fileTypes = map[string]string{
	".ndjson": web.TypeNDJSON, ".jsonl": web.TypeNDJSON, ".tsv": web.TypeTSV, ".tab": web.TypeTSV, ".xlsx": web.TypeXLSX,
}

// errNoFile is the answer to a form without a file.
var errNoFile = web.NewProblem("invalid_request", "Choose a file first.")

// UploadFile takes the file of a form, and leads to the page on which its columns are
// looked at.
func (d *Dashboard) UploadFile(v *Visit) error {
	f := uploadFormOf(v.Form)
	models, err := v.models()
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(models, func(m client.Model) bool { return m.Name == f.Model }) {
		return errNoSuchModel
	}
	if v.Upload == nil || v.Upload.Name == "" {
		return d.files(v, http.StatusUnprocessableEntity, f, errNoFile)
	}
	query := f.query()
	query.Set("name", v.Upload.Name)
	mediaType := cmp.Or(fileTypes[strings.ToLower(path.Ext(v.Upload.Name))], web.TypeCSV)
	var made shownFile
	_, err = v.do(Call{
		Method: http.MethodPost, Target: target(query, "v1", f.Model, "files"), Header: map[string]string{"Content-Type": mediaType}, Stream: v.Upload.Body,
	}, &made)
	var p *web.Problem
	if errors.As(err, &p) && p.Status < http.StatusInternalServerError {
		return d.files(v, p.Status, f, p)
	}
	if err != nil {
		return err
	}
	return v.redirect(filePath(f.Model, made.ID, f.Like))
}

// DeleteFile deletes a file, and returns to the list.
func (d *Dashboard) DeleteFile(v *Visit) error {
	_, err := v.Send(http.MethodDelete, target(nil, "v1", v.Request.PathValue("name"), "files", v.Request.PathValue("file")), nil, nil)
	if err != nil {
		return err
	}
	return v.redirect(FilesPath)
}

// MayDelete reports whether the file can be deleted: a job needs one that does not
// expire.
func (f shownFile) MayDelete() bool { return f.ExpiresAt != nil }

// filesAllowed reports whether the visitor may open the pages about files.
func (v *Visit) filesAllowed() bool { return v.may(auth.CustomersRead, auth.CustomersWrite) }
