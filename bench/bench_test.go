package bench

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3"

	"bulkpatch/client"
	"bulkpatch/model/sample"
	"bulkpatch/worker/redistest"
)

var records = flag.Int("records", 20_000, "customers of the benchmarks of whole jobs")

const adminKey = "bp_the-key-of-the-benchmarks"

// The filter matches about half of the customers; where is the same in SQL.
const (
	filterText = `{"state": "active", "$or": [{"trusted": true}, {"createdAt": {"$gte": "2019-06-01T00:00:00Z"}}]}`
	where      = `workspace = 1 AND f_state = 'active' AND (f_trusted = 1 OR created_at >= 1559347200000000)`
)

// built is the program that the benchmarks run. The first one builds it.
var built struct {
	once sync.Once
	dir  string
	err  error
}

func TestMain(m *testing.M) {
	status := m.Run()
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(status)
}

// binary returns the path of the program.
func binary(b *testing.B) string {
	b.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "bulkpatch-bench-"); built.err != nil {
			return
		}
		if out, err := exec.Command("go", "build", "-o", built.dir, "bulkpatch/cmd/bulkpatch").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	fatal(b, built.err)
	return filepath.Join(built.dir, "bulkpatch")
}

// A server is a running bulkpatch serve.
type server struct {
	*client.Client
	base string
	cmd  *exec.Cmd
}

var listening = regexp.MustCompile(`http://\S+`)

// serve starts the program on a database, with more flags.
func serve(b *testing.B, binary, db, redis string, flags ...string) *server {
	b.Helper()
	cmd := exec.Command(binary, append([]string{"serve", "--db", db, "--redis", redis, "--addr", "127.0.0.1:0", "--admin-key", adminKey, "--log-level", "warn"}, flags...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	fatal(b, err)
	fatal(b, cmd.Start())
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if base := listening.FindString(lines.Text()); base != "" {
			go io.Copy(io.Discard, out)
			c, err := client.New(base, adminKey)
			fatal(b, err)
			return &server{c, base, cmd}
		}
	}
	b.Fatal("the server ended before it listened")
	return nil
}

// stop sends SIGTERM to the program and waits for its end.
func (s *server) stop(b *testing.B) {
	b.Helper()
	fatal(b, s.cmd.Process.Signal(syscall.SIGTERM))
	fatal(b, s.cmd.Wait())
}

// peak returns the most memory, in bytes, that the program has used since the
// last reset.
func (s *server) peak(b *testing.B) int64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	fatal(b, err)
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kB, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			fatal(b, err)
			return kB << 10
		}
	}
	b.Fatal("the kernel does not say how much memory a process held")
	return 0
}

// A stock is the records that a database has at the beginning.
type stock struct {
	model string
	n     int
	lines func() io.Reader
}

// desks is a stock of n customers of the model desk.
func desks(n int) stock {
	return stock{"desk", n, func() io.Reader { return sample.DeskReader(1, n) }}
}

// imported returns a database file with customers that were imported over HTTP.
func imported(b *testing.B, binary string, of stock) string {
	b.Helper()
	db := filepath.Join(b.TempDir(), "customers.db")
	fill(b, binary, "sqlite://"+db, of)
	return db
}

// fill imports customers into a database over HTTP.
func fill(b *testing.B, binary, db string, of stock) {
	b.Helper()
	s := serve(b, binary, db, "embedded")
	began := time.Now()
	report, err := s.Import(b.Context(), of.model, "application/x-ndjson", of.lines())
	fatal(b, err)
	if report.Inserted != int64(of.n) {
		b.Fatalf("the import took %+v", report)
	}
	b.Logf("imported %d customers at %.0f/s; the process held at most %d MiB", of.n, float64(of.n)/time.Since(began).Seconds(), s.peak(b)>>20)
	s.stop(b)
}

func fatal(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func copied(b *testing.B, path string) string {
	b.Helper()
	in, err := os.Open(path)
	fatal(b, err)
	defer in.Close()
	out, err := os.Create(filepath.Join(b.TempDir(), "copy.db"))
	fatal(b, err)
	_, err = io.Copy(out, in)
	fatal(b, errors.Join(err, out.Sync(), out.Close()))
	return out.Name()
}

// checkpoint copies the whole write-ahead log into the database file.
func checkpoint(b *testing.B, path string) {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_busy_timeout=10000")
	fatal(b, err)
	defer db.Close()
	_, err = db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	fatal(b, err)
}

// BenchmarkWholeJob sends a filtered bulk update of one field by PATCH to the
// running program and waits until the job has succeeded; right before that it
// runs the bare UPDATE with the same stamps, in one transaction, on a copy of
// the file. Both are timed through a final checkpoint. x-of-bare is the ratio
// of their rates.
func BenchmarkWholeJob(b *testing.B) {
	program := binary(b)
	base := imported(b, program, desks(*records))
	var ours, bare time.Duration
	var rows int64
	for b.Loop() {
		b.StopTimer()
		n, took := bareUpdate(b, copied(b, base))
		bare += took
		db := copied(b, base)
		s := serve(b, program, "sqlite://"+db, "embedded")
		b.StartTimer()
		updated, took := wholeJob(b, s, func() { checkpoint(b, db) })
		b.StopTimer()
		ours += took
		rows += updated
		s.stop(b)
		if updated != n {
			b.Fatalf("the job updated %d records and the bare statement %d", updated, n)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(rows)/ours.Seconds(), "records/s")
	b.ReportMetric(bare.Seconds()/ours.Seconds(), "x-of-bare")
}

func bareUpdate(b *testing.B, path string) (int64, time.Duration) {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_journal_mode=WAL&_synchronous=FULL&_cache_size=-65536")
	fatal(b, err)
	defer db.Close()
	db.SetMaxOpenConns(1)
	began := time.Now()
	r, err := db.Exec(`UPDATE c_desk SET f_jobTitle = 'Lead', version = version + 1, updated_at = 1, last_job = 1 WHERE ` + where)
	fatal(b, err)
	_, err = db.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	fatal(b, err)
	took := time.Since(began)
	n, err := r.RowsAffected()
	fatal(b, err)
	return n, took
}

func wholeJob(b *testing.B, s *server, checkpoint func()) (int64, time.Duration) {
	b.Helper()
	began := time.Now()
	j, err := s.SubmitBulk(b.Context(), "desk", raw(filterText), raw(`{"jobTitle": "Lead"}`), client.Options{})
	fatal(b, err)
	j, err = s.Wait(b.Context(), j.ID, nil)
	fatal(b, err)
	checkpoint()
	took := time.Since(began)
	if j.State != "succeeded" {
		b.Fatalf("the job ended as %s", j.State)
	}
	return j.Counts.Updated, took
}

// BenchmarkMemory compares the most memory that the program uses for a job over
// 10,000 customers and for one over half of all customers.
func BenchmarkMemory(b *testing.B) {
	program := binary(b)
	base := imported(b, program, desks(*records))
	var grown int64
	for b.Loop() {
		s := serve(b, program, "sqlite://"+copied(b, base), "embedded")
		_, err := s.SubmitBulk(b.Context(), "desk", raw(`{"id": {"$lte": 10000}}`), raw(`{"jobTitle": "Warm"}`), client.Options{})
		fatal(b, err)
		small := done(b, s, `{"id": {"$lte": 10000}}`, `{"jobTitle": "Small"}`)
		before := s.peak(b)
		large := done(b, s, filterText, `{"jobTitle": "Large"}`)
		grown = s.peak(b) - before
		if small == 0 || large == 0 {
			b.Fatal("a job updated nothing")
		}
		s.stop(b)
	}
	b.ReportMetric(float64(grown)/(1<<20), "MiB-grown")
}

func done(b *testing.B, s *server, filter, patch string) int64 {
	b.Helper()
	j, err := s.SubmitBulk(b.Context(), "desk", raw(filter), raw(patch), client.Options{})
	fatal(b, err)
	j, err = s.Wait(b.Context(), j.ID, nil)
	fatal(b, err)
	return j.Counts.Updated
}

// BenchmarkSinglePatch measures how long a patch of one record takes on an
// idle program, from the request until the answer says that it is applied, on
// the embedded Redis and on a real one. ms-median is the figure to read.
func BenchmarkSinglePatch(b *testing.B) {
	program := binary(b)
	for _, redis := range []string{"embedded", "redis-server"} {
		b.Run(redis, func(b *testing.B) {
			address := redis
			if redis == "redis-server" {
				address = redistest.Start(b).URL()
			}
			s := serve(b, program, "sqlite://"+filepath.Join(b.TempDir(), "one.db"), address)
			defer s.stop(b)
			_, err := s.CreateRecord(b.Context(), "desk", map[string]any{"id": 1})
			fatal(b, err)
			var took []time.Duration
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				_, err := s.UpdateRecord(b.Context(), "desk", "1", map[string]any{"firstName": fmt.Sprint("n", i)}, 0)
				fatal(b, err)
				took = append(took, time.Since(began))
			}
			b.ReportMetric(median(took).Seconds()*1e3, "ms-median")
		})
	}
}

func median(list []time.Duration) time.Duration {
	slices.Sort(list)
	return list[len(list)/2]
}

func raw(text string) json.RawMessage { return json.RawMessage(text) }
