package redistest

import (
	"net"
	"testing"
)

func TestAServerKeepsItsAddressAndDataOverARestart(t *testing.T) {
	s := Start(t)
	if got := s.Do(t, "SET", "a", "1"); got != "+OK" {
		t.Fatalf("SET answered %q", got)
	}
	s.Stop()
	if conn, err := net.Dial("tcp", s.Addr); err == nil {
		conn.Close()
		t.Fatal("a stopped server still accepts connections")
	}
	s.Restart(t)
	if got := s.Do(t, "EXISTS", "a"); got != ":1" {
		t.Errorf("EXISTS answered %q after the restart", got)
	}
	if got := s.Do(t, "FLUSHALL"); got != "+OK" {
		t.Errorf("FLUSHALL answered %q", got)
	}
	s.Kill()
	s.Kill()
}
