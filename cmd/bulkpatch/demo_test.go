package main

import (
	"bufio"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestTheDemoEndsWithALinkIntoTheDashboard opens what the last line of the demo shows,
// as a browser without script does, and ends the demo with Ctrl-C.
func TestTheDemoEndsWithALinkIntoTheDashboard(t *testing.T) {
	t.Parallel()
	demo, lines := startTheDemo(t)
	link, undo := "", ""
	for link == "" && lines.Scan() {
		_, link, _ = strings.Cut(lines.Text(), "Open the dashboard: ")
		if rest, ok := strings.CutPrefix(lines.Text(), "  bulkpatch undo "); ok {
			undo = rest
		}
	}
	if status, _, said := call(t, append([]string{"undo"}, strings.Fields(undo)...)...); status != exitOK || !strings.Contains(said, "1 restored") {
		t.Errorf("bulkpatch undo %s ended with %d and said %s", undo, status, said)
	}
	at, err := url.Parse(link)
	if err != nil || at.Hostname() != "127.0.0.1" || at.Path != "/admin/login" || at.Query().Get("once") == "" {
		t.Fatalf("the link is %q", link)
	}
	base := at.Scheme + "://" + at.Host
	form := url.Values{"link": {at.Query().Get("once")}, "to": {"/admin/queues"}}
	b := newBrowser(t)
	if status, page := b.send("GET", link, nil); status != 200 || !strings.Contains(page, `value="`+form.Get("link")+`"`) {
		t.Fatalf("the link opens %d %s", status, page)
	}
	if status, to := b.send("POST", base+"/admin/login", form); status != 303 || !strings.HasPrefix(to, "/admin/queues") {
		t.Fatalf("its button is answered %d %s", status, to)
	}
	if status, page := b.send("GET", base+"/admin/queues", nil); status != 200 || !strings.Contains(page, "Sign out") {
		t.Errorf("signed in, the queues are %d %s", status, page)
	}
	if status, _ := newBrowser(t).send("POST", base+"/admin/login", form); status != 403 {
		t.Errorf("used again elsewhere, the link is answered %d", status)
	}
	if err := demo.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		t.Errorf("after the link it says %q", lines.Text())
	}
}

// startTheDemo starts the demo with one customer, so that it is over soon, and
// returns the lines that it prints.
func startTheDemo(t *testing.T) (*os.Process, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(binary(t), "demo", "--records", "1")
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	limit := time.AfterFunc(patience, func() { cmd.Process.Kill() })
	t.Cleanup(func() {
		limit.Stop()
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd.Process, bufio.NewScanner(out)
}
