package store_test

import (
	"database/sql"
	"fmt"
	"io"
	"testing"
	"time"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/table"
	"bulkpatch/store"
)

// BenchmarkFileJob compares a file job that gives each customer two values of its own
// with a single UPDATE … FROM of the same values, which stand in a table with an index
// by then. Matching and the final checkpoint count; the upload does not. x-of-bare is
// the rate of the job divided by that of the statement.
func BenchmarkFileJob(b *testing.B) {
	base := imported(b, *benchRecords)
	var ours, bare time.Duration
	var rows int64
	for b.Loop() {
		b.StopTimer()
		bare += bareFill(b, copied(b, base))
		path := copied(b, base)
		s := openBench(b, path)
		sub := fillingJob(b, s)
		b.StartTimer()
		updated, took := carriedOut(b.Context(), b, s, path, sub)
		fatal(b, s.Close())
		if updated != int64(*benchRecords) {
			b.Fatalf("the job updated %d records", updated)
		}
		ours += took
		rows += updated
	}
	b.ReportMetric(float64(rows)/ours.Seconds(), "records/s")
	b.ReportMetric(bare.Seconds()/ours.Seconds(), "x-of-bare")
}

// filled are the values of the customer with an id.
func filled(id int) (title, phone string) {
	return fmt.Sprint("Lead ", id%1000), fmt.Sprint("+49 30 ", id)
}

// fillingJob uploads the values of all customers, in the order of their ids.
func fillingJob(b *testing.B, s *store.Store) job.Submission {
	b.Helper()
	id := 0
	columns := []string{"id", "jobTitle", "phone"}
	f, err := s.SaveFile(b.Context(), auth.Caller{Workspace: auth.Workspace{ID: 1}},
		job.File{Model: "desk", Format: table.FormatCSV, Columns: columns}, func() (table.FileRow, error) {
			if id++; id > *benchRecords {
				return table.FileRow{}, io.EOF
			}
			title, phone := filled(id)
			return table.FileRow{Line: int64(id + 1), ToLine: int64(id + 1), Cells: []table.Cell{{Text: fmt.Sprint(id)}, {Text: title}, {Text: phone}}}, nil
		})
	fatal(b, err)
	desk, _ := model.Shipped().Model("desk")
	key, _ := desk.Field("id")
	return job.Submission{Kind: job.FileKind, Model: desk, File: &job.FileTarget{File: f.ID, Match: []*model.Field{key}, Columns: columns}}
}

func bareFill(b *testing.B, path string) time.Duration {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL&_cache_size=-65536")
	fatal(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	_, err = db.Exec(`CREATE TEMP TABLE given (id INTEGER PRIMARY KEY, title TEXT, phone TEXT)`)
	fatal(b, err)
	t, err := db.Begin()
	fatal(b, err)
	for id := 1; id <= *benchRecords; id++ {
		title, phone := filled(id)
		_, err := t.Exec(`INSERT INTO given VALUES (?, ?, ?)`, id, title, phone)
		fatal(b, err)
	}
	fatal(b, t.Commit())
	began := time.Now()
	_, err = db.Exec(`UPDATE c_desk NOT INDEXED SET f_jobTitle = given.title, f_phone = given.phone, version = version + 1, updated_at = 1, last_job = 1
		FROM given WHERE given.id = c_desk.id AND workspace = 1`)
	fatal(b, err)
	checkpoint(b, db)
	return time.Since(began)
}
