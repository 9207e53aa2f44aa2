//go:build !race

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestWhatMayStandAtTheCursor asks the program as the scripts of the shells do, with
// and without a server.
func TestWhatMayStandAtTheCursor(t *testing.T) {
	d := served(t, 1)
	out, _ := d.want(exitOK, "submit", "desk", "--id", "1", "--set", "jobTitle=x")
	job := strings.TrimSpace(out)
	for _, base := range []string{"", d.base, "http://127.0.0.1:1"} {
		t.Setenv("BULKPATCH_SERVER", base)
		t.Setenv("BULKPATCH_KEY", d.key)
		known := job
		if base != d.base {
			known = ""
		}
		for typed, want := range map[string]string{
			"bra":                                "brake",
			"__com":                              "",
			"brake o":                            "on off",
			"serve --log-le":                     "--log-level",
			"serve --log-level=d":                "--log-level=debug",
			"serve --log-level = d":              "debug",
			"serve --log-level d":                "debug",
			"key create x --preset ":             "reader editor operator admin",
			"submit d":                           "desk",
			"submit --yes --note n d":            "desk",
			"submit desk d":                      "",
			"submit desk --on-mismatch ":         "skip force",
			"jobs --state failed,can":            "failed,cancelling failed,cancelled",
			"watch --output json " + job[:5]:     known,
			"watch --server http://x " + job[:5]: known,
			"completion z":                       "zsh",
			"import desk ":                       "",
			"nothing ":                           "",
			"--":                                 "--help --version",
		} {
			out := must(t, append([]string{"__complete", "--"}, strings.Split(typed, " ")...)...)
			var got []string
			for line := range strings.Lines(out) {
				word, help, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
				if got = append(got, word); strings.ContainsAny(help, "\t\r") {
					t.Errorf("%q is explained by %q", word, help)
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("%q is completed to %q", typed, got)
			}
		}
	}
}

// completers are how each shell is asked, without a person, for what may stand at the
// end of some words. $LINE has the words.
var completers = map[string]string{
	"bash": `source <(bulkpatch completion bash)
		COMP_WORDS=($LINE); [[ $LINE == *" " ]] && COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _bulkpatch; if (( ${#COMPREPLY[@]} )); then printf '%s\n' "${COMPREPLY[@]}"; else compgen -f -- "${COMP_WORDS[-1]}"; fi`,
	"zsh": `compdef() { }; source <(bulkpatch completion zsh)
		words=(${=LINE}); [[ $LINE == *" " ]] && words+=(""); CURRENT=$#words
		_describe() { print -l -- ${found%%:*}; }; _files() { print -l -- ${words[-1]}*(N); }; _bulkpatch`,
	"fish": `bulkpatch completion fish | source; complete -C "$LINE" | string replace -r '\t.*' ""`,
}

// TestShellsCompleteCommands asks the real shells.
func TestShellsCompleteCommands(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	if err := os.Symlink(binary(t), filepath.Join(bin, "bulkpatch")); err != nil {
		t.Fatal(err)
	}
	for shell, script := range completers {
		for typed, want := range map[string]string{
			"bulkpatch key create x --pers":     "--person",
			"bulkpatch brake o":                 "on off",
			"bulkpatch jobs --state failed,can": "failed,cancelling failed,cancelled",
			"bulkpatch import desk bulkp":       "bulkpatch",
		} {
			cmd := exec.CommandContext(t.Context(), shell, "-c", script)
			cmd.Dir = bin
			cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+bin, "LINE="+typed)
			out, err := cmd.CombinedOutput()
			for word := range strings.FieldsSeq(want) {
				if !slices.Contains(strings.Fields(string(out)), word) {
					t.Errorf("%s completes %q to %q, %v", shell, typed, out, err)
				}
			}
			if len(strings.Fields(string(out))) > len(strings.Fields(want)) {
				t.Errorf("%s completes %q to %q", shell, typed, out)
			}
		}
	}
}
