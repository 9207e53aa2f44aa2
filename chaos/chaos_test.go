package chaos

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

var (
	seedCount   = flag.Int("chaos.seeds", 1, "how many seeds to run on each kind of Redis")
	firstSeed   = flag.Uint64("chaos.first", 1, "the first seed")
	databaseFor = flag.String("chaos.db", "sqlite", "the database: sqlite")
	redisKind   = flag.String("chaos.redis", "both", "the queue: real, embedded or both")
	keepAll     = flag.Bool("chaos.keep", false, "keep the folders of seeds that passed, too")
	readyBinary = flag.String("chaos.binary", "", "a program that is built already (with -tags stepclock), instead of building this module's")
)

func TestMain(m *testing.M) {
	if path := os.Getenv(lockEnv); path != "" {
		if err := holdLock(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestChaos runs the seeds that the flags ask for.
func TestChaos(t *testing.T) {
	if *databaseFor != "sqlite" {
		t.Fatalf("-chaos.db=%s: the harness knows sqlite", *databaseFor)
	}
	kinds, ok := map[string][]string{
		"both": {realRedis, embeddedRedis}, realRedis: {realRedis}, embeddedRedis: {embeddedRedis},
	}[*redisKind]
	if !ok {
		t.Fatalf("-chaos.redis=%s: it is real, embedded or both", *redisKind)
	}
	binary := build(t)
	for _, kind := range kinds {
		passed, all := 0, total{}
		for i := range *seedCount {
			seed := *firstSeed + uint64(i)
			if t.Run(fmt.Sprintf("%s/seed=%d", kind, seed), func(t *testing.T) { runSeed(t, binary, seed, kind, &all) }) {
				passed++
			}
		}
		t.Logf("%s Redis: %d of %d seeds passed; %s", kind, passed, *seedCount, all)
		if fault := all.lacks(kind, *seedCount); fault != "" {
			t.Error(fault)
		}
	}
}

// runSeed carries out one seed and reports what the checker finds.
func runSeed(t *testing.T, binary string, seed uint64, kind string, all *total) {
	r, err := newRun(t, newPlan(seed, kind))
	if err != nil {
		t.Fatal(err)
	}
	keep := ""
	defer func() {
		if err := r.close(keep); err != nil {
			t.Error(err)
		}
	}()
	if err := r.set(binary); err != nil {
		t.Errorf("the run could not begin: %v", err)
		keep = r.dir
	}
	if !t.Failed() {
		r.carryOut()
		r.check()
		t.Log(r.summary())
		all.add(r)
	}
	if *keepAll {
		keep = r.dir
		t.Logf("logs and database are kept in %s", r.dir)
	}
	if t.Failed() || len(r.violations) > 0 {
		keep = r.dir
		t.Error(r.report())
	}
}
