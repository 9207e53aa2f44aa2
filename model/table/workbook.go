package table

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// A sheet is an entry of a workbook's list of sheets.
type sheet struct {
	name   string
	hidden bool
	target string // its part
}

// A workbook is what its parts say of all sheets.
type workbook struct {
	archive *archive
	from    epoch
	sheets  []sheet
	formats []numberFormat // by the number of a cell's style
	texts   texts
}

// openWorkbook opens the sheet that the dialect names, else the first one that is
// not hidden, and reads its header: the first row with a value.
func openWorkbook(in *input, d *Dialect, limits Limits) (*sheetRows, []string, error) {
	a, err := openArchive(in, limits.Unpacked)
	if err != nil {
		return nil, nil, err
	}
	w := &workbook{archive: a, texts: texts{most: limits.Texts}}
	if err := w.read(); err != nil {
		return nil, nil, err
	}
	chosen, err := w.choose(d.Sheet)
	if err != nil {
		return nil, nil, err
	}
	d.Sheet = chosen.name
	if d.Decimal == "" {
		d.Decimal = "."
	}
	p, err := a.open(chosen.target, limits.Unpacked)
	if err != nil {
		return nil, nil, err
	}
	if p == nil {
		return nil, nil, errDamaged
	}
	r := &sheetRows{workbook: w, part: p}
	header, err := r.header()
	return r, header, err
}

// read reads the workbook's own part and those that it names, but no sheet.
func (w *workbook) read() error {
	main, err := w.main()
	if err != nil {
		return err
	}
	parts, err := w.archive.relations(main)
	if err != nil {
		return err
	}
	err = w.archive.each(main, func(e xml.StartElement) {
		switch e.Name.Local {
		case "workbookPr":
			w.from.is1904 = isTrue(attribute(e, "date1904"))
		case "sheet":
			part := parts[attribute(e, "id")]
			state := attribute(e, "state")
			if part.kind == "worksheet" { // a chart is no table
				w.sheets = append(w.sheets, sheet{attribute(e, "name"), state == "hidden" || state == "veryHidden", part.target})
			}
		}
	})
	for _, part := range parts {
		switch {
		case err != nil:
			return err
		case part.kind == "styles":
			w.formats, err = w.archive.formats(part.target)
		case part.kind == "sharedStrings":
			err = w.texts.read(w.archive, part.target)
		}
	}
	return err
}

// main returns the name of the part that lists the sheets.
func (w *workbook) main() (string, error) {
	parts, err := w.archive.relations("")
	if err != nil {
		return "", err
	}
	for _, part := range parts {
		switch {
		case part.kind != "officeDocument":
		case strings.HasSuffix(part.target, ".bin"):
			return "", &Refusal{"This is a binary workbook (.xlsb): save it as .xlsx, or the sheet as CSV (UTF-8)."}
		case strings.HasPrefix(part.target, "xl/") || strings.Contains(part.target, "workbook"):
			return part.target, nil
		}
	}
	return "", &Refusal{"This is a ZIP archive without an Excel workbook (.xlsx): unpack it, or save the sheet as CSV (UTF-8)."}
}

// choose returns the sheet of a name, of any case as in the spreadsheet program.
func (w *workbook) choose(name string) (sheet, error) {
	for _, s := range w.sheets {
		if name == "" && !s.hidden || name != "" && strings.EqualFold(s.name, name) {
			return s, nil
		}
	}
	if name == "" {
		return sheet{}, &Refusal{"The workbook has no visible sheet: say which one to read; there " + w.names()}
	}
	return sheet{}, &Refusal{"The workbook has no sheet of that name: there " + w.names()}
}

// maxNamed is how many sheets a refusal names.
const maxNamed = 10

// names lists the sheets for the user.
func (w *workbook) names() string {
	if len(w.sheets) == 0 {
		return "is none."
	}
	var names []string
	for _, s := range w.sheets[:min(len(w.sheets), maxNamed)] {
		names = append(names, shown(s.name))
	}
	more := ""
	if n := len(w.sheets) - len(names); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return "is " + strings.Join(names, ", ") + more + "."
}

func isTrue(text string) bool { return text == "1" || text == "true" || text == "on" }
