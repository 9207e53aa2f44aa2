package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A goPackage is what go list says of one.
type goPackage struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Doc          string
}

const module = "bulkpatch"

// goList lists all packages of the module.
func goList(t *testing.T) []goPackage {
	t.Helper()
	list, err := listOnce()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// listOnce runs go list, which takes seconds, once for all tests.
var listOnce = sync.OnceValues(func() ([]goPackage, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports,Doc", module+"/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var list []goPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
})

// within reports whether an import path is the package or below it.
func within(path, parent string) bool {
	return path == parent || strings.HasPrefix(path, parent+"/")
}

// top returns the first folder of an import path of this module, and "" for
// other modules.
func top(path string) string {
	rest, ours := strings.CutPrefix(path, module+"/")
	if !ours {
		return ""
	}
	first, _, _ := strings.Cut(rest, "/")
	return first
}

// mayImport lists which other top-level folders each folder may import. The
// packages of the domain import only those below them. store, worker, webhook and api
// import the domain and never one another. cmd imports everything but bench,
// so that no code of the program comes from the benchmarks.
var mayImport = map[string][]string{
	"docs":   {},
	"model":  {},
	"auth":   {},
	"trace":  {},
	"filter": {"model"},
	"job":    {"auth", "filter", "model"},
	"store":  {"auth", "filter", "job", "model", "trace"},
	"worker": {"auth", "filter", "job", "model", "trace"},
	"api":    {"auth", "docs", "filter", "job", "model", "client", "trace"}, // the dashboard is a client of the API in the same process
	"client": {},
	"chaos":  {},
	"bench":  {"client", "model", "filter", "job", "auth", "store", "worker", "api"},
	"cmd":    {"client", "model", "filter", "job", "auth", "store", "worker", "webhook", "api", "trace"},

	"webhook": {"job", "trace"},
}

func TestPackagesOnlyReachDownwards(t *testing.T) {
	for _, p := range goList(t) {
		allowed, known := mayImport[top(p.ImportPath)]
		if !known {
			t.Errorf("%s is in a top-level folder that has no place in the design", p.ImportPath)
		}
		for _, i := range p.Imports {
			if to := top(i); to != "" && to != top(p.ImportPath) && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
		}
	}
}

// apart lists packages that may not import others of ours, though the folders
// they are in may.
var apart = map[string][]string{
	"store/sqldb": {"auth", "job", "store"}, // knows no job
}

// TestSomePackagesKnowLessThanTheirFolder lets a package that is listed import
// itself and what is below it.
func TestSomePackagesKnowLessThanTheirFolder(t *testing.T) {
	for _, p := range goList(t) {
		own := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, i := range p.Imports {
			for _, other := range apart[own] {
				if within(i, module+"/"+other) && !within(i, p.ImportPath) {
					t.Errorf("%s imports %s", p.ImportPath, i)
				}
			}
		}
	}
}

// TestTheChaosHarnessSharesNoCodeWithWhatItChecks allows package chaos to import
// the packages that start servers, and no other of ours.
func TestTheChaosHarnessSharesNoCodeWithWhatItChecks(t *testing.T) {
	for _, p := range goList(t) {
		if top(p.ImportPath) != "chaos" {
			continue
		}
		for _, i := range slices.Concat(p.TestImports, p.XTestImports) {
			if top(i) != "" && i != module+"/worker/redistest" && i != module+"/store/pgtest" {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
		}
	}
}

// homes lists where a library or part of the standard library may be used.
var homes = map[string][]string{
	"github.com/hibiken/asynq":        {"worker", "cmd"},
	"github.com/redis/go-redis/v9":    {"worker", "cmd"},
	"github.com/alicebob/miniredis":   {"cmd"},
	"github.com/alecthomas/kong":      {"cmd"},
	"github.com/mattn/go-sqlite3":     {"store/sqldb"},
	"github.com/jackc/pgx":            {"store/sqldb", "store/pgtest"},
	"github.com/jmoiron/sqlx":         {"store"},
	"github.com/pressly/goose":        {"store"},
	"github.com/brianvoe/gofakeit/v7": {"model/sample"},
	"go.opentelemetry.io/otel":        {"trace", "cmd"},
	"database/sql":                    {"store"},
	"github.com/yuin/goldmark":        {"api/handbook"},
	"encoding/csv":                    {"api/compat"}, // which reads lists of values; api/web writes CSV
	"net":                             {"api", "cmd", "client", "webhook", "store/sqldb", "store/pgtest", "worker/redistest"},
	"net/http":                        {"api", "cmd", "client", "webhook"},
	"os/exec":                         {"worker/redistest", "store/pgtest"},

	"github.com/standard-webhooks/standard-webhooks": {"webhook"},
}

// pure lists the packages that do no I/O, except that model may read files.
var pure = []string{"auth", "filter", "job", "model"}

// outside lists what such a package may not import.
var outside = []string{"net", "net/http", "os/exec", "database/sql", "log", "log/slog", "syscall"}

func TestEachTechnologyHasOneHome(t *testing.T) {
	for _, p := range goList(t) {
		for _, i := range p.Imports {
			for library, allowed := range homes {
				// net/url and the like are not the network.
				if i != library && (library == "net" || library == "net/http" || !within(i, library)) {
					continue
				}
				if !slices.ContainsFunc(allowed, func(a string) bool { return within(p.ImportPath, module+"/"+a) }) {
					t.Errorf("%s imports %s, whose home is %v", p.ImportPath, i, allowed)
				}
			}
		}
	}
}

func TestTheDomainDoesNoIO(t *testing.T) {
	for _, p := range goList(t) {
		if !slices.Contains(pure, top(p.ImportPath)) {
			continue
		}
		for _, i := range p.Imports {
			if slices.Contains(outside, i) || i == "os" && top(p.ImportPath) != "model" {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
		}
	}
}

func TestTheClientNeedsOnlyTheStandardLibrary(t *testing.T) {
	for _, p := range goList(t) {
		if p.ImportPath != module+"/client" {
			continue
		}
		for _, i := range p.Imports {
			if first, _, _ := strings.Cut(i, "/"); strings.Contains(first, ".") || top(i) != "" {
				t.Errorf("the client imports %s", i)
			}
		}
	}
}

func TestEveryPackageSaysWhatItOwns(t *testing.T) {
	for _, p := range goList(t) {
		if len(p.Doc) < 40 {
			t.Errorf("%s has no package comment to speak of", p.ImportPath)
		}
	}
}

// belowAPI lists what the packages below api may import of ours, beside the
// packages below it. They know nothing of its routes.
var belowAPI = map[string][]string{
	"api/web":       {"model"}, // knows no job
	"api/compat":    {"api/web", "filter", "model"},
	"api/dashboard": {"api/dashboard/words", "api/web", "auth", "client", "job"},

	"api/handbook": {"api/dashboard", "api/web", "docs"}, // knows no route and no model

	"api/dashboard/words": {"api/web", "client", "job"}, // knows no page and no visitor
}

func TestPackagesBelowTheAPIDoNotKnowIt(t *testing.T) {
	for _, p := range goList(t) {
		own := strings.TrimPrefix(p.ImportPath, module+"/")
		allowed, listed := belowAPI[own]
		for _, i := range p.Imports {
			if listed && top(i) != "" && !slices.ContainsFunc(allowed, func(a string) bool { return within(i, module+"/"+a) }) {
				t.Errorf("%s imports %s", own, i)
			}
		}
	}
}
