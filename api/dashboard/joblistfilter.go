package dashboard

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"bulkpatch/job"
)

// What a list of jobs can be narrowed to besides single states and kinds.
const (
	openStates   = "open"     // jobs that have not ended
	failedStates = "failures" // jobs that ended with failures
	allKinds     = "all"
)

// A jobFilter is what a list of jobs is narrowed to, as the address of the page has
// it.
type jobFilter struct {
	Q         string // what was typed into the search box
	State     string // states, openStates or failedStates; "" for all
	Kind      string // kinds or allKinds; "" for [mainKinds]
	Model     string
	CreatedBy string
	When      string // one of [spans], "" for none
	Since     string // a day or a time
	Until     string // a day, which is included, or a time
}

// jobFilterNames are the parameters of the address.
var jobFilterNames = []string{"q", "state", "kind", "model", "createdBy", "when", "since", "until"}

// jobFilterOf reads the filter from the address of the page.
func jobFilterOf(v *Visit) jobFilter {
	by := v.query("createdBy")
	if by != "" && !strings.Contains(by, ":") {
		by = "key:" + by
	}
	return jobFilter{
		Q: v.query("q"), State: v.query("state"), Kind: v.query("kind"), Model: v.query("model"), CreatedBy: by,
		When: v.query("when"), Since: v.query("since"), Until: v.query("until"),
	}
}

// values are the parameters of the page with this filter.
func (f jobFilter) values() url.Values {
	q := url.Values{}
	for i, value := range []string{f.Q, f.State, f.Kind, f.Model, f.CreatedBy, f.When, f.Since, f.Until} {
		if value != "" {
			q.Set(jobFilterNames[i], value)
		}
	}
	return q
}

// path is the address of the page with this filter and further parameters, which are
// names and values in turn.
func (f jobFilter) path(further ...string) string {
	q := f.values()
	for i := 0; i < len(further); i += 2 {
		q.Set(further[i], further[i+1])
	}
	return withQuery(JobsPath, q)
}

// Path is the address of the first page with this filter.
func (f jobFilter) Path() string { return f.path() }

// A span is a filterChoice of how far back jobs were made.
type span struct {
	name, words string
	length      time.Duration
}

var spans = []span{
	{"1h", "Last hour", time.Hour},
	{"24h", "Last 24 hours", 24 * time.Hour},
	{"7d", "Last 7 days", 7 * 24 * time.Hour},
	{"30d", "Last 30 days", 30 * 24 * time.Hour},
}

// mainKinds are the kinds that are listed unless somebody asks for others: those that
// may change many records.
var mainKinds = slices.DeleteFunc(slices.Clone(job.Kinds), func(k job.Kind) bool { return k == job.Single || k == job.PreviewKind })

var (
	openList   = slices.DeleteFunc(slices.Clone(job.States), job.State.Final)
	failedList = []job.State{job.PartiallySucceeded, job.Failed}
)

func commas[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, t := range list {
		texts[i] = string(t)
	}
	return strings.Join(texts, ",")
}

// apiQuery returns the parameters for a list of the API, and what is wrong with the
// filter.
func (f jobFilter) apiQuery(now time.Time) (q url.Values, wrong []string) {
	q = url.Values{"model": {f.Model}, "createdBy": {f.CreatedBy}}
	search := searchOf(f.Q)
	q.Set("id", search.id)
	q.Set("note", search.note)
	if search.by != "" {
		q.Set("createdBy", search.by)
	}
	if f.Q != "" && search == (jobSearch{}) {
		wrong = append(wrong, "There is nothing to search for: type an id, a name or a word.")
	}
	switch q.Set("state", f.State); f.State {
	case openStates:
		q.Set("state", commas(openList))
	case failedStates:
		q.Set("state", commas(failedList))
	}
	switch q.Set("kind", f.Kind); {
	case f.Kind == allKinds, f.Kind == "" && search.id != "":
		q.Del("kind")
	case f.Kind == "":
		q.Set("kind", commas(mainKinds))
	}
	wrong = append(wrong, f.addTimes(q, now)...)
	for name, values := range q {
		if values[0] == "" {
			q.Del(name)
		}
	}
	return q, wrong
}

// addTimes adds when the jobs were made. All that was given holds.
func (f jobFilter) addTimes(q url.Values, now time.Time) (wrong []string) {
	since, ok := moment(f.Since, 0)
	if !ok {
		wrong = append(wrong, "The first day is not a date, such as 2026-01-31.")
	}
	until, ok := moment(f.Until, 24*time.Hour)
	if !ok {
		wrong = append(wrong, "The last day is not a date, such as 2026-01-31.")
	}
	at := slices.IndexFunc(spans, func(s span) bool { return s.name == f.When })
	switch {
	case at >= 0:
		if from := now.Add(-spans[at].length).Truncate(time.Second); from.After(since) {
			since = from
		}
	case f.When != "":
		wrong = append(wrong, "How far back is one of 1h, 24h, 7d and 30d.")
	}
	if !since.IsZero() {
		q.Set("since", since.UTC().Format(time.RFC3339Nano))
	}
	if !until.IsZero() {
		q.Set("until", until.UTC().Format(time.RFC3339Nano))
	}
	return wrong
}

// moment reads a time, or a day in UTC, to which it adds what is to be added to days.
// It is zero where there is none.
func moment(text string, addToDay time.Duration) (t time.Time, ok bool) {
	if text == "" {
		return time.Time{}, true
	}
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t.Add(addToDay), true
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}

// A jobSearch is what somebody searches for.
type jobSearch struct {
	id   string // of a job, or its beginning
	by   string // who made the jobs
	note string // the beginnings of words
}

// idForm is what a search for an id looks like.
var idForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(-?$|-[0-9a-fA-F-]{0,27}$)`)

// searchOf reads what was typed into the search box. Whatever has the form of an id
// is one, unless it is in quotes.
func searchOf(text string) (s jobSearch) {
	if idForm.MatchString(text) {
		return jobSearch{id: strings.ToLower(text)}
	}
	var words []string
	for _, word := range strings.Fields(text) {
		prefix, name, found := strings.Cut(word, ":")
		prefix = strings.ToLower(prefix)
		switch {
		case !found || name == "" || prefix != "by" && prefix != "key":
			words = append(words, word)
		case prefix == "by" && strings.Contains(name, ":"):
			s.by = name
		default:
			s.by = "key:" + name
		}
	}
	if s.note = strings.Join(words, " "); len(job.Words(s.note)) == 0 {
		s.note = ""
	}
	return s
}

// asWords returns the filter that searches notes for what looked like an id.
func (f jobFilter) asWords() jobFilter {
	f.Q = `"` + f.Q + `"`
	return f
}

// HidesSingles reports whether updates of single records are left out because nobody
// has asked for them.
func (f jobFilter) HidesSingles() bool { return f.Kind == "" && searchOf(f.Q).id == "" }

// WithSingles is the page with all kinds.
func (f jobFilter) WithSingles() string {
	f.Kind = allKinds
	return f.path()
}

// Narrowed reports whether anything is left out besides what is by default.
func (f jobFilter) Narrowed() bool {
	return f != jobFilter{Kind: f.Kind} || f.Kind != "" && f.Kind != allKinds
}
