package web

import "strings"

// maxLogged bounds the bytes of an error in the log.
const maxLogged = 1000

// ErrorText returns the text of an error for the log. It is shortened, because
// it may hold what a caller sent.
func ErrorText(err error) string {
	text := err.Error()
	if len(text) > maxLogged {
		text = strings.ToValidUTF8(text[:maxLogged], "") + "…"
	}
	return text
}
