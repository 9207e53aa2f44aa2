package main

import (
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"bulkpatch/client"
)

// TestTheREADMEsCallsWork imports customers, creates a key and makes each call as
// the README shows it, with that key.
func TestTheREADMEsCallsWork(t *testing.T) {
	t.Parallel()
	db := database(t)
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db)
	here := strings.NewReplacer("sqlite:///var/lib/bulkpatch/bulkpatch.db", db, "customers.ndjson", sampleFile(t, 20))
	key := ""
	for _, command := range shownCommands(t) {
		args, _ := strings.CutPrefix(command, "bin/bulkpatch ")
		switch {
		case strings.HasPrefix(args, "import"):
			must(t, words(here.Replace(args))...)
		case strings.HasPrefix(args, "key create"):
			key = strings.TrimSpace(must(t, words(here.Replace(args))...))
		}
	}
	c := p.client(t, key)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, c, j.ID)
	fill := strings.NewReplacer("http://127.0.0.1:8080", p.base, "$KEY", key, "$JOB", j.ID)
	calls := 0
	for _, command := range shownCommands(t) {
		if args, ok := strings.CutPrefix(command, "curl "); ok {
			calls++
			checkCurl(t, words(fill.Replace(args)))
		}
	}
	if calls == 0 {
		t.Error("the README shows no call")
	}
}

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

// checkCurl makes the call that curl would make with these arguments, and fails
// the test if the answer is an error.
func checkCurl(t *testing.T, args []string) {
	t.Helper()
	method, body, header, address := http.MethodGet, "", http.Header{}, ""
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "-s":
		case "-X", "-H", "-d":
			flag := args[i]
			i++
			switch flag {
			case "-X":
				method = args[i]
			case "-d":
				body = args[i]
				if header.Get("Content-Type") == "" { // as curl does
					header.Set("Content-Type", "application/x-www-form-urlencoded")
				}
			default:
				name, value, _ := strings.Cut(args[i], ": ")
				header.Set(name, value)
			}
		default:
			address = args[i]
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 300 {
		t.Errorf("%s %s: %s", method, address, resp.Status)
	}
}

// words splits a command line as a shell does. It does not know words that
// contain both types of quotes.
func words(line string) []string {
	var list []string
	for _, m := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		list = append(list, m[1]+m[2]+m[3])
	}
	return list
}
