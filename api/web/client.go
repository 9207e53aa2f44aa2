package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// ClientAddress returns the address that a request comes from. Of an IPv6 address it
// returns the network of 64 bits, all of which usually belong to one subscriber. It is
// not valid where the connection has none that is known.
func ClientAddress(r *http.Request) netip.Prefix {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	address := from.Addr().Unmap().WithZone("")
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	network, _ := address.Prefix(bits) // fails for too many bits only
	return network
}

// OverTLS reports whether the client uses TLS, towards us or towards a proxy in
// front. Whoever lies in the header of the proxy only affects their own cookies.
func OverTLS(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}
