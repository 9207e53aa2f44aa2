package compat

import "time"

// milliseconds writes a stored time with three digits of its second.
func milliseconds(micros int64) string {
	return time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.000Z")
}
