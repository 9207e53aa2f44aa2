package dashboard

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/auth"
	"bulkpatch/client"
)

// A filePage is the page on which a file becomes an update.
type filePage struct {
	File    shownFile
	Model   *fileModel
	Form    *fileForm
	What    *composePreview
	Columns []fileColumn
	Listed  bool // there are too many columns for a choice at each
	Signer  webhookSigner
	MaySet  bool // the visitor may set the secret of webhooks
}

// choicesUpTo is how many columns of a file each have a choice of all fields. Those of a
// larger one share a list, so that the page stays small.
const choicesUpTo = 100

// A fileColumn is a column of a file, and what it stands for.
type fileColumn struct {
	Index  int
	Header string
	Cells  []*string // of the first rows
	Field  string    // "" for none
	Match  bool      // rows are matched by it
	Fault  string
	fields []*composeField
}

// ID is the id of the input for the field.
func (c fileColumn) ID() string { return columnInput(c.Index) }

func columnInput(index int) string { return "column-" + strconv.Itoa(index) }

// Fields lists what the column can stand for.
func (c fileColumn) Fields() []choice {
	list := []choice{{"", "leave it out", c.Field == ""}}
	known := c.Field == ""
	for _, f := range c.fields {
		known = known || f.Name == c.Field
		list = append(list, choice{f.Name, f.Name + " – " + f.TypeWords(), f.Name == c.Field})
	}
	if !known { // it came by an address, and the API says what is wrong with it
		list = append(list, choice{c.Field, c.Field, true})
	}
	return list
}

// A fileModel is a model as the columns of a file see it.
type fileModel struct {
	*composeModel
	Columns []*composeField // what a column can stand for
}

// versionField is what a column with versions stands for, in every model.
var versionField = &composeField{Name: "version", Type: "integer"}

// fileModelOf reads the description of a model.
func fileModelOf(m client.Model) (*fileModel, error) {
	composed, err := composeModelOf(m)
	if err != nil {
		return nil, err
	}
	var described struct{ Fields []describedField }
	if err := json.Unmarshal(m.JSON, &described); err != nil {
		return nil, err
	}
	out := &fileModel{composeModel: composed}
	for _, f := range described.Fields {
		switch {
		case f.Role == "version":
			out.Columns = append(out.Columns, versionField)
			continue
		case f.Secret != "" || f.WriteOnly:
			continue
		}
		out.Columns = append(out.Columns, f.whole())
		if f.Type == "object" { // no column can be a part of a list
			out.Columns = append(out.Columns, f.inside()...)
		}
	}
	return out, nil
}

// fileOf reads the file of a page's path, and its model.
func (v *Visit) fileOf() (file shownFile, m *fileModel, err error) {
	name := v.Request.PathValue("name")
	described, err := v.model(name)
	if err != nil {
		return file, nil, err
	}
	if m, err = fileModelOf(described); err != nil {
		return file, nil, err
	}
	return file, m, v.Get(target(nil, "v1", m.Name, "files", v.Request.PathValue("file")), &file)
}

// File answers with the page about a file. It begins with what its headers suggest, or
// with what the job that the address names did with its own file.
func (d *Dashboard) File(v *Visit) error {
	file, m, err := v.fileOf()
	if err != nil {
		return err
	}
	f := suggestedForm(file)
	if like := v.query("like"); like != "" {
		f.asBefore(v, like, file)
	}
	what := &composePreview{Model: m.Name, FilePath: file.Path(), Pristine: true}
	return d.filed(v, http.StatusOK, file, m, f, what)
}

// filed answers with the whole page.
func (d *Dashboard) filed(v *Visit, status int, file shownFile, m *fileModel, f *fileForm, what *composePreview) error {
	what.Whole = true
	page := filePage{File: file, Model: m, Form: f, What: what, Listed: len(file.Columns) > choicesUpTo, MaySet: v.may(auth.Admin)}
	sample := file.sample()
	for i, header := range file.Columns {
		c := fileColumn{Index: i, Header: header, Field: f.Columns[i], Match: f.Match[i], Fault: what.Faults.At(columnInput(i)), fields: m.Columns}
		for _, row := range sample {
			c.Cells = append(c.Cells, row[header])
		}
		page.Columns = append(page.Columns, c)
	}
	var err error
	if page.Signer, err = v.webhookSigner(); err != nil {
		page.Signer.Own = true // the API says it when the update has a webhook
	}
	frame := d.visited(v, "Update from "+file.Called(), FilesPath, page)
	frame.Scripts, frame.Styles = []string{"file.js"}, []string{"compose.css", "files.css"}
	return show(v, status, "file", frame)
}

// sample is the first rows: the text of each cell by its header, nil for an empty one.
func (f shownFile) sample() []map[string]*string {
	rows := make([]map[string]*string, len(f.Sample))
	for i, raw := range f.Sample {
		_ = json.Unmarshal(raw, &rows[i]) // a row that is no such object shows no cells
	}
	return rows
}

// A fileFact is something that was found out of a file.
type fileFact struct{ Word, Value string }

// Facts say how the file is written.
func (p filePage) Facts() (list []fileFact) {
	f := p.File
	dates := f.Dates
	if dates == "" {
		dates = "as in 2026-01-31"
	}
	format := map[string]string{"csv": "CSV", "tsv": "TSV", "ndjson": "NDJSON", "xlsx": "Excel workbook"}[f.Format]
	for _, fact := range []fileFact{
		{"Format", format}, {"Encoding", wordsOf(encodingWays, f.Encoding)}, {"Delimiter", wordsOf(delimiterWays, strings.ReplaceAll(f.Delimiter, "\t", "tab"))},
		{"Decimals", wordsOf(decimalWays, f.Decimal)}, {"Dates", dates}, {"Sheet", f.Sheet},
	} {
		if fact.Value != "" {
			list = append(list, fact)
		}
	}
	return list
}

// wordsOf names a way in which a file is written; "" for none.
func wordsOf(ways []way, value string) string {
	if value == "." { // the usual decimal separator
		return ways[0].Words
	}
	i := slices.IndexFunc(ways, func(w way) bool { return w.Value == value })
	if i < 0 || value == "" {
		return value
	}
	return ways[i].Words
}

// Anew is the page that takes the file again, so that somebody can say how it is written.
func (p filePage) Anew() string {
	f := p.File
	q := uploadForm{Encoding: f.Encoding, Delimiter: strings.ReplaceAll(f.Delimiter, "\t", "tab"), Dates: f.Dates, Sheet: f.Sheet}.query()
	if f.Decimal == "," {
		q.Set("decimal", f.Decimal)
	}
	q.Set("model", f.Model)
	return withQuery(FilesPath, q)
}
