package store_test

import (
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"testing"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model/table"
)

var benchRows = flag.Int("file-rows", 20_000, "rows of BenchmarkUpload")

// typicalRow is row i of a price list.
func typicalRow(cells []table.Cell, i int) table.FileRow {
	cells = append(cells[:0],
		table.Cell{Text: fmt.Sprintf("CUST-%07d", i*7919%1_000_003)}, table.Cell{Text: fmt.Sprintf("customer%d@example.com", i)},
		table.Cell{Text: []string{"active", "trial", "left"}[i%3]}, table.Cell{Text: fmt.Sprintf("%d.%02d", i*31%5000, i%100)},
		table.Cell{Text: fmt.Sprintf("2026-%02d-%02d", 1+i%12, 1+i%28)}, table.Cell{})
	return table.FileRow{Line: int64(i + 2), ToLine: int64(i + 2), Cells: cells}
}

// BenchmarkUpload saves a file in SQLite. Its rows are made on the way, so the figures
// are those of the store. peak-MiB is the most memory of the program's heap, which does
// not grow with the file.
func BenchmarkUpload(b *testing.B) {
	s := openBench(b, filepath.Join(b.TempDir(), "files.db"))
	defer s.Close()
	var peak uint64
	var cells []table.Cell
	for b.Loop() {
		i := -1
		f, err := s.SaveFile(b.Context(), auth.Caller{Workspace: auth.Workspace{ID: 1}}, job.File{Model: "desk"}, func() (table.FileRow, error) {
			if i++; i == *benchRows {
				return table.FileRow{}, io.EOF
			}
			if i%50_000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
			row := typicalRow(cells, i)
			cells = row.Cells
			return row, nil
		})
		fatal(b, err)
		if f.Rows != int64(*benchRows) {
			b.Fatalf("%d rows", f.Rows)
		}
	}
	packed, err := s.Count(b.Context(), `SELECT SUM(packed) / COUNT(*) FROM files`)
	fatal(b, err)
	b.ReportMetric(float64(*benchRows*b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(packed)/float64(*benchRows), "bytes/row")
	b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
}
