package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

// call runs a command to its end and returns its exit status and what it
// wrote.
func call(t *testing.T, args ...string) (status int, out, complaint string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), args, &app{in: strings.NewReader(""), out: &stdout, err: &stderr})
	return status, stdout.String(), stderr.String()
}

func TestABadStartNamesEveryFaultAtOnce(t *testing.T) {
	status, out, complaint := call(t, "serve", "--addr", "nowhere", "--db", "mysql://u:secretword@h/d",
		"--redis", "redis://:secretword@h:1/x", "--models", "/no/such/folder", "--retention", "soon",
		"--undo-retention", "0d", "--tombstones", "never", "--shutdown-delay", "soon", "--concurrency", "0", "--chunk", "many", "--log-format", "xml", "--log-level", "loud",
		"--admin-key", "a b", "--max-body", "1GiB", "--max-file", "2GiB", "--max-open-jobs", "0", "--csv-safe=maybe",
		"--rate", "many", "--tls-cert", "/no/such/file", "--trusted-proxies", "nowhere", "--cors-origins", "nowhere",
		"--environment", "line\nline", "--trace-endpoint", "collector:4318")
	if status != exitUsage || out != "" {
		t.Errorf("status %d, output %q", status, out)
	}
	for _, flag := range []string{"--addr", "--db", "--redis", "--models", "--retention", "--undo-retention", "--tombstones", "--shutdown-delay",
		"--concurrency", "--chunk", "--log-format", "--log-level", "--admin-key", "--max-body", "--max-file", "--max-open-jobs", "--csv-safe",
		"--rate", "--tls-key", "--trusted-proxies", "--cors-origins", "--environment", "--trace-endpoint"} {
		if strings.Count(complaint, "bulkpatch: "+flag+" ") != 1 {
			t.Errorf("%s is not named once in:\n%s", flag, complaint)
		}
	}
	if strings.Contains(complaint, "secretword") {
		t.Errorf("a password is shown:\n%s", complaint)
	}
}

func TestTheEnvironmentSetsFlagsAndIsCheckedAsThey(t *testing.T) {
	t.Setenv("BULKPATCH_ADDR", "9:9:9")
	t.Setenv("BULKPATCH_CHUNK", "70000")
	t.Setenv("BULKPATCH_REDIS", "http://h")
	t.Setenv("BULKPATCH_UNDO_RETENTION", "-1h")
	t.Setenv("BULKPATCH_CSV_SAFE", "maybe")
	_, _, complaint := call(t, "serve")
	for _, name := range []string{"BULKPATCH_ADDR (--addr)", "BULKPATCH_CHUNK (--chunk)", "BULKPATCH_REDIS (--redis)", "BULKPATCH_UNDO_RETENTION (--undo-retention)", "BULKPATCH_CSV_SAFE (--csv-safe)"} {
		if !strings.Contains(complaint, "bulkpatch: "+name+" ") {
			t.Errorf("%s is not named in:\n%s", name, complaint)
		}
	}
}

func TestTheEmbeddedRedisIsForOneProcess(t *testing.T) {
	for _, command := range []string{"api", "worker"} {
		status, _, complaint := call(t, command, "--redis", "embedded")
		if status != exitUsage || !strings.Contains(complaint, "--redis must name a Redis that the other processes reach too") {
			t.Errorf("%s ended with %d and said %q", command, status, complaint)
		}
	}
}

func TestSettingsThatThisVersionDoesNotServeSaySo(t *testing.T) {
	tests := map[string][]string{
		"--db must be sqlite://PATH or postgres:": {"--db", "mysql://u:p@h/d"},
		"--db must look like postgres://USER:":    {"--db", "postgres://u:secretword@h:port/d"},
		"must be embedded, redis://HOST:PORT, ":   {"--redis", "memory"},
	}
	for want, flags := range tests {
		if _, _, complaint := call(t, append([]string{"serve"}, flags...)...); !strings.Contains(complaint, want) {
			t.Errorf("%v: %q", flags, complaint)
		}
	}
}

func TestDurationsTakeDays(t *testing.T) {
	tests := map[string]struct {
		text string
		want time.Duration // 0: refused
	}{
		"days":               {"30d", 30 * 24 * time.Hour},
		"days and hours":     {"1d12h", 36 * time.Hour},
		"no day, but hours":  {"0d1h", time.Hour},
		"hours":              {"36h", 36 * time.Hour},
		"seconds":            {"90s", 90 * time.Second},
		"nothing":            {"", 0},
		"zero":               {"0s", 0},
		"zero days":          {"0d", 0},
		"below zero":         {"-1h", 0},
		"days less hours":    {"1d-2h", 0},
		"a number alone":     {"30", 0},
		"half a day":         {"1.5d", 0},
		"words":              {"soon", 0},
		"over the calendar":  {"40000d", 0},
		"over an integer":    {"99999999999999999999d", 0},
		"hours over a limit": {"999999h", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := parseDuration(tt.text)
			if got != tt.want || (err == nil) != (tt.want > 0) {
				t.Errorf("got %v, error %v", got, err)
			}
		})
	}
}

func TestSizesAreBytesOrInUnits(t *testing.T) {
	for text, want := range map[string]int64{"65536": 65536, "64KiB": 65536, "2MiB": 2 << 20, "1GiB": 1 << 30, "1 MiB": 1 << 20} {
		if got, ok := parseSize(text); !ok || got != want || text != "65536" && text != "1 MiB" && sizeText(got) != text {
			t.Errorf("%q is %d, written as %q", text, got, sizeText(got))
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5MiB", "9999999999GiB", "1mb", "99999999999999999999"} {
		if n, ok := parseSize(text); ok {
			t.Errorf("%q was taken for %d bytes", text, n)
		}
	}
}

func TestDefaultsAreTheDocumentedOnes(t *testing.T) {
	s := started(t, "serve")
	if s.addr != "127.0.0.1:8080" || s.db != "sqlite://bulkpatch.db" || s.redis != nil || s.adminKey != "" ||
		s.retention != 30*24*time.Hour || s.undo != 7*24*time.Hour || len(s.models.All()) != 5 || s.maxBody != 1<<20 {
		t.Errorf("settings are %+v", s)
	}
}

func TestTheEnvironmentIsAShortPrintableName(t *testing.T) {
	tests := map[string]struct {
		variable, line string
		want           string
		refused        bool
	}{
		"not said":               {"", "serve", "", false},
		"a flag":                 {"", "serve --environment staging", "staging", false},
		"a variable":             {"Produktion Süd 🌻", "api --redis redis://h:1", "Produktion Süd 🌻", false},
		"the flag wins":          {"staging", "serve --environment production", "production", false},
		"spaces around":          {" staging ", "serve", "staging", false},
		"the longest":            {strings.Repeat("ü", 40), "serve", strings.Repeat("ü", 40), false},
		"too long":               {strings.Repeat("u", 41), "serve", "", true},
		"only spaces":            {"  ", "serve", "", true},
		"two lines":              {"a\nb", "serve", "", true},
		"a change of direction":  {"a\u202eb", "serve", "", true},
		"bytes that are no text": {"a\xffb", "serve", "", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("BULKPATCH_ENVIRONMENT", tt.variable)
			if !tt.refused {
				if got := started(t, strings.Fields(tt.line)...).environment; got != tt.want {
					t.Errorf("the environment is %q", got)
				}
				return
			}
			const want = "BULKPATCH_ENVIRONMENT (--environment) must have 1 to 40 printable characters"
			bad := append(strings.Fields(tt.line), "--addr", "nowhere") // so that nothing starts
			if status, _, complaint := call(t, bad...); status != exitUsage || !strings.Contains(complaint, want) {
				t.Errorf("status %d: %s", status, complaint)
			}
		})
	}
}

// TestOnlyProcessesWithPagesTakeAnEnvironment tries the flag with a process that
// has none.
func TestOnlyProcessesWithPagesTakeAnEnvironment(t *testing.T) {
	status, _, complaint := call(t, "worker", "--redis", "redis://h:1", "--environment", "staging")
	if status != exitUsage || !strings.Contains(complaint, "--environment") {
		t.Errorf("status %d: %s", status, complaint)
	}
}

// nodes lists the program and all its commands.
func nodes(t *testing.T) []*kong.Node {
	t.Helper()
	parser, err := newParser(&app{out: io.Discard, err: io.Discard}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	all := []*kong.Node{parser.Model.Node}
	for i := 0; i < len(all); i++ {
		all = append(all, all[i].Children...)
	}
	return all
}

func TestEveryHelpShowsAnExample(t *testing.T) {
	for _, node := range nodes(t) {
		command := strings.TrimSpace(strings.TrimPrefix(node.Path(), "bulkpatch"))
		status, out, complaint := call(t, append(strings.Fields(command), "--help")...)
		if status != exitOK || !strings.Contains(out, "Example") || !strings.Contains(out, "    bulkpatch "+command) {
			t.Errorf("%s --help ended with %d:\n%s%s", command, status, out, complaint)
		}
	}
}

// TestHelpOffersOnlyWhatACommandTakes looks for the queue that api and worker
// refuse.
func TestHelpOffersOnlyWhatACommandTakes(t *testing.T) {
	for command, offered := range map[string]bool{"serve": true, "api": false, "worker": false} {
		if _, out, _ := call(t, command, "--help"); strings.Contains(strings.Join(strings.Fields(out), " "), "(default embedded)") != offered {
			t.Errorf("%s --help says\n%s", command, out)
		}
	}
}

func TestHelpNamesEveryEnvironmentVariable(t *testing.T) {
	_, out, _ := call(t, "serve", "--help")
	for _, name := range []string{"ADDR", "DB", "REDIS", "ADMIN_KEY", "ADMIN_KEY_FILE", "MAX_OPEN_JOBS", "MODELS", "RETENTION", "UNDO_RETENTION",
		"CONCURRENCY", "CHUNK", "MAX_BODY", "CSV_SAFE", "RATE", "TLS_CERT", "TLS_KEY", "TRUSTED_PROXIES", "CORS_ORIGINS", "ENVIRONMENT", "LOG_FORMAT", "LOG_LEVEL", "TRACE_ENDPOINT"} {
		if !strings.Contains(out, "$BULKPATCH_"+name) {
			t.Errorf("BULKPATCH_%s is not in:\n%s", name, out)
		}
	}
}
