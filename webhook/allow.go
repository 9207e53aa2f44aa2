package webhook

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/net/idna"
)

// An Allow says which addresses may be called: those of the public Internet by HTTPS,
// and besides the hosts and networks that the operator names, also by HTTP. The zero
// Allow names none. It is safe for concurrent use.
type Allow struct {
	hosts    []string // in lower case
	networks []netip.Prefix
	resolver *net.Resolver  // nil: goResolver
	roots    *x509.CertPool // nil: those of the system
	lookUps  places
}

// ParseAllow reads a list of hosts, addresses and networks, such as
// "hooks.internal,10.1.2.3,192.168.0.0/16", separated by commas. "" names none. Its
// error names each item that is none of these.
func ParseAllow(list string) (*Allow, error) {
	a := &Allow{}
	var wrong []string
	for item := range strings.SplitSeq(list, ",") {
		item = strings.ToLower(strings.TrimSpace(item))
		if item == "" {
			continue
		}
		if network, err := netip.ParsePrefix(item); err == nil {
			a.networks = append(a.networks, network.Masked())
		} else if address, err := netip.ParseAddr(strings.Trim(item, "[]")); err == nil && address.Zone() == "" {
			a.networks = append(a.networks, netip.PrefixFrom(address, address.BitLen()))
		} else if host, ok := ascii(item); ok && isHost(host) {
			a.hosts = append(a.hosts, strings.TrimSuffix(host, "."))
		} else {
			wrong = append(wrong, fmt.Sprintf("%q", item))
		}
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("%s is not a host, an address or a network, such as hooks.internal, 10.1.2.3 or 192.168.0.0/16", strings.Join(wrong, ", "))
	}
	return a, nil
}

// isHost reports whether a text in ASCII may be the name of a host.
func isHost(text string) bool {
	return len(text) <= 253 && strings.ContainsFunc(text, func(c rune) bool { return c >= 'a' && c <= 'z' }) &&
		!strings.ContainsAny(text, "/:@?#*[] ")
}

// refusedNetworks are the networks that are not of the public Internet: those of IANA's
// registries of special-purpose addresses (RFC 6890 and its updates), multicast, and the
// one address of a cloud's own services that lies elsewhere. Addresses of IPv6 that
// stand for one of IPv4 are judged as that one, see [plain].
var refusedNetworks = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16/32", // public, but each machine on Azure reaches its own host by it
	"::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20", "5f00::/16",
	"fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
)

var (
	nat64   = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052
	sixTo4  = netip.MustParsePrefix("2002::/16")    // RFC 3056
	unicast = netip.MustParsePrefix("2000::/3")     // all unicast addresses of IPv6 that were given out
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		list[i] = netip.MustParsePrefix(t)
	}
	return list
}

// plain returns the address of IPv4 that an address of IPv6 stands for, or the address
// itself.
func plain(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	b := a.As16()
	switch {
	case nat64.Contains(a):
		return netip.AddrFrom4([4]byte(b[12:]))
	case sixTo4.Contains(a):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return a
}

// named reports whether the operator has named an address.
func (a *Allow) named(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	return slices.ContainsFunc(a.networks, func(n netip.Prefix) bool { return n.Contains(address) })
}

// public reports whether an address is one of the public Internet.
func public(address netip.Addr) bool {
	address = plain(address)
	return !slices.ContainsFunc(refusedNetworks, func(n netip.Prefix) bool { return n.Contains(address) }) &&
		(address.Is4() || unicast.Contains(address))
}

// may reports whether an address may be called, by HTTPS or by HTTP.
func (a *Allow) may(address netip.Addr, secure bool) bool {
	return a.named(address) || secure && public(address)
}

// ascii returns the name of a host as it is looked up (RFC 5891). Only a name in this
// form can be compared: several others stand for it, and letters of other scripts become
// those of ASCII when they are written small.
func ascii(host string) (string, bool) {
	if !strings.ContainsFunc(host, func(c rune) bool { return c > 0x7f }) {
		return host, true
	}
	host, err := idna.Lookup.ToASCII(host)
	return host, err == nil
}

// hostNamed reports whether the operator has named a host, which is in ASCII.
func (a *Allow) hostNamed(host string) bool {
	return slices.Contains(a.hosts, strings.TrimSuffix(strings.ToLower(host), "."))
}

// Refuses says why a URL may not be called, in a sentence for who gave it, "" if it may
// be. It looks the host up, within two seconds: it refuses a name that has addresses,
// none of which may be called. A name that cannot be looked up now may be there when
// the job ends, and every connection is checked again. So a name is not refused either
// while too many others are being looked up.
func (a *Allow) Refuses(ctx context.Context, u *url.URL) string {
	host, valid := ascii(u.Hostname())
	secure := u.Scheme == "https"
	if !valid {
		return "The name of this host is not valid. Give its form in ASCII, such as xn--bcher-kva.example."
	}
	if a.hostNamed(host) {
		return ""
	}
	addresses, asked := a.addresses(ctx, host)
	if !asked {
		return ""
	}
	if slices.ContainsFunc(addresses, func(x netip.Addr) bool { return a.may(x, secure) }) {
		return ""
	}
	switch {
	case !secure && !slices.ContainsFunc(addresses, func(x netip.Addr) bool { return !public(x) }):
		return "This must be a URL of https. By http only those hosts are called that the operator has named with --webhook-allow."
	case len(addresses) > 0 || isLocal(host):
		return "This host has an address in a private, local or reserved network. Such are called only if the operator has named them with --webhook-allow."
	}
	return ""
}

// isLocal reports whether a name always means this machine (RFC 6761), or looks like an
// address without being one that can be read.
func isLocal(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	last := host[strings.LastIndexByte(host, '.')+1:]
	return host == "localhost" || last == "localhost" || last == "" || last[0] >= '0' && last[0] <= '9'
}

// errRefused is the error of a connection to an address that may not be called.
var errRefused = errors.New("the address may not be called")

// dialer returns a function that connects to the host of a URL. It checks the address
// of each connection after it was looked up, so a name whose addresses have changed
// since cannot lead elsewhere.
//
// The connection ends with the attempt, whose context is given. A transport would go on
// to connect, and to agree on TLS, after that: a receiver that says nothing could keep
// all of its connections.
func (a *Allow) dialer(attempt context.Context, u *url.URL) func(ctx context.Context, network, address string) (net.Conn, error) {
	d := &net.Dialer{Resolver: a.lookUp()}
	if host, valid := ascii(u.Hostname()); !valid || !a.hostNamed(host) {
		secure := u.Scheme == "https"
		d.Control = func(_, address string, _ syscall.RawConn) error {
			to, err := netip.ParseAddrPort(address)
			if err != nil || !a.may(to.Addr(), secure) {
				return errRefused
			}
			return nil
		}
	}
	return func(_ context.Context, network, address string) (net.Conn, error) {
		conn, err := d.DialContext(attempt, network, address)
		if err == nil {
			context.AfterFunc(attempt, func() { conn.Close() })
		}
		return conn, err
	}
}
