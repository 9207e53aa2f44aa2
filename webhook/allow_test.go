package webhook

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"bulkpatch/job"
)

func TestOnlyPublicAddressesMayBeCalled(t *testing.T) {
	none, _ := ParseAllow("")
	some, err := ParseAllow("10.1.2.0/24, 127.0.0.1,::1,fd00::/8")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"93.184.215.14": "public", "::ffff:93.184.215.14": "public", "2606:2800:21f:cb07::1": "public", "64:ff9b::5db8:d70e": "public", "2002:5db8:d70e::1": "public",
		"10.1.2.3": "named", "127.0.0.1": "named", "::1": "named", "::ffff:127.0.0.1": "named", "fd00::1": "named",
		"10.1.3.3": "", "127.0.0.2": "", "0.0.0.0": "", "0.1.2.3": "", "100.64.0.1": "", "169.254.169.254": "", "168.63.129.16": "", "172.16.0.1": "", "172.31.255.255": "",
		"192.168.1.1": "", "192.0.0.1": "", "192.0.2.1": "", "198.18.0.1": "", "198.51.100.1": "", "203.0.113.1": "", "224.0.0.1": "", "255.255.255.255": "",
		"::": "", "::10.0.0.1": "", "::ffff:10.0.0.1": "", "::ffff:169.254.169.254": "", "64:ff9b::a9fe:a9fe": "", "64:ff9b:1::1": "", "2002:7f00:1::1": "",
		"100::1": "", "2001:db8::1": "", "2001::1": "", "3fff::1": "", "fc00::1": "", "fe80::1": "", "fec0::1": "", "ff02::1": "", "4000::1": "",
		"fe80::1%eth0": "",
	} {
		a := netip.MustParseAddr(text)
		for by, got := range map[string]bool{
			"https": some.may(a, true) == (want != ""), "http": some.may(a, false) == (want == "named"),
			"https, none named": none.may(a, true) == (want == "public"), "http, none named": !none.may(a, false),
		} {
			if !got {
				t.Errorf("%s by %s is not judged as %q", text, by, want)
			}
		}
	}
}

func TestAListOfAllowedHostsNamesWhatIsWrong(t *testing.T) {
	if _, err := ParseAllow("hooks.internal, 10.0.0.0/33,http://x,a:80,1.2.3,[::1],"); err == nil || !strings.HasPrefix(err.Error(), `"10.0.0.0/33", "http://x", "a:80", "1.2.3" is not a host`) {
		t.Errorf("it says %v", err)
	}
	a, err := ParseAllow("Hooks.Internal.,bücher.example")
	if err != nil || !a.hostNamed("hooks.INTERNAL") || a.hostNamed("x.hooks.internal") || !a.hostNamed("xn--bcher-kva.example") {
		t.Errorf("it names %+v, %v", a, err)
	}
}

// A nameServer answers each question with the next of its addresses, and the last one
// again and again.
type nameServer struct {
	mu        sync.Mutex
	addresses []string // of IPv4; "" is an answer without any
}

// resolver starts the server.
func (n *nameServer) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			size, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if reply := n.reply(buf[:size]); reply != nil {
				conn.WriteTo(reply, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (n *nameServer) reply(question []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Additionals = true, nil
	q := m.Questions[0]
	if address := n.next(q.Type); address != "" {
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
			Body:   &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()},
		}}
	}
	reply, _ := m.Pack()
	return reply
}

func (n *nameServer) next(kind dnsmessage.Type) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if kind != dnsmessage.TypeA {
		return ""
	}
	first := n.addresses[0]
	if len(n.addresses) > 1 {
		n.addresses = n.addresses[1:]
	}
	return first
}

func TestAURLIsRefusedByItsHost(t *testing.T) {
	for text, want := range map[string]string{
		"https://93.184.215.14/": "", "https://public.test/": "", "https://unknown.test/": "", "http://named.internal/": "", "https://named.internal/": "", "http://10.1.2.3/": "",
		"https://NAMED.İnternal/": "private", "http://named.%C4%B0nternal/": "https", "https://NÄMED.example/": "", "http://xn--nmed-loa.example/": "", "https://a_ä.example/": "not valid", "https://127。0。0。1/": "private",
		"http://public.test/": "https", "http://unknown.test/": "https", "http://93.184.215.14/": "https",
		"https://private.test/": "private", "https://localhost/": "private", "https://a.localhost./": "private", "https://127.0.0.1/": "private", "https://[::1]/": "private",
		"https://127.1/": "private", "https://2130706433/": "private", "https://0x7f.1/": "private", "http://10.1.3.3/": "private", "https://[fe80::1%25lo]/": "private",
	} {
		a, _ := ParseAllow("named.internal,nämed.example,10.1.2.0/24")
		a.resolver = (&nameServer{addresses: []string{map[string]string{"https://private.test/": "192.168.0.1", "https://NAMED.İnternal/": "192.168.0.1"}[text]}}).resolver(t)
		if strings.Contains(text, "public") {
			a.resolver = (&nameServer{addresses: []string{"93.184.215.14"}}).resolver(t)
		}
		u, must := job.ParseWebhook(text)
		if must != "" {
			t.Fatal(text, must)
		}
		said := a.Refuses(t.Context(), u)
		if (said == "") != (want == "") || !strings.Contains(said, want) {
			t.Errorf("%s: %q", text, said)
		}
	}
}

// TestANameThatChangesLeadsNowhere gives a name a public address when its URL is
// checked, and that of a local service when it is called.
func TestANameThatChangesLeadsNowhere(t *testing.T) {
	called := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer inside.Close()
	at, _ := url.Parse(inside.URL)
	a, _ := ParseAllow("")
	a.resolver = (&nameServer{addresses: []string{"93.184.215.14", "127.0.0.1"}}).resolver(t)
	u, _ := url.Parse("https://turns.test:" + at.Port() + "/")
	if said := a.Refuses(t.Context(), u); said != "" {
		t.Fatal(said)
	}
	got := a.post(t.Context(), job.Dispatch{URL: u.String()}, []string{job.NewWebhookSecret()})
	if !strings.Contains(got.failure, "may not be called") || got.status != 0 || called {
		t.Errorf("it met %+v, and the service inside was called: %v", got, called)
	}
	a.hosts = []string{"turns.test"}
	if got := a.post(t.Context(), job.Dispatch{URL: strings.Replace(u.String(), "https", "http", 1)}, nil); got.status != 200 || !called {
		t.Errorf("a name that is allowed met %+v", got)
	}
}
