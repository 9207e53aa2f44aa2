package model

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // zone names must be known on machines without a zone database
)

// formatUUID is the format of strings that [Field.Normal] changes to lower case.
const formatUUID = "uuid"

// formats are the checks for the keyword "format" of the schema, in fields and
// inside objects and lists alike. "url", "domain" and "timezone" are ours, the
// others are those of JSON Schema.
var formats = map[string]func(string) bool{
	"date":      ValidDate,
	"date-time": func(s string) bool { _, ok := ParseTime(s); return ok },
	"email":     validEmail,
	"uri":       validURI,
	"url":       validURL,
	formatUUID:  validUUID,
	"hostname":  validHostname,
	"domain":    validDomain,
	"timezone":  validTimezone,
	"ipv4":      func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is4() },
	"ipv6":      func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Is6() && a.Zone() == "" },
}

// formatNames describe the formats in details of faults.
var formatNames = map[string]string{
	"date":      "a date as YYYY-MM-DD",
	"date-time": "a date and time as in RFC 3339, with an offset, of the years 1 to 9999",
	"email":     "an email address",
	"uri":       "an absolute URI",
	"url":       "a web address that begins with http:// or https://",
	formatUUID:  "a UUID",
	"hostname":  "a host name",
	"domain":    "a domain name",
	"timezone":  "the name of a time zone of the tz database",
	"ipv4":      "an IPv4 address",
	"ipv6":      "an IPv6 address",
}

// validEmail accepts local@domain. The domain must have a dot, because an address
// without one is mostly a typing error. Letters beyond ASCII are allowed on both
// sides (RFC 6531), quoted parts are not.
func validEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > 254 {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if local[0] == '.' || local[at-1] == '.' || strings.Contains(local, "..") {
		return false
	}
	for i := range len(local) {
		c := local[i]
		if !isWordByte(c) && c < 0x80 && !strings.ContainsRune(".!#$%&'*+/=?^`{|}~-", rune(c)) {
			return false
		}
	}
	return countLabels(domain, isInternationalByte) >= 2
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// isHostByte reports whether c may stand in a label of a host name.
func isHostByte(c byte) bool { return c != '_' && isWordByte(c) || c == '-' }

// isInternationalByte is isHostByte with letters beyond ASCII (RFC 6531).
func isInternationalByte(c byte) bool { return isHostByte(c) || c >= 0x80 }

// countLabels counts the labels of a host name, or returns 0 if it is none.
func countLabels(s string, allowed func(c byte) bool) int {
	if len(s) > 253 {
		return 0
	}
	count := 0
	for label := range strings.SplitSeq(s, ".") {
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return 0
		}
		for i := range len(label) {
			if !allowed(label[i]) {
				return 0
			}
		}
		count++
	}
	return count
}

func validHostname(s string) bool { return countLabels(s, isHostByte) >= 1 }

// validDomain accepts a host name with a dot. Its last label must not be a number,
// so that an IPv4 address is no domain.
func validDomain(s string) bool {
	if countLabels(s, isHostByte) < 2 {
		return false
	}
	last := s[strings.LastIndexByte(s, '.')+1:]
	return countDigits(last) < len(last)
}

func parseURI(s string) (*url.URL, bool) {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == 0x7f || strings.IndexByte("<>\"\\^`{|}", s[i]) >= 0 {
			return nil, false
		}
	}
	u, err := url.Parse(s)
	return u, err == nil
}

func validURI(s string) bool {
	u, ok := parseURI(s)
	return ok && u.IsAbs()
}

func validURL(s string) bool {
	u, ok := parseURI(s)
	return ok && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

func validUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f') {
				return false
			}
		}
	}
	return true
}

// zoneName matches names of the tz database. Some systems have copies of the zones
// under posix/ and right/, which are not accepted.
var zoneName = regexp.MustCompile(`^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$`)

// knownZones caches the valid names. It cannot become larger than the tz
// database.
var knownZones sync.Map

func validTimezone(s string) bool {
	if _, ok := knownZones.Load(s); ok {
		return true
	}
	if len(s) > 60 || s == "Local" || s == "Factory" || !zoneName.MatchString(s) {
		return false
	}
	if _, err := time.LoadLocation(s); err != nil {
		return false
	}
	knownZones.Store(strings.Clone(s), true)
	return true
}
