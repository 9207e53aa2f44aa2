package docs

import "strings"

// Rows returns the rows of the first table below a heading of the guide, as they are
// written; nil if there is no such heading or no table below it.
func Rows(heading string) (rows []string) {
	_, below, _ := strings.Cut(Guide, "# "+heading+"\n")
	below, _, _ = strings.Cut(below, "\n#")
	for line := range strings.SplitSeq(below, "\n") {
		switch {
		case strings.HasPrefix(line, "| "):
			rows = append(rows, line)
		case len(rows) > 0 && !strings.HasPrefix(line, "|"):
			return rows[1:]
		}
	}
	return rows[min(1, len(rows)):]
}
