package chaos

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A variant is a set of servers and processes.
type variant struct {
	name     string
	redis    bool   // with a Redis server, instead of the embedded one
	postgres bool   // on PostgreSQL, instead of SQLite
	stream   uint64 // random stream, so that the variants have different plans for a seed
	hooks    bool   // jobs call webhooks
	computes bool   // all jobs compute values, in one large table
}

// The variants. With the embedded Redis there is one process, serve. SQLite with a Redis
// server has one process api or serve and two workers. PostgreSQL has two processes
// api and three workers. The seeds of webhook and of compute are by turns on these three.
var (
	sqliteReal     = variant{name: "sqlite-real", redis: true, stream: 4}
	sqliteEmbedded = variant{name: "sqlite-embedded", stream: 8}
	onPostgres     = variant{name: "postgres", redis: true, postgres: true, stream: 12}
	webhooks       = variant{name: "webhook", hooks: true, stream: 16}
	computing      = variant{name: "compute", computes: true, stream: 20}

	allVariants = []variant{sqliteReal, sqliteEmbedded, onPostgres, webhooks} // all but computing, whose seeds take minutes
)

var variantNames = flag.String("chaos.kind", "all", "the variants of runs, separated by commas: sqlite-real, sqlite-embedded, postgres, webhook, compute, or all, which is all but compute")

// chosenVariants returns the variants that the flag names.
func chosenVariants() ([]variant, error) {
	if *variantNames == "all" {
		return allVariants, nil
	}
	known := append(slices.Clone(allVariants), computing)
	var chosen []variant
	for name := range strings.SplitSeq(*variantNames, ",") {
		i := slices.IndexFunc(known, func(k variant) bool { return k.name == name })
		if i < 0 {
			return nil, fmt.Errorf("-chaos.kind: %q is none of %v", name, known)
		}
		chosen = append(chosen, known[i])
	}
	return chosen, nil
}

// of returns the variant with the servers of a seed.
func (k variant) of(seed uint64) variant {
	if k.hooks || k.computes {
		k.redis, k.postgres = seed%3 != 0, seed%3 == 2
	}
	return k
}

// slower is the factor by which the time limits of a run grow with the size of its jobs.
func (k variant) slower() time.Duration {
	if k.computes {
		return 3
	}
	return 1
}

func (k variant) String() string { return k.name }
