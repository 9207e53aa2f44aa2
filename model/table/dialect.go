package table

import (
	"bytes"
	"cmp"
	"strings"
)

// The formats of a file.
const (
	FormatCSV    = "csv"
	FormatTSV    = "tsv"
	FormatNDJSON = "ndjson"
	FormatXLSX   = "xlsx"
)

// The encodings of a file of text.
const (
	EncodingUTF8    = "utf-8"
	EncodingUTF16LE = "utf-16le"
	EncodingUTF16BE = "utf-16be"
	Encoding1252    = "windows-1252"
)

// A Dialect says how a file is written. Of one that is given to [OpenFile], an
// empty part is found out; one that [File.Dialect] returns has every part that the
// format has.
type Dialect struct {
	Format    string `json:"format"`    // csv, tsv, ndjson or xlsx
	Encoding  string `json:"encoding"`  // of text: utf-8, utf-16le, utf-16be or windows-1252
	Delimiter string `json:"delimiter"` // of CSV and TSV: the character; see Delimiter for what may be given
	Decimal   string `json:"decimal"`   // of numbers in text: "." or ","; NDJSON has none
	Dates     string `json:"dates"`     // of dates in text: see DateForms; "" is ISO 8601, never guessed
	Sheet     string `json:"sheet"`     // of a workbook: the name of the sheet
}

// check refuses parts that are not understood and parts that the format, if it is
// known, does not have.
func (d Dialect) check() error {
	_, delimiter := Delimiter(d.Delimiter)
	switch {
	case !oneOf(d.Format, "", FormatCSV, FormatTSV, FormatNDJSON, FormatXLSX):
		return &Refusal{"The format is not understood: it may be csv, tsv, ndjson or xlsx."}
	case !oneOf(d.Encoding, "", EncodingUTF8, EncodingUTF16LE, EncodingUTF16BE, Encoding1252):
		return &Refusal{"The encoding is not understood: it may be utf-8, utf-16le, utf-16be or windows-1252."}
	case d.Delimiter != "" && !delimiter:
		return &Refusal{"The delimiter is not understood: it may be " + DelimiterNames + "."}
	case !oneOf(d.Decimal, "", ".", ","):
		return &Refusal{"The decimal separator is not understood: it may be . or a comma."}
	case !ValidDates(d.Dates):
		return &Refusal{"The form of dates is not understood: it may be " + DateForms + "."}
	}
	return d.fits()
}

// fits refuses parts that the format does not have.
func (d Dialect) fits() error {
	text := d.Format != FormatXLSX
	switch {
	case d.Format == "":
		return nil
	case d.Delimiter != "" && (!text || d.Format == FormatNDJSON):
		return &Refusal{"Only CSV has a delimiter, and this is " + d.Format + "."}
	case d.Delimiter != "" && d.Format == FormatTSV && d.separator() != '\t':
		return &Refusal{"The delimiter of TSV is the tab: leave the delimiter out, or say csv."}
	case d.Encoding != "" && !text:
		return &Refusal{"A workbook has no encoding that could be chosen: leave it out."}
	case d.Sheet != "" && text:
		return &Refusal{"Only a workbook (xlsx) has sheets, and this is " + d.Format + "."}
	case d.Decimal == "," && d.Format == FormatNDJSON:
		return &Refusal{"Numbers in JSON have a decimal point: leave the decimal separator out."}
	}
	return nil
}

// separator returns the delimiter that was given, 0 for none.
func (d Dialect) separator() byte {
	c, _ := Delimiter(d.Delimiter)
	if c == 0 && d.Format == FormatTSV {
		return '\t'
	}
	return c
}

func oneOf(text string, list ...string) bool {
	for _, one := range list {
		if text == one {
			return true
		}
	}
	return false
}

// formatOf tells the format of a file by its beginning.
func formatOf(head []byte) string {
	if bytes.HasPrefix(head, zipMagic) {
		return FormatXLSX
	}
	text := bytes.TrimSpace(bytes.TrimPrefix(head, markUTF8))
	text = bytes.TrimSpace(bytes.ReplaceAll(bytes.TrimLeft(text, "\xff\xfe"), []byte{0}, nil)) // of UTF-16, what is ASCII
	inner := afterFirst(text)
	if startsWith(text, "{") && (startsWith(inner, `"`) || startsWith(inner, "}") || len(inner) == 0) ||
		startsWith(text, "[") && startsWith(inner, "{") {
		return FormatNDJSON
	}
	return FormatCSV
}

// Limits bound a file. A zero limit is the usual one.
type Limits struct {
	Size     int64 // bytes of the file
	Rows     int64 // that are not blank
	Columns  int
	Unpacked int64 // bytes of the parts of a workbook that are read, unpacked
	Texts    int64 // bytes of the different texts of a workbook, which stay in memory
}

// The usual limits of a file.
const (
	MaxFile        = 1 << 30
	MaxFileRows    = 2_000_000
	MaxFileColumns = 1000
	MaxUnpacked    = 2 << 30
	MaxTexts       = 128 << 20
)

// usual returns the limits without zeros.
func (l Limits) usual() Limits {
	return Limits{
		Size: cmp.Or(l.Size, MaxFile), Rows: cmp.Or(l.Rows, MaxFileRows), Columns: cmp.Or(l.Columns, MaxFileColumns),
		Unpacked: cmp.Or(l.Unpacked, MaxUnpacked), Texts: cmp.Or(l.Texts, MaxTexts),
	}
}

// thousands writes a number with commas between its thousands.
func thousands(n int64) string {
	digits := itoa(n)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
