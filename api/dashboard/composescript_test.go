package dashboard

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestComposerScripts has Node run testdata/compose against those scripts of the
// composer that do not touch the page: how pickers and the JSON of a filter become
// each other.
func TestComposerScripts(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatal("The composer's scripts are tested by Node 20 or later. On Debian and Ubuntu: apt-get install nodejs; .ci/test does that by itself.")
	}
	dir := t.TempDir()
	for _, from := range []string{"assets", filepath.Join("testdata", "compose")} {
		if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
	// Node takes the scripts for modules, as browsers do.
	if err := os.WriteFile(filepath.Join(dir, "package.json"), []byte(`{"type": "module"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, "--test", ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("node --test: %v\n%s", err, out)
	}
}
