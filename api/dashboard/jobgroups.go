package dashboard

import (
	"encoding/json"
	"net/url"
	"slices"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// wholeRecord stands in a page's address for the pointer "", because a parameter that
// is empty is none.
const wholeRecord = "record"

// A reasonGroup is the records that were not updated for one reason.
type reasonGroup struct {
	client.ErrorSummary
	Advice  string // what to do, "" for nothing
	Class   string // the colour of the outcome
	Outcome string // "" in a preview
	Samples []sampleLink
	Lines   string // of some of the rows of a file, in words; "" for none
	Show    string // the path of their results
	Retry   string // the path of the confirmation of a retry, "" if there is none
	Word    string // of the link to the retry
}

// A sampleLink is one customer of a group. Path is "" for who may not see customers.
type sampleLink struct{ ID, Path string }

// Groups are the reasons for which records were not updated, the most frequent first.
func (v jobView) Groups() []reasonGroup {
	groups := make([]reasonGroup, len(v.ErrorSummary))
	for i, e := range v.ErrorSummary {
		g := groupOf(e, v.Model, v.May)
		g.Outcome = outcomeOf(e.Code)
		if e.Code == client.ReasonNoMatch && v.skipsUnmatched() {
			g.Outcome = client.OutcomeSkipped
		}
		g.Class = outcomeClasses[g.Outcome]
		reason := url.Values{"code": {e.Code}, "pointer": {pointerParam(e.Pointer)}}
		g.Show = withQuery(v.Path, reason) + "#records"
		if v.Allows("retry") && !slices.Contains(ofRows, e.Code) {
			g.Word = "Retry these…"
			if g.Outcome == client.OutcomeSkipped {
				g.Word = "Update these anyway…"
				reason.Set("skipped", "1")
			}
			g.Retry = withQuery(v.Path+"/retry", reason)
		}
		groups[i] = g
	}
	return groups
}

// ofRows are the reasons that lie in a row of a file. Another file corrects them, and no
// retry can.
var ofRows = []string{
	client.ReasonLineInvalid, client.ReasonNoKey, client.ReasonNoMatch, client.ReasonAmbiguous, client.ReasonDuplicateRow,
}

// skipsUnmatched reports whether the rows of a file job that have no customer are skipped.
func (v jobView) skipsUnmatched() bool {
	var o client.Options
	return json.Unmarshal(v.Request.Options, &o) == nil && o.Unmatched == client.UnmatchedSkip
}

// groupOf shows a reason without what depends on the job.
func groupOf(e client.ErrorSummary, model string, may JobRights) reasonGroup {
	g := reasonGroup{ErrorSummary: e}
	title, advice := words.Reason(e.Code)
	g.Advice, g.Lines = advice, words.Lines(e.SampleLines, e.Count)
	if g.Title == "" {
		g.Title = title
	}
	for _, id := range e.SampleIDs {
		s := sampleLink{ID: id.String()}
		if may.Values {
			s.Path = recordPath(model, s.ID)
		}
		g.Samples = append(g.Samples, s)
	}
	return g
}

// groupsOf shows the reasons of a preview.
func groupsOf(list []client.ErrorSummary, model string, may JobRights) []reasonGroup {
	groups := make([]reasonGroup, len(list))
	for i, e := range list {
		groups[i] = groupOf(e, model, may)
		groups[i].Class = outcomeClasses[outcomeOf(e.Code)]
	}
	return groups
}

// outcomesByCode are the codes whose records did not fail.
var outcomesByCode = map[string]string{
	"no_longer_matches": client.OutcomeSkipped, "not_found": client.OutcomeSkipped,
	"precondition_failed": client.OutcomeConflicted, "changed_since": client.OutcomeConflicted, "secret_not_kept": client.OutcomeConflicted,
}

// outcomeOf returns the outcome of the records with a code.
func outcomeOf(code string) string {
	if o, ok := outcomesByCode[code]; ok {
		return o
	}
	return client.OutcomeFailed
}

// pointerParam is how a page's address has a pointer.
func pointerParam(pointer string) string {
	if pointer == "" {
		return wholeRecord
	}
	return pointer
}

// pointerOf reads a pointer of a page's address; nil for any.
func pointerOf(param string) *string {
	switch param {
	case "":
		return nil
	case wholeRecord:
		param = ""
	}
	return &param
}
