package table

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// A given is a file as people have them, and what is said of it.
type given struct {
	in     string
	say    Dialect
	guard  Guard
	limits Limits
	want   string // what told writes
}

// openText opens a file of which nothing is said.
func openText(text string) (*File, error) {
	return OpenFile(strings.NewReader(text), int64(len(text)), Dialect{}, Unguarded, Limits{})
}

// told opens and reads a file. It writes the dialect and the columns, and then a row
// or fault a line; or why the file was refused.
func (g given) told(t testing.TB) string {
	t.Helper()
	f, err := OpenFile(strings.NewReader(g.in), int64(len(g.in)), g.say, g.guard, g.limits)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return "refused: " + refusal.Detail
	}
	if err != nil {
		t.Fatal(err)
	}
	d := f.Dialect()
	lines := []string{strings.Join(strings.Fields(strings.ReplaceAll(
		strings.Join([]string{d.Format, d.Encoding, d.Delimiter, d.Decimal, d.Dates, d.Sheet}, " "), "\t", "tab")), " ") + " of " + printed(strings.Join(f.Columns(), "|"))}
	for {
		row, err := f.Next()
		switch {
		case err == io.EOF:
			return strings.Join(lines, "\n")
		case errors.As(err, &refusal):
			return strings.Join(append(lines, "refused: "+refusal.Detail), "\n")
		case err != nil:
			t.Fatal(err)
		}
		lines = append(lines, toldRow(row))
		again, rest, err := ParseRow(AppendRow(nil, row))
		if err != nil || len(rest) > 0 || toldRow(again) != toldRow(row) {
			t.Fatalf("%s was stored as %s, %v", toldRow(row), toldRow(again), err)
		}
	}
}

// signs stand before the texts of cells that have a type.
var signs = map[Kind]string{Number: "#", Boolean: "?", Date: "@", Error: "!"}

func toldRow(row FileRow) string {
	at := fmt.Sprint(row.Line)
	if row.ToLine != row.Line {
		at = fmt.Sprintf("%d-%d", row.Line, row.ToLine)
	}
	if row.Fault != nil {
		return fmt.Sprintf("%s FAULT %s RAW %s", at, row.Fault.Detail, printed(row.Raw))
	}
	var texts []string
	for _, c := range row.Cells {
		text := printed(signs[c.Kind] + c.Text)
		if c.Quoted {
			text = `"` + text + `"`
		}
		texts = append(texts, text)
	}
	return at + ": " + printed(strings.Join(texts, "|"))
}

// printed writes a text on one line, and a long one by its length.
func printed(text string) string {
	if len(text) > 300 {
		return fmt.Sprintf("%d bytes", len(text))
	}
	text = strings.ToValidUTF8(text, "<invalid>")
	return strings.NewReplacer("\n", `\n`, "\r", `\r`, "\t", `\t`, "\x00", `\0`).Replace(text)
}

// TestFilesAsPeopleHaveThem reads text in all the forms that programs and people
// give it.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	columns := func(n int) string {
		names := make([]string, n)
		for i := range names {
			names[i] = fmt.Sprintf("c%d", i)
		}
		return strings.Join(names, ",")
	}
	for name, g := range map[string]given{
		"plain":                    {in: "id,name\n1,Ann\n2,Bo\n", want: "csv utf-8 , . of id|name\n2: 1|Ann\n3: 2|Bo"},
		"only a header":            {in: "id,name\n", want: "csv utf-8 , . of id|name"},
		"no line end":              {in: "id,name\n1,Ann", want: "csv utf-8 , . of id|name\n2: 1|Ann"},
		"nothing":                  {in: "", want: "refused: This is empty: the first line must name the fields."},
		"blank lines":              {in: "\r\n \n", want: "refused: This is empty: the first line must name the fields."},
		"semicolon":                {in: "id;amount\r\n1;2,50\r\n", say: Dialect{Decimal: ","}, want: "csv utf-8 ; , of id|amount\n2: 1|2,50"},
		"tab":                      {in: "id\tname\n1\tAnn, Bo\n", want: "csv utf-8 tab . of id|name\n2: 1|Ann, Bo"},
		"TSV":                      {in: "id\tname;x\n1\tAnn\n", say: Dialect{Format: "tsv"}, want: "tsv utf-8 tab . of id|name;x\n2: 1|Ann"},
		"pipe":                     {in: "id|name\n1|Ann\n", want: "csv utf-8 | . of id|name\n2: 1|Ann"},
		"a delimiter by name":      {in: "a,b;c\n1;2\n", say: Dialect{Delimiter: "semicolon"}, want: "csv utf-8 ; . of a,b|c\n2: 1|2"},
		"sep=":                     {in: "sep=;\r\nid;name\r\n1;Ann\r\n", want: "csv utf-8 ; . of id|name\n3: 1|Ann"},
		"byte order mark":          {in: "\xef\xbb\xbfid,name\n1,Zoë\n", want: "csv utf-8 , . of id|name\n2: 1|Zoë"},
		"UTF-16LE":                 {in: inUTF16("id\tname\r\n1\tZoë 😀\r\n", 0), want: "csv utf-16le tab . of id|name\n2: 1|Zoë 😀"},
		"UTF-16BE":                 {in: inUTF16("id;name\r\n1;Zoë 😀\r\n", 1), want: "csv utf-16be ; . of id|name\n2: 1|Zoë 😀"},
		"UTF-16LE, unmarked":       {in: inUTF16("id;name\n1;Zoë\n", 0)[2:], want: "refused: This looks like UTF-16 without a byte order mark: save it as UTF-8, or with the mark."},
		"UTF-16LE, told":           {in: inUTF16("id;name\n1;Zoë\n", 0)[2:], say: Dialect{Encoding: "utf-16le"}, want: "csv utf-16le ; . of id|name\n2: 1|Zoë"},
		"half a character":         {in: inUTF16("id;name\n1;Zoë\n2;", 0) + "\x3d\xd8\n\x00" + inUTF16("3;x\n", 0)[2:], want: "csv utf-16le ; . of id|name\n2: 1|Zoë\n3 FAULT The row has a byte that stands for no character of utf-16le: save the file as UTF-8, or give the encoding that it has. RAW 2;<invalid>\n4: 3|x"},
		"UTF-32":                   {in: "\xff\xfe\x00\x00i\x00\x00\x00", want: "refused: This is UTF-32: save it as UTF-8."},
		"Windows-1252":             {in: "id;Stra\xdfe;Preis\r\n1;\xc4rztehaus;5 \x80\r\n2;\x93quoted\x94;\x96\r\n", want: "csv windows-1252 ; . of id|Straße|Preis\n2: 1|Ärztehaus|5 €\n3: 2|“quoted”|–"},
		"no character of it":       {in: "id;Stra\xdfe\n1;\x81\n2;\xfc\n", want: "csv windows-1252 ; . of id|Straße\n2 FAULT The row has a byte that stands for no character of windows-1252: save the file as UTF-8, or give the encoding that it has. RAW 1;<invalid>\n3: 2|ü"},
		"a late character of it":   {in: "id,name\n" + strings.Repeat("1,"+strings.Repeat("x", 999)+"\n", 70) + "2,\xfcber\n", limits: Limits{Rows: 1}, want: "csv windows-1252 , . of id|name\n2: 1|999 bytes\nrefused: The file has more than 1 rows: split it."},
		"UTF-8 with a bad row":     {in: "id,name\n1,Zoë\n2,Jos\xe9\n3,Chloé\n", want: "csv utf-8 , . of id|name\n2: 1|Zoë\n3 FAULT This is not valid UTF-8; a program may have saved it in another encoding, such as Windows-1252. Save it as UTF-8. RAW 2,Jos<invalid>\n4: 3|Chloé"},
		"UTF-8 as another":         {in: "id,name\n1,Zo\xc3\xab\n2,Jos\xe9\n", say: Dialect{Encoding: "windows-1252"}, want: "csv windows-1252 , . of id|name\n2: 1|ZoÃ«\n3: 2|José"},
		"a mark that contradicts":  {in: "\xef\xbb\xbfid\n1\n", say: Dialect{Encoding: "windows-1252"}, want: "refused: The file begins with the byte order mark of utf-8 and cannot be windows-1252: give that encoding, or none."},
		"emoji":                    {in: "id,name\n1,👩‍👩‍👧 🇩🇪\n", want: "csv utf-8 , . of id|name\n2: 1|👩‍👩‍👧 🇩🇪"},
		"right to left":            {in: "id,اسم\n1,שלום عليكم\n", want: "csv utf-8 , . of id|اسم\n2: 1|שלום عليكم"},
		"CR line ends":             {in: "id,name\r1,Ann\r2,Bo\r", want: "csv utf-8 , . of id|name\n2: 1|Ann\n3: 2|Bo"},
		"mixed line ends":          {in: "id,name\r1,Ann\n2,Bo\r\n3,Cy", want: "csv utf-8 , . of id|name\n2: 1|Ann\n3: 2|Bo\n4: 3|Cy"},
		"quoted line breaks":       {in: "id,address\n1,\"Main St 1\r\nBerlin\"\n2,x\n", want: "csv utf-8 , . of id|address\n2-3: 1|\"Main St 1\\r\\nBerlin\"\n4: 2|x"},
		"quoted header":            {in: "\"id\",\"name\"\n\"1\",\"\"\n\"2\",\"a \"\"b\"\"\"\n", want: "csv utf-8 , . of id|name\n2: 1|\n3: 2|a \"b\""},
		"an empty text":            {in: "id,name,x\n1,\"\",\n", want: "csv utf-8 , . of id|name|x\n2: 1|\"\"|"},
		"a header of two lines":    {in: "id,\"First\nname\"\n1,Ann\n", want: "csv utf-8 , . of id|First\\nname\n3: 1|Ann"},
		"spaces in the header":     {in: " id , name\n1, Ann \n", want: "csv utf-8 , . of id|name\n2: 1| Ann "},
		"blank rows":               {in: "id,name\n\n1,Ann\n,\n;\n2,Bo\n\n\n", want: "csv utf-8 , . of id|name\n3: 1|Ann\n5 FAULT The row has 1 cells, the header 2. RAW ;\n6: 2|Bo"},
		"blank columns":            {in: "id,,name,\n1,,Ann,\n,,,\n", want: "csv utf-8 , . of id|name\n2: 1|Ann"},
		"a value without a name":   {in: "id,,name\n1,x,Ann\n2,,Bo\n", want: "csv utf-8 , . of id|name\n2 FAULT Column 2 has a value here but no name in the header: name it there, or empty the cell. RAW 1\\tx\\tAnn\n3: 2|Bo"},
		"a header twice":           {in: "id,name,id\n1,Ann,2\n", want: "refused: Columns 1 and 3 of the header have the same name, \"id\": rename one of them."},
		"a header without names":   {in: ",,\n1,2,3\n", want: "refused: The header names no column: the first line must name the fields."},
		"outcomes of before":       {in: "id,name,_outcome,_code,_detail\n1,Ann,failed,email,\"This must be, well\"\n,,failed,,\n", want: "csv utf-8 , . of id|name\n2: 1|Ann"},
		"a trailing delimiter":     {in: "id,name,\n1,Ann,\n2,Bo,\n", want: "csv utf-8 , . of id|name\n2: 1|Ann\n3: 2|Bo"},
		"one in the rows":          {in: "id,name\n1,Ann,\n2,Bo\n", want: "csv utf-8 , . of id|name\n2 FAULT The row has 3 cells, the header 2. RAW 1,Ann,\n3: 2|Bo"},
		"ragged rows":              {in: "id,name,x\n1,Ann\n2,Bo,x,y\n3,Cy,z\n", want: "csv utf-8 , . of id|name|x\n2 FAULT The row has 2 cells, the header 3. RAW 1,Ann\n3 FAULT The row has 4 cells, the header 3. RAW 2,Bo,x,y\n4: 3|Cy|z"},
		"an unclosed quote":        {in: "id,name\n1,\"Ann\n2,Bo\n3,Cy\n", want: "csv utf-8 , . of id|name\n2-4 FAULT Lines 2 to 4 cannot be read: a quote opened in line 2 is not closed before the end. Close each quote; one that is part of the text is written twice (\"\"). RAW 1,\"Ann\\n2,Bo\\n3,Cy\\n"},
		"a quote in a cell":        {in: "id,size\n1,15\" screen\n2,x\n", want: "csv utf-8 , . of id|size\n2 FAULT A quote stands inside a cell that is not quoted: put the whole cell into quotes, and write a quote in it twice (\"\"). RAW 1,15\" screen\n3: 2|x"},
		"NUL":                      {in: "id,name\n1,a\x00b\n", want: "csv utf-8 , . of id|name\n2: 1|a\\0b"},
		"leading zeros":            {in: "id,zip\n007,01234\n", want: "csv utf-8 , . of id|zip\n2: 007|01234"},
		"guarded":                  {in: "id,name\n1,'=1+1\n2,'Ann\n", guard: Guarded, want: "csv utf-8 , . of id|name\n2: 1|=1+1\n3: 2|'Ann"},
		"not guarded":              {in: "id,name\n1,'=1+1\n", want: "csv utf-8 , . of id|name\n2: 1|'=1+1"},
		"dates":                    {in: "id,born\n1,31.01.2026\n", say: Dialect{Dates: "DD.MM.YYYY"}, want: "csv utf-8 , . DD.MM.YYYY of id|born\n2: 1|31.01.2026"},
		"1,000 columns":            {in: columns(1000) + "\n" + strings.Repeat(",", 999) + "x\n", want: "csv utf-8 , . of 4889 bytes\n2: 1000 bytes"},
		"1,001 columns":            {in: columns(1001) + "\n", want: "refused: The header names 1,001 columns; a file may have 1,000."},
		"1,001 with outcomes":      {in: columns(1000) + ",_outcome\n", want: "csv utf-8 , . of 4889 bytes"},
		"a cell of 1 MiB":          {in: "name\n" + strings.Repeat("x", MaxRow) + "\n", want: "csv utf-8 , . of name\n2: 1048576 bytes"},
		"a row of more":            {in: "id,name\n1," + strings.Repeat("x", MaxRow-1) + "\n2,x\n", want: "csv utf-8 , . of id|name\n2 FAULT The line is longer than 1 MiB. RAW \n3: 2|x"},
		"rows up to the limit":     {in: "id\n1\n\n2\n", limits: Limits{Rows: 2}, want: "csv utf-8 , . of id\n2: 1\n4: 2"},
		"a row more":               {in: "id\n1\n\n2\n3\n", limits: Limits{Rows: 2}, want: "csv utf-8 , . of id\n2: 1\n4: 2\nrefused: The file has more than 2 rows: split it."},
		"a byte more":              {in: "id\n1\n", limits: Limits{Size: 4}, want: "refused: The file has more than 4 bytes: split it."},
		"HTML":                     {in: "<!DOCTYPE html><html><body>Sign in</body></html>", want: "refused: This is an HTML or XML document, perhaps a sign-in or error page that was saved instead of the data: download the data itself, as CSV or as JSON, one object a line."},
		"PDF":                      {in: "%PDF-1.7\n", want: "refused: This is a PDF document: export the data as CSV or as JSON, one object a line."},
		"gzip":                     {in: "\x1f\x8b\x08\x00", want: "refused: This is compressed with gzip: unpack it first, or over HTTP say so with Content-Encoding: gzip."},
		"an old workbook":          {in: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), want: "refused: This is a workbook of an old Excel (.xls): save the sheet as CSV (UTF-8)."},
		"objects":                  {in: "{\"id\":1,\"tags\":[\"a\",{\"b\":1.50}],\"name\":null}\n\n{\"id\":2,\"custom\":{\"tier\":\"gold\"}}\n{}\n", want: "ndjson utf-8 of id|tags|name|custom\n1: 1|[\"a\",{\"b\":1.50}]|null|\n3: 2|||{\"tier\":\"gold\"}"},
		"objects, marked":          {in: "\xef\xbb\xbf{\"id\":1}\r\n", want: "ndjson utf-8 of id\n1: 1"},
		"objects in UTF-16":        {in: inUTF16("{\"id\":\"ë\"}\n", 0), want: "ndjson utf-16le of id\n1: \"ë\""},
		"a bad line":               {in: "{\"id\":1}\nnonsense\n{\"id\":}\n{\"id\":2} {\"id\":3}\n{\"id\":4,\"id\":5}\n[6]\n{\"id\":7", want: "ndjson utf-8 of id\n1: 1\n2 FAULT The line is not a JSON object, such as {\"id\": 1}. RAW nonsense\n3 FAULT The line is not valid JSON, at byte 6. RAW {\"id\":}\n4 FAULT Something follows the object on its line: each object must have a line of its own. RAW {\"id\":2} {\"id\":3}\n5 FAULT The object has a name twice: remove one of them. RAW {\"id\":4,\"id\":5}\n6 FAULT The line is not a JSON object, such as {\"id\": 1}. RAW [6]\n7 FAULT The line is not valid JSON, at byte 7. RAW {\"id\":7"},
		"an array":                 {in: "[{\"id\":1},{\"id\":2}]", want: "refused: This is a JSON array: send its objects one a line, without the brackets and the commas between them. jq -c '.[]' makes that of it."},
		"a pretty object":          {in: "{\n  \"id\": 1\n}\n", want: "refused: This is JSON over several lines: each object must stand on one line of its own. jq -c . makes that of it."},
		"1,001 names":              {in: "{\"" + strings.ReplaceAll(columns(1000), ",", "\":1}\n{\"") + "\":1}\n{\"c1000\":1}\n", want: "refused: The header names 1,001 columns; a file may have 1,000."},
		"1,000 names and outcomes": {in: "{\"" + strings.ReplaceAll(columns(1000), ",", "\":1,\"") + "\":1,\"_outcome\":\"failed\",\"_code\":\"type\",\"_detail\":\"x\"}\n", want: "ndjson utf-8 of 4889 bytes\n1: 1999 bytes"},
		"long names":               {in: "{\"" + strings.Repeat("x", MaxRow/2) + "\":1}\n{\"" + strings.Repeat("y", MaxRow/2+1) + "\":1}\n", want: "refused: The names in the objects have more than 1 MiB in all: each object should have the same few names."},
		"no objects":               {in: "", say: Dialect{Format: "ndjson"}, want: "refused: This is empty: there must be a JSON object on each line, with the names of its fields."},
		"CSV called NDJSON":        {in: "id,name\n1,Ann\n", say: Dialect{Format: "ndjson"}, want: "refused: This is CSV and not JSON: send it as text/csv (on the command line, --format csv)."},
		"NDJSON called CSV":        {in: "{\"id\":1}\n", say: Dialect{Format: "csv"}, want: "refused: This is JSON and not CSV: send it as application/x-ndjson (on the command line, --format ndjson), one object a line."},
		"CSV called xlsx":          {in: "id\n1\n", say: Dialect{Format: "xlsx"}, want: "refused: This is no Excel workbook (.xlsx): leave the format out, so that it is found out."},
		"no such format":           {say: Dialect{Format: "ods"}, want: "refused: The format is not understood: it may be csv, tsv, ndjson or xlsx."},
		"no such encoding":         {say: Dialect{Encoding: "latin1"}, want: "refused: The encoding is not understood: it may be utf-8, utf-16le, utf-16be or windows-1252."},
		"no such delimiter":        {say: Dialect{Delimiter: "^"}, want: "refused: The delimiter is not understood: it may be a comma, a semicolon, a tab (or the word tab) or |."},
		"no such decimal":          {say: Dialect{Decimal: "'"}, want: "refused: The decimal separator is not understood: it may be . or a comma."},
		"no such date":             {say: Dialect{Dates: "DD.MM.YY"}, want: "refused: The form of dates is not understood: it may be DD, MM and YYYY, each once, with . / - or a space between them, such as DD.MM.YYYY, MM/DD/YYYY or YYYY-MM-DD, and then HH:mm or HH:mm:ss if there are times."},
		"a sheet of CSV":           {in: "id\n1\n", say: Dialect{Sheet: "Sheet1"}, want: "refused: Only a workbook (xlsx) has sheets, and this is csv."},
		"a delimiter of JSON":      {in: "{\"id\":1}", say: Dialect{Delimiter: ";"}, want: "refused: Only CSV has a delimiter, and this is ndjson."},
		"a decimal of JSON":        {in: "{\"id\":1}", say: Dialect{Decimal: ","}, want: "refused: Numbers in JSON have a decimal point: leave the decimal separator out."},
		"a comma in TSV":           {in: "id\n", say: Dialect{Format: "tsv", Delimiter: ","}, want: "refused: The delimiter of TSV is the tab: leave the delimiter out, or say csv."},
		"an encoding of xlsx":      {in: "PK\x03\x04", say: Dialect{Encoding: "utf-8"}, want: "refused: A workbook has no encoding that could be chosen: leave it out."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := g.told(t); got != g.want {
				t.Errorf("got\n%s", got)
			}
		})
	}
}
