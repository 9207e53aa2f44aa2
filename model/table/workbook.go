package table

// A workbook is a sheet of an Excel workbook.
type workbook struct{}

func (w *workbook) next() (FileRow, error) { return FileRow{}, nil }

func openWorkbook(in *input, d *Dialect, limits Limits) (*workbook, []string, error) {
	return nil, nil, &Refusal{"This is an Excel workbook (.xlsx) or another ZIP archive: save the sheet as CSV (UTF-8), or unpack the archive."}
}
