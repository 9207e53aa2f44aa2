//go:build !race

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestATypeScriptProgram has openapi-typescript generate types from the running server's
// document, type-checks testdata/typescript/program.ts on them, and runs it against the
// server. The packages come from the npm registry, in the versions that the lock names.
func TestATypeScriptProgram(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("The TypeScript program needs %s (Node 20 or later). On Debian and Ubuntu: apt-get install nodejs npm; .ci/test does that by itself.", program)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "typescript"))); err != nil {
		t.Fatal(err)
	}
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--redis", "embedded")
	env := []string{"BULKPATCH_SERVER=" + p.base, "BULKPATCH_KEY=" + p.firstKey}
	for _, command := range []string{
		"npm ci --prefer-offline",
		"npx openapi-typescript " + p.base + "/openapi.json --output api.d.ts",
		"npx tsc",
		"node built/program.js",
	} {
		args := strings.Fields(command)
		if out, err := inScripts(t, dir, env, args[0], args[1:]...); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
}
