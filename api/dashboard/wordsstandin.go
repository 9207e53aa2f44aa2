package dashboard

import (
	"strings"

	"bulkpatch/client"
)

type part struct {
	Text  string
	Value bool
}
type sentence []part

func (s sentence) String() (t string) {
	for _, p := range s {
		t += p.Text
	}
	return t
}

type choices map[string]map[string]bool

func choicesOf(client.Model) choices { return nil }

func sentenceOf(j client.Job, _ choices, _ *client.Job) sentence {
	return sentence{{Text: j.Kind + ": "}, {Text: string(j.Request.Patch), Value: true}, {Text: " where "}, {Text: string(j.Request.Filter), Value: true}}
}
func reasonWords(code string) (string, string) { return strings.ReplaceAll(code, "_", " "), "" }
func waitWords(reason, detail string) (string, string, string) {
	return "Waits: " + strings.ReplaceAll(reason, "_", " "), detail, ""
}
