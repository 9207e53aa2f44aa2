package dashboard

import (
	"encoding/json"
	"maps"
	"strconv"

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
		_, reason.Advice = reasonWords(r.Code)
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
		return number(p.Preview.Matched) + " match, " + number(p.Preview.WouldChange) + " change"
	case p.Counted:
		return number(p.Count) + " match"
	case p.Job != nil:
		return "Still counting"
	case len(p.Faults.List) > 0:
		return p.Faults.Summary()
	}
	return "What will happen"
}

// Address is the address that begins this update, "" if it would be too long for one.
func (p *composePreview) Address() string {
	if address := composeLink(p.Model, p.Filter, p.Patch); len(address) <= longestAddress {
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
func (p *composePreview) Legend() []composeCount {
	c := p.counts()
	list := []composeCount{{"b-up", c.Updated, "change"}, {"b-same", c.Unchanged, "are right already"}}
	if c.Skipped > 0 {
		list = append(list, composeCount{"b-skip", c.Skipped, "would be skipped"})
	}
	if c.Failed > 0 {
		list = append(list, composeCount{"b-fail", c.Failed, "would fail"})
	}
	return list
}

// A composeCount is how many customers would have an outcome.
type composeCount struct {
	Class string
	Count int64
	Words string
}

func (p *composePreview) counts() client.Counts {
	of := p.Preview
	return client.Counts{Matched: &of.Matched, Updated: of.WouldChange, Unchanged: of.Unchanged, Skipped: of.WouldSkip, Failed: of.WouldFail}
}

// sentence says in words what the update of a form is, with secrets masked.
func (m *composeModel) sentence(f *composeForm) sentence {
	entries := maps.Clone(f.Entries)
	for name, e := range entries {
		if field := m.byName[name]; field != nil && field.Secret && e.Do == setField {
			entries[name] = composeEntry{setField, secretMask}
		}
	}
	patch, _ := m.patchOf(entries, f.Further)
	return sentenceOf(client.Job{Kind: "bulk", Model: m.Name, Request: client.Request{Filter: json.RawMessage(f.filterText()), Patch: patch}}, m.known, nil)
}

// shareablePatch is the patch of a form as it may stand in an address: without secrets,
// "" if it changes nothing.
func (m *composeModel) shareablePatch(f *composeForm) string {
	entries := map[string]composeEntry{}
	for name, e := range f.Entries {
		if field := m.byName[name]; field != nil && !field.Secret {
			entries[name] = e
		}
	}
	patch, faults := m.patchOf(entries, f.Further)
	if len(faults) > 0 || string(patch) == "{}" {
		return ""
	}
	return string(patch)
}
