package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"bulkpatch/api"
	"bulkpatch/api/apitest"
	"bulkpatch/model"
	"bulkpatch/store/pgtest"
)

// mostMemory is what a process may have held at most, whatever its callers
// have sent.
const mostMemory = 400 << 20

// TestHostileInputsCostLittle sends every call what costs a careless server
// most, at the limits' full size and eight at a time, to a process of its own
// on each database.
func TestHostileInputsCostLittle(t *testing.T) {
	models := model.Shipped()
	surfaces, err := api.Surfaces(models, nil)
	if err != nil {
		t.Fatal(err)
	}
	inputs := apitest.Hostiles(models, surfaces)
	for name, db := range map[string]func() string{
		"SQLite":     func() string { return database(t) },
		"PostgreSQL": func() string { return pgtest.Start(t).Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", db(), "--redis", "embedded", "--log-level", "warn")
			load(t, p.client(t, p.firstKey), 10)
			apitest.Attack(t, p.base, p.firstKey, inputs, 8)
			if peak := p.peak(t); peak > mostMemory && raceFlag == nil {
				t.Errorf("the process held %d MiB", peak>>20)
			} else {
				t.Logf("the process held %d MiB", peak>>20)
			}
		})
	}
}

// peak is the most memory that the process has held.
func (p *process) peak(t *testing.T) int64 {
	t.Helper()
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Skip("the memory of a process cannot be read here: ", err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(text)[0], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatal("the process does not say how much it has held")
	return 0
}
