package web

import (
	"net/http"
	"testing"
)

func TestTheNetworkOfAClient(t *testing.T) {
	for from, want := range map[string]string{
		"192.0.2.7:99": "192.0.2.7/32", "[::ffff:192.0.2.7]:99": "192.0.2.7/32",
		"[2001:db8:1:2:3:4:5:6]:99": "2001:db8:1:2::/64", "[fe80::1%eth0]:99": "fe80::/64",
		"@": "invalid Prefix", "": "invalid Prefix",
	} {
		if got := ClientNetwork(&http.Request{RemoteAddr: from}).String(); got != want {
			t.Errorf("%q is %s, want %s", from, got, want)
		}
	}
}
