package api

import (
	"net/http"
	"strconv"

	"bulkpatch/api/web"
)

// Limits of what a request says beside its body.
const (
	MaxURL     = 64 << 10 // bytes of the URL
	MaxHeaders = 16 << 10 // bytes of all headers: names, values and line ends
	// MaxHeaderBytes is for [http.Server]: beyond it the server itself refuses
	// the request, in plain text. It is larger than the limits above, so that
	// callers who are somewhat above those get a problem document.
	MaxHeaderBytes = 128 << 10
)

// measured refuses a request with a URL or headers beyond the limits.
func measured(r *http.Request) error {
	if len(r.RequestURI) > MaxURL {
		return web.NewProblem("url_too_long", "The URL is longer than "+strconv.Itoa(MaxURL)+" bytes. A bulk update may have its filter in a body, with POST /v1/jobs.").
			Set("Connection", "close")
	}
	size := len("Host: ") + len(r.Host) + len("\r\n")
	for name, values := range r.Header {
		for _, v := range values {
			size += len(name) + len(": ") + len(v) + len("\r\n")
		}
	}
	if size > MaxHeaders {
		return web.NewProblem("headers_too_large", "The headers are larger than "+strconv.Itoa(MaxHeaders)+" bytes in all.").
			Set("Connection", "close")
	}
	return nil
}
