//go:build !race

package main

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// walks names the site that each file of testdata/browser walks through. Each file has
// a copy of its own, so its walks may change what they like.
var walks = map[string]siteKind{
	"admin.test.mjs":     fullSite,
	"compose.test.mjs":   fullSite,
	"big.test.mjs":       bigSite,
	"customers.test.mjs": fullSite,
	"docs.test.mjs":      emptySite,
	"down.test.mjs":      downSite,
	"empty.test.mjs":     emptySite,
	"files.test.mjs":     fullSite,
	"joblists.test.mjs":  fullSite,
	"jobpages.test.mjs":  fullSite,
	"jobs.test.mjs":      fullSite,
	"keyboard.test.mjs":  bigSite,
	"live.test.mjs":      emptySite,
	"livejob.test.mjs":   fullSite,
	"pages.test.mjs":     fullSite,
	"phone.test.mjs":     fullSite,
	"rolepages.test.mjs": fullSite,
	"roles.test.mjs":     fullSite,
	"shell.test.mjs":     fullSite,
	"signin.test.mjs":    emptySite,
	"watch.test.mjs":     emptySite,
	"webhooks.test.mjs":  emptySite,
}

// TestTheDashboardInABrowser has Chromium walk through the dashboard of the running
// program, as the scripts in testdata/browser say. What they import comes from the npm
// registry, in the versions that the lock beside them names; npm keeps what it has
// once fetched. The scripts leave pictures in the folder BULKPATCH_SHOTS, if it is named,
// and those of walks that failed in shots/failed.
func TestTheDashboardInABrowser(t *testing.T) {
	scripts := browserScripts(t)
	found, err := filepath.Glob(filepath.Join(scripts, "*.test.mjs"))
	if err != nil || len(found) != len(walks) {
		t.Fatalf("there are %d files of walks, %v; list each in walks, with the site that it needs", len(found), err)
	}
	sites := map[siteKind]site{}
	folder := t.TempDir()         // kept until all walks have ended
	two := make(chan struct{}, 2) // a browser uses several processors
	for _, file := range slices.Sorted(maps.Keys(walks)) {
		t.Run(strings.TrimSuffix(file, ".test.mjs"), func(t *testing.T) {
			kind := walks[file]
			if _, ok := sites[kind]; !ok {
				sites[kind] = fillings[kind](t, filepath.Join(folder, string(kind)+".db"))
			}
			s := sites[kind]
			t.Parallel()
			two <- struct{}{}
			defer func() { <-two }()
			walkThrough(t, scripts, file, s.again(t))
		})
	}
}

// browserScripts returns a folder with the scripts and what they import. It fails if
// a program is missing.
func browserScripts(t *testing.T) string {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("To walk through the dashboard, tests need %s (Node 20 or later). On Debian and Ubuntu: apt-get install nodejs npm; .ci/test does that by itself.", program)
		}
	}
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("testdata", "browser"))); err != nil {
		t.Fatal(err)
	}
	if out, err := inScripts(t, dir, nil, "npm", "ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"); err != nil {
		t.Fatalf("npm ci: %v; what testdata/browser/package-lock.json names must be in npm's cache, or its registry within reach\n%s", err, out)
	}
	return dir
}

// walkThrough lets a script walk through a site.
func walkThrough(t *testing.T, scripts, file string, s site) {
	t.Helper()
	described, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	chromium, err := exec.LookPath("chromium-headless-shell") // takes a third less of the processors
	if err != nil {
		chromium, err = exec.LookPath("chromium")
	}
	if err != nil {
		t.Fatal("To walk through the dashboard, tests need Chromium. On Debian: apt-get install chromium-headless-shell; .ci/test does that by itself.")
	}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	shots := os.Getenv("BULKPATCH_SHOTS")
	if shots != "" && !filepath.IsAbs(shots) {
		shots = filepath.Join(root, shots)
	}
	env := []string{
		"BULKPATCH_SITE=" + string(described), "BULKPATCH_CHROMIUM=" + chromium,
		"BULKPATCH_SHOTS=" + shots, "BULKPATCH_FAILED=" + filepath.Join(root, "shots", "failed"),
	}
	if out, err := inScripts(t, scripts, env, "node", "--test", "--test-reporter=spec", file); err != nil {
		t.Errorf("%v, after these steps:\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
