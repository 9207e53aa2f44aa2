package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

func TestPostgreSQLsErrorsHaveTheirMeaning(t *testing.T) {
	code := func(c string) error { return fmt.Errorf("chunk: %w", &pgconn.PgError{Code: c}) }
	tests := map[string]struct {
		err  error
		want error // nil: left alone
	}{
		"a full disk":                          {code("53100"), job.ErrStorageFull},
		"too many connections":                 {code("53300"), job.ErrUnavailable},
		"a server that stops":                  {code("57P01"), job.ErrUnavailable},
		"a server that starts":                 {code("57P03"), job.ErrUnavailable},
		"a statement that took too long":       {code("57014"), job.ErrUnavailable},
		"a lock that took too long":            {code("55P03"), job.ErrUnavailable},
		"a session that stood still":           {code("25P03"), job.ErrUnavailable},
		"a server that only reads":             {code("25006"), job.ErrUnavailable},
		"races lost again and again":           {code("40001"), job.ErrUnavailable},
		"a disk that fails":                    {code("58030"), job.ErrUnavailable},
		"a connection that ended":              {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), job.ErrUnavailable},
		"a unique value that is taken":         {code("23505"), nil},
		"a statement that is wrong":            {code("42601"), nil},
		"a caller who left":                    {context.Canceled, nil},
		"a caller whose time is up":            {context.DeadlineExceeded, nil},
		"what the store itself said":           {job.ErrLeaseLost, nil},
		"a transaction that was cut off by us": {fmt.Errorf("%w: %w", job.ErrUnavailable, context.DeadlineExceeded), job.ErrUnavailable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := classifyPostgres(tt.err)
			if !errors.Is(got, tt.err) {
				t.Errorf("%v is no longer %v", got, tt.err)
			}
			for _, meaning := range []error{job.ErrStorageFull, job.ErrUnavailable} {
				if errors.Is(got, meaning) != (meaning == tt.want) {
					t.Errorf("%v and %v", got, meaning)
				}
			}
		})
	}
}

func TestARefusalNamesTheColumn(t *testing.T) {
	tests := map[string]struct {
		err     pgconn.PgError
		column  string
		refused bool
	}{
		"a plain name":      {pgconn.PgError{Code: "23505", Detail: "Key (workspace, f_domain)=(1, a (b)=(c) already exists."}, "f_domain", true},
		"a quoted one":      {pgconn.PgError{Code: "23505", Detail: `Key (workspace, "f_jobTitle")=(1, x) is duplicated.`}, "f_jobTitle", true},
		"another language":  {pgconn.PgError{Code: "23505", Detail: `Schlüssel »(workspace, f_domain)=(1, x)« existiert bereits.`}, "f_domain", true},
		"no detail":         {pgconn.PgError{Code: "23505"}, "", true},
		"a number too high": {pgconn.PgError{Code: "22003"}, "", true},
		"a lost connection": {pgconn.PgError{Code: "08006"}, "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if column, refused := postgresDialect.Refusal(&tt.err); column != tt.column || refused != tt.refused {
				t.Errorf("%q, %v", column, refused)
			}
		})
	}
}

// TestAProcessThatStandsStillGivesItsLocksBack stops in the midst of a
// transaction that has locked a job, and cancels the job from another process.
func TestAProcessThatStandsStillGivesItsLocksBack(t *testing.T) {
	address := pgtest.Database(t)
	zombie := openPlain(t, address+"&idle_in_transaction_session_timeout=300")
	other := openPlain(t, address)
	must(t, zombie.Migrate(t.Context()))
	_, _, err := zombie.Bootstrap(t.Context(), "")
	must(t, err)
	ws := auth.Workspace{ID: 1, Name: auth.MainWorkspace}
	desk, _ := model.Shipped().Model("desk")
	f, _ := filter.New([]byte(`{"id": 1}`), desk, filter.Native)
	p, _ := desk.CheckPatch([]byte(`{"jobTitle": "x"}`), model.PatchOptions{})
	j, _, err := zombie.Submit(t.Context(), job.Submission{Kind: job.Bulk, Workspace: ws, Model: desk, Filter: f, Patch: p})
	must(t, err)

	locked, awake, end := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		end <- zombie.inTx(t.Context(), func(t *tx) error {
			if _, err := t.lockJob(job.Ref{Workspace: ws.ID, Job: j.Num}); err != nil {
				return err
			}
			close(locked)
			<-awake
			return t.setState(job.Ref{Workspace: ws.ID, Job: j.Num}, j.ID, job.Running, "")
		})
	}()
	<-locked
	j, err = other.Act(t.Context(), ws, j.ID, job.Cancel, "key:test")
	must(t, err)
	close(awake)
	if err := <-end; !errors.Is(err, job.ErrUnavailable) {
		t.Errorf("what stood still ended with %v", err)
	}
	j, err = zombie.Job(t.Context(), ws, j.ID)
	must(t, err)
	if j.State != job.Cancelled {
		t.Errorf("the job is %s", j.State)
	}
}

func openPlain(t *testing.T, address string) *Store {
	t.Helper()
	s, err := Open(t.Context(), address, Options{Models: model.Shipped()})
	must(t, err)
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func TestAMergePatchBecomesOneExpression(t *testing.T) {
	db := openPlain(t, pgtest.Database(t)).read
	for _, target := range []string{`null`, `{}`, `[1]`, `"text"`, `{"a": 1, "x": {"y": {"z": 1}, "k": 2}}`, `{"x": 5, "0": [1]}`, `{"x": {"y": [1, 2]}}`} {
		for _, patch := range []string{`{}`, `{"a": null}`, `{"a": {"b": null, "c": 1}}`, `{"x": {"y": {"z": null, "?": "?"}}}`, `{"x": {"y": {}}, "0": {"1": [null]}}`, `{"x": null, "it's": {"\"": 1}}`} {
			expr, args := postgresMerge("t.v", []byte(patch))
			var got string
			must(t, db.Get(&got, postgresDialect.Rebind("SELECT "+expr+" FROM (SELECT CAST('"+target+"' AS jsonb) AS v) AS t"), args...))
			canonical, err := model.Canonical([]byte(got))
			must(t, err)
			before, err := model.Canonical([]byte(target))
			must(t, err)
			merge, err := model.Canonical([]byte(patch))
			must(t, err)
			if want := string(model.MergeJSON(before, merge)); string(canonical) != want {
				t.Errorf("%s merged into %s is %s, not %s", patch, target, canonical, want)
			}
		}
	}
}
