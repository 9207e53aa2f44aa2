package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestTheRateIsCallsASecond(t *testing.T) {
	for text, want := range map[string]int{"1/s": 1, "50/s": 50, "1000000/s": 1_000_000} {
		if s := started(t, "serve", "--rate", text); s.rate != want {
			t.Errorf("%s is %d", text, s.rate)
		}
	}
	if s := started(t, "serve"); s.rate != 0 {
		t.Errorf("the default is %d", s.rate)
	}
	for _, text := range []string{"0/s", "-1/s", "50", "50/m", "1.5/s", "/s", "1000001/s", "99999999999999999999/s"} {
		if status, _, complaint := call(t, "serve", "--rate", text); status != exitUsage || !strings.Contains(complaint, "bulkpatch: --rate ") {
			t.Errorf("%q: %d, %s", text, status, complaint)
		}
	}
}

func TestProxiesAreAddressesAndNetworks(t *testing.T) {
	s := started(t, "serve", "--trusted-proxies", "10.0.0.5, 192.168.0.0/16,2001:db8::1,::ffff:10.0.0.6,::ffff:172.16.0.0/108")
	var got []string
	for _, p := range s.proxies {
		got = append(got, p.String())
	}
	if !slices.Equal(got, []string{"10.0.0.5/32", "192.168.0.0/16", "2001:db8::1/128", "10.0.0.6/32", "172.16.0.0/12"}) {
		t.Errorf("proxies are %v", got)
	}
	_, _, complaint := call(t, "serve", "--trusted-proxies", "proxy.example.com,10.0.0.0/33,10.0.0.1")
	if strings.Count(complaint, "bulkpatch: --trusted-proxies ") != 2 {
		t.Errorf("faults: %s", complaint)
	}
}

func TestOriginsAreAsBrowsersSendThem(t *testing.T) {
	s := started(t, "serve", "--cors-origins", "https://App.example.com, http://localhost:3000,https://crm.example.com:443")
	if !slices.Equal(s.origins, []string{"https://app.example.com", "http://localhost:3000", "https://crm.example.com"}) {
		t.Errorf("origins are %v", s.origins)
	}
	if s := started(t, "serve", "--cors-origins", "*"); !slices.Equal(s.origins, []string{"*"}) {
		t.Errorf("all origins are %v", s.origins)
	}
	for _, text := range []string{"app.example.com", "https://app.example.com/", "https://u@app.example.com", "null", "ftp://a.example", "https://*.example.com", "*,https://a.example"} {
		if status, _, complaint := call(t, "serve", "--cors-origins", text); status != exitUsage || strings.Count(complaint, "bulkpatch: --cors-origins ") != 1 {
			t.Errorf("%q: %d, %s", text, status, complaint)
		}
	}
}

// TestTheEdgesSettingsReachTheAPI starts a process behind a proxy on this host.
func TestTheEdgesSettingsReachTheAPI(t *testing.T) {
	t.Parallel()
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--rate", "1000/s", "--max-open-jobs", "77",
		"--trusted-proxies", "127.0.0.1", "--cors-origins", "https://app.example.com")
	limits, err := p.client(t, p.firstKey).Limits(t.Context())
	if err != nil || limits.Rate.CallsPerSecond == nil || *limits.Rate.CallsPerSecond != 1000 ||
		limits.OpenJobs.Bulk.Limit != 77 || limits.OpenJobs.Singles.Limit != 770 || limits.Requests.BodyBytes != 1<<20 {
		t.Errorf("limits: %+v, %v", limits, err)
	}
	req, _ := http.NewRequestWithContext(t.Context(), "GET", p.base+"/v1/models", nil)
	req.Header = http.Header{"X-Api-Key": {p.firstKey}, "X-Forwarded-For": {"203.0.113.7"}, "Origin": {"https://app.example.com"}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.Header.Get("Access-Control-Allow-Origin") != "https://app.example.com" || resp.Header.Get("RateLimit") == "" {
		t.Errorf("headers: %v", resp.Header)
	}
	p.stop(t) // so that all is logged
	if !strings.Contains(p.logged.String(), "client=203.0.113.7") {
		t.Errorf("the log does not name the caller:\n%s", p.logged)
	}
}
