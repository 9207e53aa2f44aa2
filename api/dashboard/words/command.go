package words

import (
	"fmt"
	"regexp"
	"strings"

	"bulkpatch/client"
)

// Command returns the command of bulkpatch that makes a job like this one on the
// server at base, with the key in BULKPATCH_KEY. Like any other it asks first where the
// job is large. It is "" where the job does not show its whole request, or the request
// is too long for a command.
func Command(j client.Job, base string) string {
	parts, ok := partsOf(j)
	var lines []string
	switch {
	case j.Kind == "undo" && j.Undo.UndoOf != nil:
		lines = []string{"bulkpatch undo " + *j.Undo.UndoOf}
	case j.Kind == "retry" && j.RetryOf != nil:
		lines = []string{"bulkpatch retry " + *j.RetryOf}
		if how := onMismatch(j); how != "" {
			lines = append(lines, "--on-mismatch="+how)
		}
	case !ok, j.Kind == "undo", j.Kind == "retry", len(parts.filter)+len(parts.patch)+len(parts.compute) > maxArgument:
		return ""
	default:
		lines = parts.submitLines()
	}
	lines = append(lines, "--server="+shellQuote(strings.TrimSuffix(base, "/")))
	return strings.Join(lines, " \\\n  ")
}

// submitLines returns the command that submits an update.
func (p requestParts) submitLines() []string {
	lines := []string{"bulkpatch submit " + visibleQuote(p.model)}
	if p.idJSON != nil {
		lines = append(lines, "--id="+visibleQuote(p.id))
	} else {
		lines = append(lines, "--filter="+shellQuote(string(p.filter)))
	}
	if p.patch != nil {
		lines = append(lines, "--patch="+shellQuote(string(p.patch)))
	}
	if p.compute != nil {
		lines = append(lines, "--compute="+shellQuote(string(p.compute)))
	}
	for _, o := range p.options {
		lines = append(lines, Flag(o.name)+"="+visibleQuote(o.text()))
	}
	return lines
}

// visibleQuote writes a text as one word of the shell, in which every character can be
// seen: where one cannot, in the form of quotes that knows escapes. bash, zsh and the
// shells of POSIX.1-2024 have it.
func visibleQuote(s string) string {
	if !strings.ContainsFunc(s, hiddenRune) {
		return shellQuote(s)
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\'', r == '\\':
			b.WriteString(`\` + string(r))
		case r > 0xFFFF && hiddenRune(r):
			fmt.Fprintf(&b, `\U%08x`, r)
		case hiddenRune(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return "$'" + b.String() + "'"
}

var capital = regexp.MustCompile(`[A-Z]`)

// Flag returns the flag of the command line that is named after an option or a
// parameter of the API.
func Flag(name string) string {
	return "--" + strings.ToLower(capital.ReplaceAllString(name, "-$0"))
}
