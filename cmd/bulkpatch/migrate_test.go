package main

import (
	"database/sql"
	"encoding/json"
	"strings"
	"testing"

	"bulkpatch/client"
)

// Customers of an earlier version, which minded no case: a UUID in capital
// letters, another one in both, and a domain in two cases.
var ofBothCases = []string{
	`INSERT INTO blocks (workspace, model, block, next) VALUES (1, 'mythic', 900, 58982402), (1, 'clientsuccess', 901, 59047939)`,
	`INSERT INTO c_mythic (rid, workspace, id, version, created_at, updated_at, f_domain) VALUES
		(58982400, 1, 'acme', 1, 1, 1, 'acme.example'), (58982401, 1, 'acme-2', 1, 1, 1, 'Acme.Example')`,
	`INSERT INTO c_clientsuccess (rid, workspace, id, version, created_at, updated_at, f_uuid) VALUES
		(59047936, 1, 1, 1, 1, 1, '550E8400-E29B-41D4-A716-44665544ABC0'),
		(59047937, 1, 2, 1, 1, 1, '550E8400-E29B-41D4-A716-44665544ABCD'), (59047938, 1, 3, 1, 1, 1, '550e8400-e29b-41d4-a716-44665544abcd')`,
}

// addOfBothCases writes them to a database of an earlier version, and checks
// what is said of them before it is brought up to date.
func addOfBothCases(t *testing.T, driver, address string) {
	t.Helper()
	db, err := sql.Open(driver, strings.TrimPrefix(address, "sqlite://"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range ofBothCases {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	checkCollisions(t, address, "--check", exitFailed, "migrate the database first\n")
}

// checkCollisions runs migrate and looks for the collisions in what it says.
func checkCollisions(t *testing.T, address, flag string, exit int, said string) {
	t.Helper()
	args := []string{"migrate", "--db", address}
	if flag != "" {
		args = append(args, flag)
	}
	status, out, complaint := call(t, args...)
	if status != exit || !strings.Contains(out+complaint, said) {
		t.Errorf("migrate %s: exit status %d, %s%s", flag, status, out, complaint)
	}
	for _, line := range []string{
		"workspace main, model mythic, field domain: ids acme, acme-2\n",
		"workspace main, model clientsuccess, field uuid: ids 2, 3\n",
	} {
		if strings.Count(out, line) != 1 {
			t.Errorf("migrate %s does not list %q:\n%s", flag, line, out)
		}
	}
}

// keptBothCases checks what a start has made of them.
func keptBothCases(t *testing.T, c *client.Client, address string) {
	t.Helper()
	for filter, want := range map[string]int{
		`{"uuid": "550E8400-E29B-41D4-A716-44665544ABC0"}`:          1,
		`{"uuid": {"$ne": "550E8400-e29b-41D4-A716-44665544ABC0"}}`: 2,
		`{"uuid": {"$startsWith": "550E8400-E29B"}}`:                2,
	} {
		n := 0
		for _, err := range c.Records(t.Context(), "clientsuccess", client.RecordQuery{Filter: json.RawMessage(filter)}) {
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != want {
			t.Errorf("%s finds %d customers, not %d", filter, n, want)
		}
	}
	checkCollisions(t, address, "", exitOK, "the database is up to date\n")
	checkCollisions(t, address, "--check", exitOK, "the database is up to date\n")
}
