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

// shownIn lists the commands in the code blocks of a document, except those of the
// README's walk: TestTheREADMEsWalk runs that as a whole.
func shownIn(t *testing.T, name string) []string {
	t.Helper()
	var all []string
	text := strings.Replace(document(t, name), walk(t), "", 1)
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		for line := range strings.Lines(block[1]) {
			if line = strings.TrimSpace(line); line != "" {
				all = append(all, line)
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("%s shows no command", name)
	}
	return all
}

// elsewhere names, for each beginning of a command that TestTheDocumentsCommandsRun
// does not run, a file that runs such commands, or checks what they read, and a text
// that this file contains.
var elsewhere = map[string][2]string{
	"go run ./cmd/bulkpatch demo": {".ci/run", "go run ./cmd/bulkpatch demo"},
	".ci/test":                    {".ci/run", ".ci/test"},
	"make check":                  {".ci/run", "check fuzz bench"},
	"make fuzz":                   {".ci/run", "check fuzz bench"},
	"make bench":                  {".ci/run", "check fuzz bench"},
	"make build":                  {"cmd/bulkpatch/process_test.go", `"make", "--directory", "../..", "build"`},
	"go test":                     {".ci/test", "go test"},
	"BULKPATCH_SHOTS=shots go":    {"cmd/bulkpatch/browser_test.go", "BULKPATCH_SHOTS"},
	// There is no Docker here.
	"export POSTGRES_PASSWORD": {"cmd/bulkpatch/compose_test.go", "POSTGRES_PASSWORD"},
	"docker compose":           {"cmd/bulkpatch/compose_test.go", "docker-compose.yml"},
}

func doneElsewhere(command string) bool {
	for start := range elsewhere {
		if strings.HasPrefix(command, start) {
			return true
		}
	}
	return false
}

// TestWhatIsDoneElsewhereIsDone reads CONTRIBUTING.md too: nothing else runs its
// commands.
func TestWhatIsDoneElsewhereIsDone(t *testing.T) {
	for start, where := range elsewhere {
		if !strings.Contains(document(t, where[0]), where[1]) {
			t.Errorf("%s does not run %q", where[0], start)
		}
	}
	for _, command := range shownIn(t, "CONTRIBUTING.md") {
		if !doneElsewhere(command) {
			t.Errorf("nothing runs %q", command)
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
	for _, name := range []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/compat.md", "docs/guide.md", "docs/operations.md", "deploy/README.md", architecture} {
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
