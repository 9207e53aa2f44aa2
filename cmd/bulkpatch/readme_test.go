package main

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestTheREADMEsMapLinksEveryPackage looks for a link to each folder with Go code,
// except those that only help tests.
func TestTheREADMEsMapLinksEveryPackage(t *testing.T) {
	readme := document(t, "README.md")
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(folder string, e fs.DirEntry, err error) error {
		if err != nil || !e.IsDir() {
			return err
		}
		if strings.HasPrefix(e.Name(), ".") && folder != "." || e.Name() == "testdata" {
			return fs.SkipDir
		}
		code, err := fs.Glob(root, folder+"/*.go")
		if len(code) > 0 && !strings.HasSuffix(folder, "test") && !strings.Contains(readme, "]("+folder+")") {
			t.Errorf("the map has no link to %s", folder)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// shellWords splits a command line as a shell does. It does not know words that
// contain both types of quotes.
func shellWords(line string) []string {
	var list []string
	for _, m := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		list = append(list, m[1]+m[2]+m[3])
	}
	return list
}
