package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the addresses of the reverse proxies in front of the service. Only
// these are believed when they say for whom they ask.
type Proxies []netip.Prefix

// A forwarded is what a trusted proxy says of a request.
type forwarded struct {
	client string
	https  bool
}

type forwardedKey struct{}

// Resolve returns the request with what a trusted proxy says of it, for
// [ClientAddress] and [IsHTTPS]: the headers X-Forwarded-For and
// X-Forwarded-Proto. A request from anywhere else is returned as it is, and its
// headers mean nothing, since every caller can send them.
func (p Proxies) Resolve(r *http.Request) *http.Request {
	if !p.include(peer(r)) {
		return r
	}
	protos := strings.Split(strings.Join(r.Header.Values("X-Forwarded-Proto"), ","), ",")
	from := forwarded{
		client: p.client(r),
		https:  strings.EqualFold(strings.TrimSpace(protos[len(protos)-1]), "https"),
	}
	return r.WithContext(context.WithValue(r.Context(), forwardedKey{}, from))
}

// client returns the rightmost address in X-Forwarded-For that is no trusted
// proxy's. Each proxy appends the address that it was called from, so all
// before that one may be invented. If all are trusted proxies, it is the first of
// them; what is no address ends the list.
func (p Proxies) client(r *http.Request) string {
	client := peer(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		address, ok := parseAddress(strings.TrimSpace(hop))
		if !ok {
			break
		}
		if client = address.String(); !p.include(client) {
			break
		}
	}
	return client
}

func (p Proxies) include(address string) bool {
	a, ok := parseAddress(address)
	return ok && slices.ContainsFunc(p, func(net netip.Prefix) bool { return net.Contains(a) })
}

// parseAddress reads an IP address, which may have a port. An IPv4 address in the
// form of IPv6 becomes what it is.
func parseAddress(text string) (netip.Addr, bool) {
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		with, portErr := netip.ParseAddrPort(text)
		address, err = with.Addr(), portErr
	}
	return address.Unmap().WithZone(""), err == nil
}

// LocalAddress is the address of callers in the same process: of commands that
// work on the database directly.
const LocalAddress = "local"

// peer returns the address of the other end of the connection, without its port.
func peer(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return LocalAddress
	}
	return host
}

// ClientAddress returns the IP address of the caller: the one that a trusted
// proxy names (see [Proxies.Resolve]), else that of the other end of the
// connection, or [LocalAddress].
func ClientAddress(r *http.Request) string {
	if from, ok := r.Context().Value(forwardedKey{}).(forwarded); ok {
		return from.client
	}
	return peer(r)
}

// IsHTTPS reports whether the caller's connection is encrypted: the connection to
// this process, or the one to a trusted proxy that says so.
func IsHTTPS(r *http.Request) bool {
	from, _ := r.Context().Value(forwardedKey{}).(forwarded)
	return r.TLS != nil || from.https
}

// ClientNetwork returns the address of the caller as a network. Of an IPv6 address it
// is the network of 64 bits, all of which usually belong to one subscriber. It is not
// valid where the address is not known.
func ClientNetwork(r *http.Request) netip.Prefix {
	address, ok := parseAddress(ClientAddress(r))
	if !ok {
		return netip.Prefix{}
	}
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	network, _ := address.Prefix(bits) // fails for too many bits only
	return network
}
