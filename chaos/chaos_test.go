package chaos

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"
)

var (
	seedCount   = flag.Int("chaos.seeds", 1, "how many seeds to run of each variant")
	firstSeed   = flag.Uint64("chaos.first", 1, "the first seed")
	summaryFile = flag.String("chaos.summary", "", "a file that gets a line for each variant")
	keepAll     = flag.Bool("chaos.keep", false, "also keep the folders of seeds that passed")
	readyBinary = flag.String("chaos.binary", "", "a program that was built already (with -tags stepclock), to use instead of building this module's")
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
	variants, err := chosenVariants()
	if err != nil {
		t.Fatal(err)
	}
	binary := build(t)
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel() // most of the time a run waits
			runVariant(t, binary, v)
		})
	}
}

// runVariant runs the seeds of one variant.
func runVariant(t *testing.T, binary string, k variant) {
	all := &total{variant: k, binary: binary, first: *firstSeed, hits: hits{}, hooks: hookCounts{}, began: time.Now()}
	for i := range *seedCount {
		seed := *firstSeed + uint64(i)
		if t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) { runSeed(t, binary, seed, k, all) }) {
			all.passed++
		} else {
			all.failed++
		}
	}
	t.Log(all)
	if fault := all.missingEvidence(); fault != "" {
		t.Error(fault)
	}
	if *summaryFile != "" {
		if err := all.appendTo(*summaryFile); err != nil {
			t.Error(err)
		}
	}
}

// runSeed runs one seed and reports what the checker finds.
func runSeed(t *testing.T, binary string, seed uint64, k variant, all *total) {
	r, err := newRun(t, newPlan(seed, k))
	if err != nil {
		t.Fatal(err)
	}
	keep := ""
	defer func() {
		if err := r.close(keep); err != nil {
			t.Error(err)
		}
	}()
	if err := r.setUp(t, binary); err != nil {
		t.Errorf("the run could not be set up: %v", err)
		keep = r.dir
	}
	if !t.Failed() {
		r.carryOut()
		if len(r.violations) == 0 && !k.hooks && !k.computes {
			r.neighbours()
		}
		r.check()
		t.Log(r.summary())
		all.add(r)
	}
	if *keepAll {
		keep = r.dir
		t.Logf("logs and database are in %s", r.dir)
	}
	if t.Failed() || len(r.violations) > 0 {
		keep = r.dir
		t.Error(r.report())
	}
}
