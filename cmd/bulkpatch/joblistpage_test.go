package main

import (
	"database/sql"
	"html"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bulkpatch/client"
)

var (
	rowOfJob  = regexp.MustCompile(`<tr id="job-([^"]+)"`)
	olderJobs = regexp.MustCompile(`<a class="button" href="([^"]+)" rel="next">`)
)

// TestThePagesOfJobsMissAndRepeatNothing makes 10,000 jobs of one instant, and walks
// through the pages of the dashboard while further jobs are made.
func TestThePagesOfJobsMissAndRepeatNothing(t *testing.T) {
	t.Parallel()
	const many = 10_000
	file := filepath.Join(t.TempDir(), "jobs.db")
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", "sqlite://"+file)
	key := p.firstKey
	c := p.client(t, key)
	first := matchingNobody(t, c)
	p.kill(t)
	repeatJob(t, file, first.ID, many-1)

	p = start(t, "serve", "--addr", "127.0.0.1:0", "--db", "sqlite://"+file)
	c = p.client(t, key)
	b := newBrowser(t)
	b.signIn(p.base, key)
	seen := map[string]bool{}
	pages := 0
	for path := "/admin/jobs?model=desk&state=succeeded"; path != ""; pages++ {
		status, page := b.send("GET", p.base+path+"&wait=1", nil) // however busy the machine is
		if status != 200 {
			t.Fatalf("page %d is %d %s", pages, status, page)
		}
		for _, found := range rowOfJob.FindAllStringSubmatch(page, -1) {
			if seen[found[1]] {
				t.Fatalf("page %d repeats the job %s", pages, found[1])
			}
			seen[found[1]] = true
		}
		if path = ""; olderJobs.MatchString(page) {
			path = html.UnescapeString(olderJobs.FindStringSubmatch(page)[1])
		}
		if pages%50 == 0 {
			matchingNobody(t, c) // which belongs before the first page
		}
	}
	if len(seen) != many || pages != many/50 {
		t.Errorf("%d jobs were seen on %d pages", len(seen), pages)
	}
	if _, part := b.send("GET", p.base+"/admin/jobs/count?model=desk&state=succeeded", nil); !strings.Contains(part, ">10,004 jobs<") {
		t.Errorf("counted: %s", part)
	}
}

// matchingNobody makes a job that matches nobody, and waits for its end.
func matchingNobody(t *testing.T, c *client.Client) client.Job {
	t.Helper()
	j, err := c.SubmitBulk(t.Context(), "desk", map[string]any{"state": "active"}, map[string]any{"jobTitle": "Lead"}, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return wait(t, c, j.ID)
}

// repeatJob adds n jobs that are like one, made at the same instant, to the database
// of a process that has stopped.
func repeatJob(t *testing.T, file, id string, n int) {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var columns string
	if err := db.QueryRowContext(t.Context(), `SELECT group_concat(name, ', ') FROM pragma_table_info('jobs') WHERE name NOT IN ('num', 'id')`).Scan(&columns); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
		INSERT INTO jobs (id, `+columns+`) SELECT printf('0193f2c4-0000-7000-8000-%012d', i), `+columns+` FROM jobs, n WHERE id = ?`, n, id); err != nil {
		t.Fatal(err)
	}
}
