package table

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// workbookOf has excelize, which shares no code with the reader, write a workbook.
func workbookOf(t testing.TB, fill func(*excelize.File), o ...excelize.Options) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b, o...); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rowsOf fills the first sheet.
func rowsOf(rows ...[]any) func(*excelize.File) {
	return func(f *excelize.File) { fillSheet(f, "Sheet1", rows...) }
}

func fillSheet(f *excelize.File, sheet string, rows ...[]any) {
	for i, row := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		_ = f.SetSheetRow(sheet, cell, &row) // a cell that is missing fails the test
	}
}

// formatted sets cells of a column to a format, by its number or its text.
func formatted(f *excelize.File, from, to string, number int, text string) {
	style := &excelize.Style{NumFmt: number}
	if text != "" {
		style.CustomNumFmt = &text
	}
	id, _ := f.NewStyle(style)
	_ = f.SetCellStyle("Sheet1", from, to, id)
}

// archiveOf makes a ZIP archive of names and texts in turn.
func archiveOf(parts ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		f, _ := w.Create(parts[i])
		_, _ = io.WriteString(f, parts[i+1])
	}
	_ = w.Close()
	return b.String()
}

// sheetOf makes a workbook by hand around the XML of its rows and its texts.
func sheetOf(rows string, texts ...string) string {
	return archiveOf(
		"_rels/.rels", `<Relationships><Relationship Id="1" Type="x/officeDocument" Target="/xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", `<x:workbook xmlns:x="a" xmlns:r="b"><x:sheets><x:sheet name="S" sheetId="9" r:id="a"/></x:sheets></x:workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/Sheet1.xml"/>
			<Relationship Id="b" Type="x/sharedStrings" Target="strings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", `<x:worksheet xmlns:x="a"><x:sheetData>`+rows+`</x:sheetData><x:rowBreaks/></x:worksheet>`,
		"xl/strings.xml", "<sst><si>"+strings.Join(texts, "</si><si>")+"</si></sst>",
	)
}

// lying says that the sheet of a workbook unpacks to size bytes.
func lying(t testing.TB, workbook string, size uint64) string {
	t.Helper()
	r, err := zip.NewReader(strings.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range r.File {
		packed, _ := f.OpenRaw()
		header := f.FileHeader
		if strings.Contains(header.Name, "sheet1") {
			header.UncompressedSize64 = size
		}
		out, _ := w.CreateRaw(&header)
		_, _ = io.Copy(out, packed)
	}
	_ = w.Close()
	return b.String()
}

// TestWorkbooksAsPeopleHaveThem reads workbooks that another program wrote, and some
// written by hand that no program should write.
func TestWorkbooksAsPeopleHaveThem(t *testing.T) {
	long := strings.Repeat("x", 32_767)
	noon := time.Date(2026, 1, 31, 12, 34, 56, 0, time.UTC)
	header := `<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c></row>`
	for name, g := range map[string]given{
		"numbers and texts": {in: workbookOf(t, rowsOf([]any{"id", "zip", "n"}, []any{7, "007", 1.5}, []any{-1, "1,5", 0.1}, []any{1e300, "=1+1", 1e-9}, []any{int64(1234567890123456789), "'x", 49301234567890})), want: "xlsx . Sheet1 of id|zip|n\n2: #7|007|#1.5\n3: #-1|1,5|#0.1\n4: 302 bytes|=1+1|#1e-09\n5: #1234567890123456789|'x|#49301234567890"},
		"dates": {in: workbookOf(t, func(f *excelize.File) {
			fillSheet(f, "Sheet1", []any{"day", "moment", "own", "clock", "plain"},
				[]any{time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), noon, 46053.5, 0.5, 46053}, []any{1, 60, 61, 1.5, 2}, []any{59, 2958465, 2958466, 0, -1})
			formatted(f, "A3", "B4", 14, "")
			formatted(f, "C2", "C4", 0, `[$-407]dd\.mm\.yyyy" Uhr";@`)
			formatted(f, "D2", "D4", 0, "[h]:mm")
			formatted(f, "E2", "E4", 0, `0.00" days"`)
		}), want: "xlsx . Sheet1 of day|moment|own|clock|plain\n2: @2026-01-31|@2026-01-31T12:34:56|@2026-01-31T12:00:00|12:00:00|#46053\n3: @1900-01-01|#60|@1900-03-01|#1.5|#2\n4: @1900-02-28|@9999-12-31|#2958466|00:00:00|#-1"},
		"dates from 1904": {in: workbookOf(t, func(f *excelize.File) {
			yes := true
			_ = f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes})
			fillSheet(f, "Sheet1", []any{"day"}, []any{0}, []any{44591})
			formatted(f, "A2", "A3", 14, "")
		}), want: "xlsx . Sheet1 of day\n2: @1904-01-01\n3: @2026-01-31"},
		"formulas": {in: sheetOf(header + `<row><c><f>1+1</f><v>2</v></c></row><row><c t="str"><f>"a"&amp;"b"</f><v>ab</v></c></row><row><c t="b"><f>1=1</f><v>1</v></c></row>
			<row><c t="e"><f>1/0</f><v>#DIV/0!</v></c></row><row><c t="str"><f>""</f><v></v></c></row><row><c><f>A1</f></c></row><row><c t="d"><v>2026-01-31T00:00:00</v></c></row><row><c t="d"><v>2026-01-31T12:00:00Z</v></c></row>`), want: "xlsx . S of id\n2: #2\n3: ab\n4: ?true\n5: !#DIV/0!\n8: @2026-01-31\n9: @2026-01-31T12:00:00"},
		"booleans":               {in: workbookOf(t, rowsOf([]any{"id", "on"}, []any{1, true}, []any{2, false})), want: "xlsx . Sheet1 of id|on\n2: #1|?true\n3: #2|?false"},
		"blank rows and columns": {in: workbookOf(t, rowsOf(nil, []any{nil, "id", nil, "name", ""}, nil, []any{nil, 1, nil, "Ann"}, nil, []any{nil, 2})), want: "xlsx . Sheet1 of id|name\n4: #1|Ann\n6: #2|"},
		"a value without a name": {in: workbookOf(t, rowsOf([]any{"id"}, []any{1, "x"}, []any{2})), want: "xlsx . Sheet1 of id\n2 FAULT Column 2 has a value here but no name in the header: name it there, or empty the cell. RAW 1\\tx\n3: #2"},
		"a header twice":         {in: workbookOf(t, rowsOf([]any{"id", "id"})), want: "refused: Columns 1 and 2 of the header have the same name, \"id\": rename one of them."},
		"outcomes of before":     {in: workbookOf(t, rowsOf([]any{"id", "_outcome", "_code"}, []any{1, "failed", "type"})), want: "xlsx . Sheet1 of id\n2: #1"},
		"a header of numbers":    {in: workbookOf(t, rowsOf([]any{2025, true}, []any{1, 2})), want: "xlsx . Sheet1 of 2025|true\n2: #1|#2"},
		"line breaks":            {in: workbookOf(t, rowsOf([]any{"id"}, []any{"Main St 1\nBerlin"})), want: "xlsx . Sheet1 of id\n2: Main St 1\\nBerlin"},
		"characters":             {in: workbookOf(t, rowsOf([]any{"id"}, []any{"Zoë 😀 شكرا"}, []any{" a "})), want: "xlsx . Sheet1 of id\n2: Zoë 😀 شكرا\n3:  a "},
		"rich text":              {in: sheetOf(header+`<row><c t="s"><v>0</v></c></row><row><c t="s"><v>1</v></c></row>`, `<r><t>a </t></r><r><rPr><b/></rPr><t>b</t></r><rPh><t>reading</t></rPh>`, `<t>x_x000D_y_x005F_z_xz</t>`), want: "xlsx . S of id\n2: a b\n3: x\\ry_z_xz"},
		"only a header":          {in: workbookOf(t, rowsOf([]any{"id"})), want: "xlsx . Sheet1 of id"},
		"an empty sheet":         {in: workbookOf(t, rowsOf()), want: "refused: The sheet is empty: its first row must name the fields."},
		"two sheets":             {in: workbookOf(t, func(f *excelize.File) { rowsOf([]any{"id"}, []any{1})(f); _, _ = f.NewSheet("Other") }), want: "xlsx . Sheet1 of id\n2: #1"},
		"the other one":          {in: workbookOf(t, func(f *excelize.File) { _, _ = f.NewSheet("Other"); fillSheet(f, "Other", []any{"id"}, []any{2}) }), say: Dialect{Sheet: "other"}, want: "xlsx . Other of id\n2: #2"},
		"no such sheet":          {in: workbookOf(t, func(f *excelize.File) { _, _ = f.NewSheet("Other") }), say: Dialect{Sheet: "Third"}, want: `refused: The workbook has no sheet of that name: there is "Sheet1", "Other".`},
		"a hidden first sheet": {in: workbookOf(t, func(f *excelize.File) {
			_, _ = f.NewSheet("Seen")
			fillSheet(f, "Seen", []any{"id"})
			f.SetActiveSheet(1)
			_ = f.SetSheetVisible("Sheet1", false)
		}), want: "xlsx . Seen of id"},
		"merged and hidden": {in: workbookOf(t, func(f *excelize.File) {
			rowsOf([]any{"id", "x"}, []any{1, 2}, []any{3, 4})(f)
			_ = f.MergeCell("Sheet1", "A2", "B2")
			_ = f.SetRowVisible("Sheet1", 3, false)
		}), want: "xlsx . Sheet1 of id|x\n2: #1|\n3: #3|#4"},
		"a long cell":           {in: workbookOf(t, rowsOf([]any{"id"}, []any{long})), want: "xlsx . Sheet1 of id\n2: 32767 bytes"},
		"a row of more":         {in: sheetOf(header+`<row>`+strings.Repeat(`<c t="s"><v>0</v></c>`, 33)+`</row><row><c><v>2</v></c></row>`, "<t>"+long+"</t>"), want: "xlsx . S of id\n2 FAULT The row is longer than 1 MiB. RAW \n3: #2"},
		"1,001 columns":         {in: workbookOf(t, rowsOf(make1001())), want: "refused: The header names 1,001 columns; a file may have 1,000."},
		"cells without names":   {in: sheetOf(`<row><c t="inlineStr"><is><t>id</t></is></c><c t="inlineStr"><is><t>x</t></is></c></row><row><c><v>1</v></c><c><v>2</v></c></row>`), want: "xlsx . S of id|x\n2: #1|#2"},
		"numbers by hand":       {in: sheetOf(header + `<row><c><v>0.10000000000000001</v></c></row><row><c><v>007</v></c></row><row><c><v>-0</v></c></row><row><c><v>1.0E+2</v></c></row><row><c><v>NaN</v></c></row><row><c><v>x</v></c></row>`), want: "xlsx . S of id\n2: #0.1\n3: #7\n4: #0\n5: #100\n6: NaN\n7: x"},
		"rows that go back":     {in: sheetOf(header + `<row r="3"/><row r="3"/>`), want: "xlsx . S of id\nrefused: The workbook is damaged or no .xlsx: open it in the program that wrote it and save it again, or save the sheet as CSV (UTF-8)."},
		"a column too far":      {in: sheetOf(header + `<row><c r="XFE2"><v>1</v></c></row>`), want: "xlsx . S of id\nrefused: The workbook is damaged or no .xlsx: open it in the program that wrote it and save it again, or save the sheet as CSV (UTF-8)."},
		"no such text":          {in: sheetOf(header + `<row><c t="s"><v>1</v></c></row>`), want: "xlsx . S of id\nrefused: The workbook is damaged or no .xlsx: open it in the program that wrote it and save it again, or save the sheet as CSV (UTF-8)."},
		"a deep sheet":          {in: sheetOf(header + strings.Repeat("<a>", 1000)), say: Dialect{Format: "xlsx"}, want: "xlsx . S of id"},
		"encrypted":             {in: workbookOf(t, rowsOf(), excelize.Options{Password: "secret"}), want: "refused: This workbook is encrypted with a password: save it without one, or save the sheet as CSV (UTF-8)."},
		"another archive":       {in: archiveOf("readme.txt", "x"), want: "refused: This is a ZIP archive without an Excel workbook (.xlsx): unpack it, or save the sheet as CSV (UTF-8)."},
		"a binary workbook":     {in: archiveOf("_rels/.rels", `<Relationships><Relationship Id="1" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>`), want: "refused: This is a binary workbook (.xlsb): save it as .xlsx, or the sheet as CSV (UTF-8)."},
		"half a workbook":       {in: workbookOf(t, rowsOf([]any{"id"}))[:3000], want: "refused: The workbook is damaged or no .xlsx: open it in the program that wrote it and save it again, or save the sheet as CSV (UTF-8)."},
		"a bomb that says so":   {in: lying(t, workbookOf(t, rowsOf([]any{"id"})), 3<<30), want: "refused: Unpacked, the workbook or a part of it is larger than can be read (2,147,483,648 bytes in all): save the sheet as CSV (UTF-8)."},
		"a bomb that lies":      {in: lying(t, sheetOf(header+strings.Repeat("<row/>", 1<<16)), 100), want: "refused: The workbook is damaged or no .xlsx: open it in the program that wrote it and save it again, or save the sheet as CSV (UTF-8)."},
		"a bomb of rows":        {in: sheetOf(header + strings.Repeat("<row/>", 1<<16)), limits: Limits{Unpacked: 1 << 18}, want: "refused: Unpacked, the workbook or a part of it is larger than can be read (262,144 bytes in all): save the sheet as CSV (UTF-8)."},
		"a bomb of one tag":     {in: sheetOf(header + `<row a="` + strings.Repeat(" ", maxToken) + `"/>`), want: "xlsx . S of id\nrefused: Unpacked, the workbook or a part of it is larger than can be read (2,147,483,648 bytes in all): save the sheet as CSV (UTF-8)."},
		"a bomb of texts":       {in: sheetOf(header, strings.Split(strings.Repeat("<t>x</t>,", 1000), ",")...), limits: Limits{Texts: 8000}, want: "refused: The workbook has more than 8,000 bytes of different texts: save the sheet as CSV (UTF-8)."},
		"a workbook called CSV": {in: workbookOf(t, rowsOf()), say: Dialect{Format: "csv"}, want: "refused: This is an Excel workbook (.xlsx) or another ZIP archive: save the sheet as CSV (UTF-8), or unpack the archive."},
		"a delimiter":           {in: workbookOf(t, rowsOf()), say: Dialect{Delimiter: ";"}, want: "refused: Only CSV has a delimiter, and this is xlsx."},
		"an entity":             {in: sheetOf(`<!DOCTYPE a [<!ENTITY b "c">]>` + header + `<row><c t="inlineStr"><is><t>&b;</t></is></c></row>`), want: "xlsx . S of id\nrefused: The workbook is damaged or no .xlsx: open it in the program that wrote it and save it again, or save the sheet as CSV (UTF-8)."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := g.told(t); got != g.want {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// make1001 returns a header of more columns than a file may have.
func make1001() []any {
	names := make([]any, 1001)
	for i := range names {
		names[i] = i
	}
	return names
}
