package web

// PagePolicy is the Content-Security-Policy of every page: it runs our own scripts and
// style sheets, and nothing that is written into the page or comes from elsewhere.
const PagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
