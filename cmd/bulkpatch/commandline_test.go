package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestALineNamesEveryFaultOnce gives lines with faults that the parser, the
// settings and the environment have each a part in.
func TestALineNamesEveryFaultOnce(t *testing.T) {
	tests := map[string]struct {
		line string
		want []string // each a line of the complaint, as it begins
	}{
		"a value with a hyphen, and another fault": {"serve --chunk -1 --log-format pretty",
			[]string{`--log-format "pretty" is not`, `--chunk "-1" is not a whole number from 1 to `}},
		"unknown flags, with and without a value": {"serve --wings --chnk 4 --legs=2 --chunk 0",
			[]string{"unknown flag --wings", `unknown flag --chnk, did you mean "--chunk"?`, "unknown flag --legs", `--chunk "0" is not`}},
		"no value": {"serve --retention --redis", []string{"--retention needs a value: --retention TIME", "--redis needs a value: --redis URL"}},
		"a value for a switch": {"demo --exit=maybe --records 0",
			[]string{"--exit is on or off", `--records "0" is not`}},
		"words that are missing":   {"key create", []string{"<name> is missing", "--scopes is missing"}},
		"words that are too much":  {"export desk more --format pdf", []string{"unexpected argument more", `--format "pdf" is not one of: auto, `}},
		"an unknown command":       {"fly", []string{"unexpected argument fly"}},
		"a command that resembles": {"sreve --db x", []string{`unexpected argument sreve, did you mean "serve"?`}},
		"no command":               {"", []string{"a command is missing, one of: serve, api, "}},
		"half a command":           {"key", []string{"a command is missing, one of: create, list, rotate, revoke"}},
		"a flag before the command": {"--db x serve", []string{
			"--db stands before the command: flags come after it"}},
		"bad JSON":       {"export desk --filter {\"a\":}", []string{"--filter is not valid JSON: see character 6 of 6"}},
		"unknown scopes": {"key create x --scopes fly --server nowhere", []string{"--scopes is wrong: unknown scopes: fly ", "--server must look like http://HOST:PORT, "}},
		"no scope":       {"key create x --scopes=", []string{"--scopes is wrong: no scope given "}},
		"all of a key": {"key create x --preset boss --expires 0d --person=", []string{`--preset "boss" is not one of: reader, editor, operator, admin`,
			`--expires "0d" is not a time above zero`, "--person must have 1 to 200 characters"}},
		"too long an overlap":     {"key rotate x --overlap 8d", []string{"--overlap must be whole seconds, and at most 7d"}},
		"a destination":           {"copy --to mysql://u:p@h/d", []string{"--to must be sqlite://PATH or "}},
		"two admin keys":          {"serve --admin-key x --admin-key-file y", []string{"--admin-key and --admin-key-file exclude each other"}},
		"a key that is too short": {"serve --admin-key only-23-characters-long --db sqlite:///none/x", []string{"--admin-key must have at least 24 characters"}},
		"an unreadable key":       {"serve --admin-key-file /none/x", []string{"--admin-key-file cannot be read: there is no file or folder /none/x"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			status, out, complaint := call(t, strings.Fields(tt.line)...)
			lines := strings.Split(strings.TrimSuffix(complaint, "\n"), "\n")
			if status != exitUsage || out != "" || len(lines) != len(tt.want)+1 || !strings.HasSuffix(lines[len(tt.want)], " --help says what it takes.") {
				t.Fatalf("ended with %d and said\n%s%s", status, out, complaint)
			}
			for i, want := range tt.want {
				if !strings.HasPrefix(lines[i], "bulkpatch: "+want) {
					t.Errorf("line %d is %q instead of %q", i, lines[i], want)
				}
			}
			if strings.Contains(complaint, "__complete") {
				t.Errorf("it names a command for scripts:\n%s", complaint)
			}
		})
	}
}

// TestValuesAreTakenInEveryForm gives the same flags in the ways that shells
// and people write them.
func TestValuesAreTakenInEveryForm(t *testing.T) {
	for _, line := range []string{
		"export -o file desk --filter {}", "export -ofile --filter={} desk", "export --output file --filter {} -- desk", "export --output=file desk --filter {}",
	} {
		parsed, l, err := parse(strings.Fields(line), &app{}, func(int) {})
		if err != nil || len(l.faults) > 0 {
			t.Fatalf("%s: %v %q", line, err, l.faults)
		}
		c := parsed.Selected().Target.Addr().Interface().(*exportCommand)
		if c.Output != "file" || c.Model != "desk" || c.Filter != "{}" || !l.typed("output") || l.typed("db") {
			t.Errorf("%s was read as %+v", line, c)
		}
	}
}

// TestNoLineIsTooMuch reads lines of all that a line is made of: each is either
// taken or has a fault of one line of text.
func TestNoLineIsTooMuch(t *testing.T) {
	words := rapid.SampledFrom([]string{"serve", "key", "create", "list", "export", "desk", "demo", "-", "--", "", "é", "-é", "--=", "-=", "---",
		"-o", "-ofile", "-o=", "--output", "--db", "--db=", "--db=x", "--chunk", "-1", "--exit", "--exit=maybe", "--wings", "--wings=", "-h", "-hx", "--help=no", "--version"})
	rapid.Check(t, func(t *rapid.T) {
		typed := rapid.SliceOfN(words, 0, 6).Draw(t, "words")
		_, line, err := parse(typed, &app{out: io.Discard, err: io.Discard}, func(int) {})
		if err != nil && !line.asks {
			t.Fatalf("the parser refused %q, of which the line took all: %v", line.args(), err)
		}
		if slices.ContainsFunc(line.faults, func(f string) bool { return f == "" || strings.Contains(f, "\n") }) {
			t.Errorf("faults are %q", line.faults)
		}
	})
}

func TestTheVersionIsTheStampedOne(t *testing.T) {
	defer func(was string) { version = was }(version)
	for stamped, want := range map[string]string{"v1.2.3": "v1.2.3", "": "devel"} {
		version = stamped
		if _, out, _ := call(t, "--version"); out != want+"\n" {
			t.Errorf("stamped %q, the program says %q", stamped, out)
		}
	}
}
