package web_test

import (
	"crypto/tls"
	"net/http/httptest"
	"net/netip"
	"testing"

	"bulkpatch/api/web"
)

// TestOnlyATrustedProxySaysWhoCalls asks for the client behind a proxy at 10.1.1.1,
// with a second one at 10.1.1.2 in front of it.
func TestOnlyATrustedProxySaysWhoCalls(t *testing.T) {
	trusted := web.Proxies{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("2001:db8::1/128")}
	tests := map[string]struct {
		peer string
		said []string // the headers X-Forwarded-For
		want string
	}{
		"no proxy":                        {"192.0.2.7:4000", nil, "192.0.2.7"},
		"a stranger's word":               {"192.0.2.7:4000", []string{"198.51.100.1"}, "192.0.2.7"},
		"a proxy's word":                  {"10.1.1.1:4000", []string{"198.51.100.1"}, "198.51.100.1"},
		"a proxy's silence":               {"10.1.1.1:4000", nil, "10.1.1.1"},
		"what the caller invented":        {"10.1.1.1:4000", []string{"203.0.113.9, 198.51.100.1"}, "198.51.100.1"},
		"invented in a header of its own": {"10.1.1.1:4000", []string{"203.0.113.9", "198.51.100.1"}, "198.51.100.1"},
		"two proxies":                     {"10.1.1.1:4000", []string{"203.0.113.9, 198.51.100.1, 10.1.1.2"}, "198.51.100.1"},
		"nobody but proxies":              {"10.1.1.1:4000", []string{"10.1.1.3, 10.1.1.2"}, "10.1.1.3"},
		"no address":                      {"10.1.1.1:4000", []string{"198.51.100.1, unknown"}, "10.1.1.1"},
		"no address before a proxy":       {"10.1.1.1:4000", []string{"<script>, 10.1.1.2"}, "10.1.1.2"},
		"with a port":                     {"10.1.1.1:4000", []string{"198.51.100.1:1234"}, "198.51.100.1"},
		"IPv6":                            {"[2001:db8::1]:4000", []string{"2001:db8::99"}, "2001:db8::99"},
		"IPv6 with a port":                {"[2001:db8::1]:4000", []string{"[2001:db8::99]:1234"}, "2001:db8::99"},
		"IPv4 as IPv6":                    {"[::ffff:10.1.1.1]:4000", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RemoteAddr = tt.peer
			for _, v := range tt.said {
				r.Header.Add("X-Forwarded-For", v)
			}
			if got := web.ClientAddress(trusted.Resolve(r)); got != tt.want {
				t.Errorf("the caller is %s instead of %s", got, tt.want)
			}
		})
	}
}

func TestOnlyATrustedProxySaysThatACallIsEncrypted(t *testing.T) {
	trusted := web.Proxies{netip.MustParsePrefix("10.1.0.0/16")}
	for _, tt := range []struct {
		peer, proto string
		want        bool
	}{
		{"10.1.1.1:4000", "https", true},
		{"10.1.1.1:4000", "HTTPS", true},
		{"10.1.1.1:4000", "http, https", true},
		{"10.1.1.1:4000", "https, http", false},
		{"10.1.1.1:4000", "", false},
		{"192.0.2.7:4000", "https", false},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		r.Header.Set("X-Forwarded-Proto", tt.proto)
		if got := web.IsHTTPS(trusted.Resolve(r)); got != tt.want {
			t.Errorf("%s says %q: %v", tt.peer, tt.proto, got)
		}
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.TLS = &tls.ConnectionState{}
	if !web.IsHTTPS(r) {
		t.Error("TLS is not seen")
	}
}
