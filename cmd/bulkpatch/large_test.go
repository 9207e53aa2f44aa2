//go:build !race

// Here are tests that read and compare much data in the test's own process,
// where the race detector would cost minutes: the goroutines to watch are in the
// process that they call.

package main

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"bulkpatch/api"
	"bulkpatch/api/apitest"
	"bulkpatch/client"
	"bulkpatch/model"
)

// mostMemory is the most memory that a process may use, whatever its callers
// send.
const mostMemory = 400 << 20

// TestHostileInputsCostLittle sends each route the requests that would cost a
// careless server most, as large as the limits allow and eight at a time. It
// does so on each database.
func TestHostileInputsCostLittle(t *testing.T) {
	models := model.Shipped()
	surfaces, err := api.Surfaces(models, nil)
	if err != nil {
		t.Fatal(err)
	}
	inputs := apitest.Hostiles(models, surfaces)
	for name, db := range databases(t) {
		t.Run(name, func(t *testing.T) {
			p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db(), "--redis", "embedded", "--log-level", "warn")
			load(t, p.client(t, p.firstKey), 10)
			apitest.Attack(t, p.base, p.firstKey, inputs, 8)
			if peak := p.peak(t); peak > mostMemory {
				t.Errorf("the process held %d MiB", peak>>20)
			} else {
				t.Logf("the process held %d MiB", peak>>20)
			}
		})
	}
}

// TestListsOfLargeRecordsHoldLittle reads customers of 900 KB through every kind
// of list, eight readers at a time. Each reader must get each customer once.
func TestListsOfLargeRecordsHoldLittle(t *testing.T) {
	for name, db := range databases(t) {
		t.Run(name, func(t *testing.T) {
			const n = 12
			p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db(), "--redis", "embedded", "--log-level", "error")
			for model, field := range map[string]string{"plane": "name\":\"x\",\"description_html", "desk": "notes"} {
				line := "{\"" + field + "\":\"" + strings.Repeat("x", 900_000) + "\"}\n"
				report, err := p.client(t, p.firstKey).Import(t.Context(), model, client.NDJSON, strings.NewReader(strings.Repeat(line, n)))
				if err != nil || report.Inserted != n {
					t.Fatalf("import: %+v, %v", report, err)
				}
			}
			var group sync.WaitGroup
			for range 8 {
				group.Go(func() {
					if got := p.walk(t, "/v1/plane/customers?limit=1000", "items", "nextCursor"); got != n {
						t.Errorf("the native list has %d customers", got)
					}
					if got := p.walk(t, "/api/v1/workspaces/main/customers?per_page=100", "results", "next_cursor"); got != n {
						t.Errorf("Plane's list has %d customers", got)
					}
					if status, body := p.get(t, "/desk/api/v2/customers.json?pageSize=12"); status != 400 || !strings.Contains(body, "Ask for at most 9 a page.") {
						t.Errorf("Desk's page: %d %.300s", status, body)
					}
					if status, _ := p.get(t, "/desk/api/v2/customers.json?pageSize=9"); status != 200 {
						t.Errorf("Desk's smaller page: %d", status)
					}
					if status, body := p.get(t, "/v1/desk/export"); status != 200 || strings.Count(body, "\n") != n {
						t.Errorf("export: %d with %d bytes", status, len(body))
					}
				})
			}
			group.Wait()
			peak := p.peak(t)
			t.Logf("the process held %d MiB", peak>>20)
			if peak > mostMemory {
				t.Errorf("the process held %d MiB", peak>>20)
			}
		})
	}
}

// walk follows a list to its end and counts its items. No page may be larger
// than a page may be.
func (p *process) walk(t *testing.T, path, items, cursor string) (n int) {
	const most = 9 << 20 // a page and what JSON adds
	next := ""
	for {
		status, body := p.get(t, path+next)
		var page map[string]json.RawMessage
		var list []json.RawMessage
		var at *string
		if json.Unmarshal([]byte(body), &page) != nil || json.Unmarshal(page[items], &list) != nil || json.Unmarshal(page[cursor], &at) != nil {
			t.Errorf("%s%s: %d %.300s", path, next, status, body)
			return n
		}
		if len(body) > most {
			t.Errorf("%s%s: a page of %d bytes", path, next, len(body))
		}
		n += len(list)
		if at == nil || string(page["next_page_results"]) == "false" || len(list) == 0 {
			return n
		}
		next = "&cursor=" + *at
	}
}
