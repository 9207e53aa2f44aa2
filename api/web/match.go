package web

import "strings"

// MatchesTag reports whether If-None-Match headers name a tag, compared
// weakly (RFC 9110).
func MatchesTag(headers []string, tag string) bool {
	opaque := strings.TrimPrefix(tag, "W/")
	for _, h := range headers {
		for part := range strings.SplitSeq(h, ",") {
			part = strings.TrimSpace(part)
			if part == "*" || strings.TrimPrefix(part, "W/") == opaque {
				return true
			}
		}
	}
	return false
}
