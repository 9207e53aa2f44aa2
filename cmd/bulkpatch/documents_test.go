package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"bulkpatch/api"
	"bulkpatch/client"
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

// shownCommands lists the commands of the code blocks of the documents.
func shownCommands(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, name := range []string{"README.md", "docs/operations.md"} {
		before := len(all)
		for _, block := range shellBlock.FindAllStringSubmatch(document(t, name), -1) {
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

// proof says where the commands that begin so are run: a file, and what it
// says.
var proof = map[string][2]string{
	"go run ./cmd/bulkpatch demo": {".ci/run", "go run ./cmd/bulkpatch demo"},
	".ci/test":                    {".ci/run", ".ci/test"},
	"make check":                  {".ci/run", "make check"},
	"make race":                   {".ci/run", "go test -race"},
	"make bench":                  {".ci/run", "-bench ."},
	"make build":                  {"cmd/bulkpatch/process_test.go", `"build"`},
	"bin/bulkpatch serve":         {"cmd/bulkpatch/e2e_test.go", `"serve"`},
	"bin/bulkpatch api":           {"cmd/bulkpatch/e2e_test.go", `"api"`},
	"bin/bulkpatch worker":        {"cmd/bulkpatch/e2e_test.go", `"worker"`},
	"bin/bulkpatch import":        {"cmd/bulkpatch/transfer_test.go", `"import"`},
	"bin/bulkpatch export":        {"cmd/bulkpatch/transfer_test.go", `"export"`},
	"bin/bulkpatch key create":    {"cmd/bulkpatch/transfer_test.go", `"key", "create"`},
	"curl":                        {"cmd/bulkpatch/documents_test.go", "TestTheREADMEsCallsWork"},
	"POSTGRES_PASSWORD=choose-one docker compose": {"cmd/bulkpatch/documents_test.go", "docker-compose.yml"},
	"docker compose":        {"cmd/bulkpatch/documents_test.go", "docker-compose.yml"},
	"bin/bulkpatch migrate": {"cmd/bulkpatch/upgrade_test.go", `"migrate"`},
	"bin/bulkpatch copy":    {"cmd/bulkpatch/copy_test.go", `"copy"`},
	"sqlite3":               {"cmd/bulkpatch/operations_test.go", "VACUUM INTO"},
	"pg_dump":               {"cmd/bulkpatch/operations_test.go", `"--format", "custom", "--file"`},
	"pg_restore":            {"cmd/bulkpatch/operations_test.go", `"--no-owner", "--dbname"`},
	"go test":               {".ci/run", "go test"},
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
		if _, err := parse(words(args), &app{out: &strings.Builder{}, err: &strings.Builder{}}, func(int) {}); err != nil {
			t.Errorf("%s: %v", command, err)
		}
	}
}

func TestTheREADMEsCallsWork(t *testing.T) {
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t))
	c := p.client(t, p.firstKey)
	load(t, c, 20)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, c, j.ID)
	fill := strings.NewReplacer("http://127.0.0.1:8080", p.base, "$KEY", p.firstKey, "$JOB", j.ID)
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

// checkCurl makes the call that curl would make.
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

// words splits a command line as a shell does, where no word has both kinds of
// quotes.
func words(line string) []string {
	var list []string
	for _, m := range regexp.MustCompile(`'([^']*)'|"([^"]*)"|(\S+)`).FindAllStringSubmatch(line, -1) {
		list = append(list, m[1]+m[2]+m[3])
	}
	return list
}

var localLink = regexp.MustCompile(`\]\(([^)]+)\)`)

// TestTheDocumentNamesEverySurface looks for the paths of each shipped model.
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
	for _, name := range []string{"README.md", "CHANGELOG.md", "docs/compat.md", "docs/operations.md"} {
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
	readme := document(t, "README.md")
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && e.Name() != "bin" && !strings.Contains(readme, "]("+e.Name()) {
			t.Errorf("the README's map has no %s", e.Name())
		}
	}
}

func TestTheContainersSettingsAreOnesTheProgramKnows(t *testing.T) {
	var compose struct {
		Services map[string]struct {
			Command     []string
			Environment map[string]string
		}
	}
	if err := yaml.Unmarshal([]byte(document(t, "docker-compose.yml")), &compose); err != nil {
		t.Fatal(err)
	}
	image := regexp.MustCompile(`BULKPATCH_[A-Z_]+`).FindAllString(document(t, "Dockerfile"), -1)
	for name, command := range map[string]string{"api1": "api", "api2": "api", "worker": "worker"} {
		service := compose.Services[name]
		if !slices.Equal(service.Command, []string{command}) {
			t.Fatalf("service %s runs %v", name, service.Command)
		}
		_, help, _ := call(t, command, "--help")
		for variable := range service.Environment {
			if !strings.Contains(help, "$"+variable) {
				t.Errorf("%s knows no %s", name, variable)
			}
		}
	}
	_, help, _ := call(t, "serve", "--help")
	for _, variable := range image {
		if !strings.Contains(help, "$"+variable) {
			t.Errorf("serve knows no %s", variable)
		}
	}
	if postgres := strings.Join(compose.Services["postgres"].Command, " "); !strings.Contains(postgres, "max_connections=200") {
		t.Errorf("PostgreSQL is started by %s", postgres)
	}
	if redis := strings.Join(compose.Services["redis"].Command, " "); !strings.Contains(redis, "noeviction") || !strings.Contains(redis, "--appendonly yes") {
		t.Errorf("Redis is started by %s", redis)
	}
}
