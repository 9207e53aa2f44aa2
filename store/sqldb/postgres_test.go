package sqldb

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

func TestPostgreSQLsErrorsHaveTheirMeaning(t *testing.T) {
	code := func(c string) error { return fmt.Errorf("chunk: %w", &pgconn.PgError{Code: c}) }
	tests := map[string]struct {
		err  error
		want error // nil: left alone
	}{
		"a full disk":                          {code("53100"), ErrStorageFull},
		"too many connections":                 {code("53300"), ErrUnavailable},
		"a server that stops":                  {code("57P01"), ErrUnavailable},
		"a server that starts":                 {code("57P03"), ErrUnavailable},
		"a statement that took too long":       {code("57014"), ErrUnavailable},
		"a lock that took too long":            {code("55P03"), ErrUnavailable},
		"a session that stood still":           {code("25P03"), ErrUnavailable},
		"a server that only reads":             {code("25006"), ErrUnavailable},
		"races lost again and again":           {code("40001"), ErrUnavailable},
		"a disk that fails":                    {code("58030"), ErrUnavailable},
		"a session that could not begin":       {&pgconn.PgError{Code: "XX000", SeverityUnlocalized: "FATAL"}, ErrUnavailable},
		"an error of the server's own":         {code("XX000"), nil},
		"a connection that ended":              {fmt.Errorf("read: %w", io.ErrUnexpectedEOF), ErrUnavailable},
		"a unique value that is taken":         {code("23505"), nil},
		"a statement that is wrong":            {code("42601"), nil},
		"a caller who left":                    {context.Canceled, nil},
		"a caller whose time is up":            {context.DeadlineExceeded, nil},
		"what the store itself said":           {errors.New("another worker holds this work"), nil},
		"a transaction that was cut off by us": {fmt.Errorf("%w: %w", ErrUnavailable, context.DeadlineExceeded), ErrUnavailable},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := classifyPostgres(tt.err)
			if !errors.Is(got, tt.err) {
				t.Errorf("%v is no longer %v", got, tt.err)
			}
			for _, meaning := range []error{ErrStorageFull, ErrUnavailable} {
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
			if column, refused := PostgreSQL.Refusal(&tt.err); column != tt.column || refused != tt.refused {
				t.Errorf("%q, %v", column, refused)
			}
		})
	}
}

func TestAMergePatchBecomesOneExpression(t *testing.T) {
	db := openAt(t, pgtest.Database(t))
	defer db.Close()
	for _, target := range []string{`null`, `{}`, `[1]`, `"text"`, `{"a": 1, "x": {"y": {"z": 1}, "k": 2}}`, `{"x": 5, "0": [1]}`, `{"x": {"y": [1, 2]}}`} {
		for _, patch := range []string{`{}`, `{"a": null}`, `{"a": {"b": null, "c": 1}}`, `{"x": {"y": {"z": null, "?": "?"}}}`, `{"x": {"y": {}}, "0": {"1": [null]}}`, `{"x": null, "it's": {"\"": 1}}`} {
			expr, args := postgresMerge("t.v", []byte(patch))
			var got string
			must(t, db.Lookups.Get(&got, PostgreSQL.Rebind("SELECT "+expr+" FROM (SELECT CAST('"+target+"' AS jsonb) AS v) AS t"), args...))
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
