package web

import (
	"net"
	"net/http"
)

// LocalAddress is the address of callers in the same process: of commands that
// work on the database directly.
const LocalAddress = "local"

// ClientAddress returns the IP address from which a request came, without the
// port, or [LocalAddress].
func ClientAddress(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return LocalAddress
	}
	return host
}
