package main

import (
	"archive/tar"
	"compress/gzip"
	"debug/buildinfo"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// largestProgram is how many bytes the stripped program may have. A release, which is
// linked statically, has about 0.6 MB more, and must stay below 45 MB (.ci/release).
const largestProgram = 44_400_000

func TestTheProgramStaysSmall(t *testing.T) {
	info, err := os.Stat(binary(t))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > largestProgram {
		t.Errorf("the stripped program has %d bytes", info.Size())
	}
}

// TestTheArchiveHasWhatBelongsToTheProgram packs the program as make release does.
// The archive must have documents, deployment files, and the license of each module
// that the linker has noted in the program.
func TestTheArchiveHasWhatBelongsToTheProgram(t *testing.T) {
	t.Parallel()
	program, folder := binary(t), t.TempDir()
	pack := exec.CommandContext(t.Context(), "../../.ci/pack", program, "bulkpatch_test", folder)
	if out, err := pack.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	texts := packed(t, filepath.Join(folder, "bulkpatch_test.tar.gz"), "bulkpatch_test/")
	for _, name := range []string{
		"bulkpatch", "LICENSE", "README.md", "CHANGELOG.md", "SECURITY.md", "docs/operations.md", "Dockerfile", "docker-compose.yml",
		"deploy/README.md", "deploy/systemd/bulkpatch@.service", "deploy/kubernetes/api.yaml",
	} {
		if texts[name] == "" {
			t.Errorf("it has no %s", name)
		}
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil || len(info.Deps) < 10 {
		t.Fatalf("%d modules are linked, %v", len(info.Deps), err)
	}
	parts := []string{"go", "glibc", "uplot"}
	for _, module := range info.Deps {
		parts = append(parts, module.Path+"@"+module.Version)
	}
	for _, part := range parts {
		if !hasLicense(texts, "licenses/"+part+"/") {
			t.Errorf("it has no license of %s", part)
		}
	}
}

// packed reads an archive: the text of each file by its name without the prefix.
// The files must be nobody's, and the program must be executable.
func packed(t *testing.T, archive, prefix string) map[string]string {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for r := tar.NewReader(unzipped); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(h.Name, prefix)
		texts[name] = string(text)
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || name == "bulkpatch" && h.Mode != 0o755 {
			t.Errorf("%s belongs to %d %q and has mode %o", h.Name, h.Uid, h.Uname, h.Mode)
		}
	}
}

// hasLicense reports whether a file of the folder reads like a license.
func hasLicense(texts map[string]string, folder string) bool {
	for name, text := range texts {
		if !strings.HasPrefix(name, folder) {
			continue
		}
		if text = strings.ToLower(text); strings.Contains(text, "copyright") && strings.Contains(text, "warrant") {
			return true
		}
	}
	return false
}
