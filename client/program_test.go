package client_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestASeparateProgram builds the program in testdata/program, which is a module of its
// own that imports the client, and runs it against the server. The program's go.mod
// requires bulkpatch alone, and no module may be fetched: the client brings no other.
func TestASeparateProgram(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "program"))); err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	goCommand := func(args ...string) string {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	goCommand("mod", "edit", "-replace", "bulkpatch="+root)
	got := goCommand("run", ".")
	want := "previewed 3 of 3\npartially_succeeded: 1 updated, 2 failed\nmill-b: unique /global_name\nmill-c: unique /global_name\nretried: 1 updated, 1 failed\nundone: succeeded, 1 restored\n"
	if got != want {
		t.Errorf("it says\n%s\ninstead of\n%s", got, want)
	}
	modules := strings.Fields(goCommand("list", "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", "."))
	slices.Sort(modules)
	if modules = slices.Compact(modules); !slices.Equal(modules, []string{"bulkpatch", "example.com/program"}) {
		t.Errorf("it is built of the modules %q", modules)
	}
}
