package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/model"
)

// document reads a file of the project's root.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// shownCommands lists the commands in the code blocks of the documents, except
// those of the README's walk: TestTheREADMEsWalk runs that as a whole.
func shownCommands(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, name := range []string{"README.md", "docs/operations.md", "CONTRIBUTING.md"} {
		before := len(all)
		text := strings.Replace(document(t, name), walk(t), "", 1)
		for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
			for line := range strings.Lines(block[1]) {
				if line = strings.TrimSpace(line); line != "" {
					all = append(all, line)
				}
			}
		}
		if len(all) == before {
			t.Fatalf("%s shows no command", name)
		}
	}
	return all
}

// proof names, for each beginning of a command, a file that runs such commands
// and a text that this file contains.
var proof = map[string][2]string{
	"go run ./cmd/bulkpatch demo": {".ci/run", "go run ./cmd/bulkpatch demo"},
	".ci/test":                    {".ci/run", ".ci/test"},
	"make check":                  {".ci/run", "make check"},
	"make fuzz":                   {".ci/run", "make fuzz"},
	"make bench":                  {".ci/run", "make bench"},
	"make build":                  {"cmd/bulkpatch/process_test.go", `"build"`},
	"bin/bulkpatch serve":         {"cmd/bulkpatch/e2e_test.go", `"serve"`},
	"bin/bulkpatch api":           {"cmd/bulkpatch/e2e_test.go", `"api"`},
	"bin/bulkpatch worker":        {"cmd/bulkpatch/e2e_test.go", `"worker"`},
	"bin/bulkpatch import":        {"cmd/bulkpatch/transfer_test.go", `"import"`},
	"bin/bulkpatch export":        {"cmd/bulkpatch/transfer_test.go", `"export"`},
	"bin/bulkpatch brake on":      {"cmd/bulkpatch/brake_test.go", `"brake", "on"`},
	"bin/bulkpatch brake off":     {"cmd/bulkpatch/brake_test.go", `"brake off"`},
	"bin/bulkpatch key create":    {"cmd/bulkpatch/transfer_test.go", `"key", "create"`},
	"bin/bulkpatch key rotate":    {"cmd/bulkpatch/transfer_test.go", `"key", "rotate"`},
	"bin/bulkpatch audit":         {"cmd/bulkpatch/audit_test.go", `"audit"`},
	"curl":                        {"cmd/bulkpatch/readme_test.go", "func TestTheREADMEsCallsWork"},
	"export POSTGRES_PASSWORD":    {"cmd/bulkpatch/compose_test.go", "POSTGRES_PASSWORD"},
	"docker compose":              {"cmd/bulkpatch/compose_test.go", "docker-compose.yml"},
	"createdb":                    {"cmd/bulkpatch/operations_test.go", `"--encoding", "UTF8"`},
	"bin/bulkpatch migrate":       {"cmd/bulkpatch/upgrade_test.go", `"migrate"`},
	"bin/bulkpatch copy":          {"cmd/bulkpatch/copy_test.go", `"copy"`},
	"sqlite3":                     {"cmd/bulkpatch/operations_test.go", "VACUUM INTO"},
	"pg_dump":                     {"cmd/bulkpatch/operations_test.go", `"--format", "custom", "--file"`},
	"pg_restore":                  {"cmd/bulkpatch/operations_test.go", `"--no-owner", "--dbname"`},
	"go test":                     {".ci/test", "go test"},
}

func TestEveryCommandOfTheDocumentsIsRunSomewhere(t *testing.T) {
	for _, command := range shownCommands(t) {
		found := false
		for start, where := range proof {
			if strings.HasPrefix(command, start) {
				found = strings.Contains(document(t, where[0]), where[1])
				break
			}
		}
		if !found {
			t.Errorf("nothing runs %q", command)
		}
	}
}

func TestTheDocumentsFlagsExist(t *testing.T) {
	for _, command := range shownCommands(t) {
		args, ours := strings.CutPrefix(command, "bin/bulkpatch ")
		if !ours {
			continue
		}
		_, line, err := parse(words(args), &app{out: &strings.Builder{}, err: &strings.Builder{}}, func(int) {})
		if err != nil || len(line.faults) > 0 {
			t.Errorf("%s: %v %q", command, err, line.faults)
		}
	}
}

var localLink = regexp.MustCompile(`\]\(([^)]+)\)`)

// TestTheDocumentNamesEverySurface searches docs/compat.md for the paths of each
// shipped model.
func TestTheDocumentNamesEverySurface(t *testing.T) {
	text := document(t, "docs/compat.md")
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil || len(surfaces) != 5 {
		t.Fatalf("%d surfaces, %v", len(surfaces), err)
	}
	for _, s := range surfaces {
		if base, _ := s.Model.Vendor["base"].(string); !strings.Contains(text, "`"+base) {
			t.Errorf("it does not name %s of %s", base, s.Model.Name)
		}
	}
}

func TestTheDocumentsLinksLeadSomewhere(t *testing.T) {
	for _, name := range []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/compat.md", "docs/operations.md", architecture} {
		for _, link := range localLink.FindAllStringSubmatch(document(t, name), -1) {
			if strings.HasPrefix(link[1], "https://") {
				continue
			}
			path, _, _ := strings.Cut(link[1], "#")
			if _, err := os.Stat(filepath.Join("../..", filepath.Dir(name), path)); err != nil {
				t.Errorf("%s links to %s: %v", name, link[1], err)
			}
		}
	}
}

func TestEveryTopLevelFolderIsInTheREADMEsMap(t *testing.T) {
	readme, ignored := document(t, "README.md"), document(t, ".gitignore")
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		made := strings.HasPrefix(e.Name(), ".") || strings.Contains(ignored, "\n/"+e.Name()+"/\n")
		if e.IsDir() && !made && !strings.Contains(readme, "]("+e.Name()) {
			t.Errorf("the README's map has no %s", e.Name())
		}
	}
}
