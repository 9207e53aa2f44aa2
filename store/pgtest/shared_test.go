package pgtest

import (
	"os"
	"testing"
)

func TestOneServerGivesEachTestItsOwnDatabase(t *testing.T) {
	var addresses []string
	for _, name := range []string{"first", "second"} {
		t.Run(name, func(t *testing.T) { addresses = append(addresses, Database(t)) })
	}
	if addresses[0] == addresses[1] {
		t.Errorf("two tests got the database %s", addresses[0])
	}
	server := shared.server
	if server.Pid() == 0 {
		t.Error("the server has ended with the test that started it")
	}
	if err := shared.guard.end(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(server.data); server.Pid() != 0 || err == nil {
		t.Error("the guard has left the server or its files")
	}
	shared.server, shared.guard = nil, nil
}
