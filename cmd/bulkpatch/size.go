package main

import (
	"fmt"
	"strconv"
	"strings"
)

// units are the units of sizes.
var units = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// size reads a flag that is a size within bounds.
func (r *reader) size(flag, text string, least, most int64) int64 {
	n, ok := parseSize(text)
	if !ok || n < least || n > most {
		r.fault(flag, "%q is not a size from %s to %s, such as 2MiB", text, sizeText(least), sizeText(most))
		return 0
	}
	return n
}

// parseSize reads a number of bytes, KiB, MiB or GiB.
func parseSize(text string) (n int64, ok bool) {
	unit := int64(1)
	for _, u := range units {
		if digits, ok := strings.CutSuffix(text, u.name); ok {
			text, unit = strings.TrimSpace(digits), u.bytes
			break
		}
	}
	count, err := strconv.ParseUint(text, 10, 33) // of the largest unit fewer than 2^63 bytes
	return int64(count) * unit, err == nil
}

// sizeText formats a size in the form that parseSize reads.
func sizeText(n int64) string {
	for _, u := range units {
		if n >= u.bytes && n%u.bytes == 0 {
			return fmt.Sprintf("%d%s", n/u.bytes, u.name)
		}
	}
	return strconv.FormatInt(n, 10)
}
