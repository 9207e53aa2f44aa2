package dashboard

import (
	"encoding/json"

	"bulkpatch/client"
)

type part struct {
	Text  string
	Value bool
}
type sentence []part
type choices map[string]bool

func choicesOf(client.Model) choices { return nil }
func (s sentence) String() (t string) {
	for _, p := range s {
		t += p.Text
	}
	return t
}
func sentenceOf(j client.Job, _ choices, _ *client.Job) sentence {
	return sentence{{Text: "Change "}, {Text: string(j.Request.Patch), Value: true}, {Text: " where "}, {Text: string(j.Request.Filter), Value: true}}
}
func filterWords(raw json.RawMessage, _ choices) sentence {
	return sentence{{Text: string(raw), Value: true}}
}
func reasonWords(code string) (title, advice string)        { return code, "" }
func waitWords(reason, detail string) (what, advice string) { return reason, detail }
func asCurl(j client.Job, base string) string               { return "curl " + base }
func asGo(j client.Job) string                              { return "client.Submit" }
