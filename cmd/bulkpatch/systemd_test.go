package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const unitFolder = "../../deploy/systemd"

// mostExposed is the largest score of systemd-analyze security, in tenths, that the
// services may have: 100 is a service without any limits.
const mostExposed = "15"

// TestSystemdAcceptsTheUnit has systemd check the unit for each part of the program,
// and judge how much a service that was broken into could reach. It starts nothing.
func TestSystemdAcceptsTheUnit(t *testing.T) {
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Fatal("To check the units, tests need systemd-analyze. On Debian and Ubuntu: apt-get install systemd; .ci/test does that by itself.")
	}
	text := contents(t, unitFolder+"/bulkpatch@.service")
	for _, part := range []string{"serve", "api", "worker"} {
		if !strings.Contains(text, "bulkpatch@"+part+" ") {
			t.Errorf("the unit does not name its instance for %s", part)
		}
		unit := filepath.Join(t.TempDir(), "bulkpatch@"+part+".service")
		installed := strings.ReplaceAll(text, "/usr/local/bin/bulkpatch", binary(t))
		if err := os.WriteFile(unit, []byte(installed), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"verify", "--man=no", unit}, {"security", "--offline=yes", "--threshold=" + mostExposed, unit}} {
			if out, err := exec.CommandContext(t.Context(), "systemd-analyze", args...).CombinedOutput(); err != nil {
				t.Errorf("systemd-analyze %s: %v\n%s", strings.Join(args, " "), err, out)
			}
		}
	}
}

// TestTheUnitsSettingsStart starts from each line of the example, those that are
// commented out too, as systemd would hand it over.
func TestTheUnitsSettingsStart(t *testing.T) {
	setting := regexp.MustCompile(`(?m)^#?(BULKPATCH_[A-Z_]+)=(.*)$`)
	var help strings.Builder
	for _, part := range []string{"serve", "worker"} {
		_, text, _ := call(t, part, "--help")
		help.WriteString(text)
	}
	for _, s := range setting.FindAllStringSubmatch(contents(t, unitFolder+"/bulkpatch.env"), -1) {
		if !strings.Contains(help.String(), "$"+s[1]) {
			t.Errorf("no part knows %s", s[1])
		}
		t.Setenv(s[1], s[2])
	}
	for _, part := range []string{"serve", "api", "worker"} {
		s := started(t, part)
		limit := regexp.MustCompile(`(?m)^TimeoutStopSec=(\d+)$`).FindStringSubmatch(contents(t, unitFolder+"/bulkpatch@.service"))
		if given, err := time.ParseDuration(limit[1] + "s"); err != nil || given < s.shutdownDelay+stopPromised {
			t.Errorf("%s is killed after %v", part, given)
		}
	}
}
