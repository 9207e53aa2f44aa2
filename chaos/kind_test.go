package chaos

import (
	"flag"
	"fmt"
	"slices"
	"strings"
)

// A kind is a set-up that seeds are run on.
type kind struct {
	name     string
	redis    bool // a server of its own, or else the embedded one
	postgres bool // or else SQLite
	stream   uint64
}

// The kinds. With the embedded Redis there is one process, serve. SQLite with
// a Redis server has one api or serve and two workers, PostgreSQL two apis and
// three workers. The stream makes the plans of one seed differ.
var (
	sqliteReal     = kind{name: "sqlite-real", redis: true, stream: 4}
	sqliteEmbedded = kind{name: "sqlite-embedded", stream: 8}
	onPostgres     = kind{name: "postgres", redis: true, postgres: true, stream: 12}

	allKinds = []kind{sqliteReal, sqliteEmbedded, onPostgres}
)

var kindNames = flag.String("chaos.kind", "all", "the set-ups, with commas between: sqlite-real, sqlite-embedded, postgres or all")

// chosenKinds are those that the flag names.
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
