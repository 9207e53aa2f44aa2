package dashboard

import (
	"encoding/json"
	"maps"
	"strconv"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// A composeReason is why some customers would not change.
type composeReason struct {
	Count                int64
	Place, Title, Advice string
	IDs                  []string // of a few of them
}

// Reasons says why customers would fail or be skipped.
func (p *composePreview) Reasons() (list []composeReason) {
	for _, r := range p.Preview.Reasons {
		reason := composeReason{Count: r.Count, Place: pointerWords(r.Pointer), Title: r.Title}
		_, reason.Advice = words.Reason(r.Code)
		for _, id := range r.SampleIDs[:min(len(r.SampleIDs), 3)] {
			reason.IDs = append(reason.IDs, id.String())
		}
		list = append(list, reason)
	}
	return list
}

// composeGuards says why an option would refuse the update.
var composeGuards = map[string]string{
	"maxAffected":  "More customers match than “Refuse above” allows, so nothing would be changed.",
	"confirmToken": "Other customers match by now.",
}

// GuardWords says which option would refuse the update, "" for none.
func (p *composePreview) GuardWords() string {
	if p.Preview == nil || p.Preview.Guard == "" {
		return ""
	}
	if words := composeGuards[p.Preview.Guard]; words != "" {
		return words
	}
	return "The option " + p.Preview.Guard + " would refuse this update, so nothing would be changed."
}

// Examined is how much the job has done, in whole percent.
func (p *composePreview) Examined() string {
	return strconv.Itoa(int(p.Job.Progress.ResolvedPercent))
}

// Line says in a few words what the preview shows, for phones, where it is out of sight.
func (p *composePreview) Line() string {
	switch {
	case p.Preview != nil:
		return words.Number(p.Preview.Matched) + " match, " + words.Number(p.Preview.WouldChange) + " change"
	case p.Counted:
		return words.Number(p.Count) + " match"
	case p.Job != nil:
		return "Still counting"
	case len(p.Faults.List) > 0:
		return p.Faults.Summary()
	}
	return "What will happen"
}

// Address is the address that begins this update, "" if it would be too long for one.
func (p *composePreview) Address() string {
	if address := newUpdatePath(p.Model, p.Filter, p.Changes); len(address) <= longestAddress {
		return address
	}
	return ""
}

// longestAddress is how long an address of a page may be, in bytes: servers between may
// take no longer one.
const longestAddress = 6 << 10

// Bar shows what would happen, as the bar of a job shows what has happened.
func (p *composePreview) Bar() []segment { return barOf(p.counts()) }

// Legend names the parts of the bar.
func (p *composePreview) Legend() []outcomeCount {
	c := p.counts()
	list := []outcomeCount{{Class: "b-up", Word: "change", Count: c.Updated}, {Class: "b-same", Word: "are right already", Count: c.Unchanged}}
	if c.Skipped > 0 {
		list = append(list, outcomeCount{Class: "b-skip", Word: "would be skipped", Count: c.Skipped})
	}
	if c.Failed > 0 {
		list = append(list, outcomeCount{Class: "b-fail", Word: "would fail", Count: c.Failed})
	}
	return list
}

func (p *composePreview) counts() client.Counts {
	of := p.Preview
	return client.Counts{Matched: &of.Matched, Updated: of.WouldChange, Unchanged: of.Unchanged, Skipped: of.WouldSkip, Failed: of.WouldFail}
}

// sentence says in words what the update of a form is, with secrets masked.
func (m *composeModel) sentence(f *composeForm) words.Sentence {
	entries := maps.Clone(f.Entries)
	for name, e := range entries {
		if field := m.byName[name]; field != nil && field.Secret && e.Do == setField {
			entries[name] = composeEntry{Do: setField, Text: words.SecretMask}
		}
	}
	patch, _ := m.patchOf(entries, f.Further)
	compute, _ := m.computeOf(entries, f.Computed)
	request := client.Request{Filter: json.RawMessage(f.filterText()), Patch: patchOrNone(patch, compute), Compute: compute}
	return words.Job(client.Job{Kind: "bulk", Model: m.Name, Request: request}, m.known, nil)
}

// patchOrNone is the patch, nil if there is none, or if it changes nothing while
// something is computed.
func patchOrNone(patch, compute json.RawMessage) json.RawMessage {
	if noValue(patch) || string(patch) == "{}" && !noValue(compute) {
		return nil
	}
	return patch
}

// A shareable is what an update changes as it may stand in an address: without secrets.
// Each part is "" if it changes nothing.
type shareable struct{ Patch, Compute string }

func (m *composeModel) shareable(f *composeForm) (s shareable) {
	entries := map[string]composeEntry{}
	for name, e := range f.Entries {
		if field := m.byName[name]; field != nil && !field.Secret {
			entries[name] = e
		}
	}
	if patch, faults := m.patchOf(entries, f.Further); len(faults) == 0 && string(patch) != "{}" {
		s.Patch = string(patch)
	}
	if compute, faults := m.computeOf(entries, f.Computed); len(faults) == 0 {
		s.Compute = string(compute)
	}
	return s
}
