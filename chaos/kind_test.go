package chaos

import (
	"flag"
	"fmt"
	"slices"
	"strings"
)

// A kind is a kind of run: a set of servers and processes.
type kind struct {
	name     string
	redis    bool   // with a Redis server, instead of the embedded one
	postgres bool   // on PostgreSQL, instead of SQLite
	stream   uint64 // random stream, so that the kinds have different plans for a seed
}

// The kinds. With the embedded Redis there is one process, serve. SQLite with a Redis
// server has one process api or serve and two workers. PostgreSQL has two processes
// api and three workers.
var (
	sqliteReal     = kind{name: "sqlite-real", redis: true, stream: 4}
	sqliteEmbedded = kind{name: "sqlite-embedded", stream: 8}
	onPostgres     = kind{name: "postgres", redis: true, postgres: true, stream: 12}

	allKinds = []kind{sqliteReal, sqliteEmbedded, onPostgres}
)

var kindNames = flag.String("chaos.kind", "all", "the kinds of runs, separated by commas: sqlite-real, sqlite-embedded, postgres, or all")

// chosenKinds returns the kinds that the flag names.
func chosenKinds() ([]kind, error) {
	if *kindNames == "all" {
		return allKinds, nil
	}
	var chosen []kind
	for name := range strings.SplitSeq(*kindNames, ",") {
		i := slices.IndexFunc(allKinds, func(k kind) bool { return k.name == name })
		if i < 0 {
			return nil, fmt.Errorf("-chaos.kind: %q is none of %v", name, allKinds)
		}
		chosen = append(chosen, allKinds[i])
	}
	return chosen, nil
}

func (k kind) String() string { return k.name }
