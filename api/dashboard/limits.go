package dashboard

import (
	"net/http"
	"strconv"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// adminStyle is the style sheet of the pages about keys, the audit, limits, the brake
// and the queues.
const adminStyle = "admin.css"

// A limitsPage says what the server accepts, and how much of it is used.
type limitsPage struct {
	Used   []usedLimit
	Groups []limitGroup
}

// A usedLimit is a limit with how much of it is used now.
type usedLimit struct {
	Name, Why   string
	Used, Limit string // as people write them
	Bar         []segment
	Full        bool // nearly all of it is used
}

// A limitGroup is a group of limits.
type limitGroup struct {
	Name   string
	Limits []limitLine
}

// A limitLine is a limit.
type limitLine struct{ Name, Value string }

// nearlyFull is of how much of a limit a page warns, in percent.
const nearlyFull = 90

// usedOf shows a limit. write writes its numbers.
func usedOf(name, why string, l client.UsedLimit, write func(int64) string) usedLimit {
	u := usedLimit{Name: name, Why: why, Used: write(l.Used), Limit: write(l.Limit)}
	if l.Used <= 0 || l.Limit <= 0 {
		return u
	}
	share := min(float64(l.Used)*100/float64(l.Limit), 100)
	class := "b-same"
	if u.Full = share >= nearlyFull; u.Full {
		class = "b-fail"
	}
	u.Bar = []segment{{class, percent(0), percent(max(share, leastWidth))}}
	return u
}

// Limits answers with the page about what the server accepts.
func (d *Dashboard) Limits(v *Visit) error {
	var l client.Limits
	if err := v.Get("/v1/limits", &l); err != nil {
		return err
	}
	count := func(n int64) string { return words.Number(n) }
	page := limitsPage{Used: []usedLimit{
		usedOf("Open bulk jobs", "All jobs of the workspace that have not ended, but those over one customer. Further ones are refused until some end.", l.OpenJobs.Bulk, count),
		usedOf("Open updates of one customer", "The same for jobs over one customer.", l.OpenJobs.Singles, count),
		usedOf("Filters and patches of open jobs", "How much the requests of all open jobs of the workspace take.", l.OpenJobs.RequestBytes, byteCount),
		usedOf("Live views", "Event streams and waiting calls that your key has open in this process. A page that shows a running job is one.", l.Streams, count),
	}, Groups: limitGroups(l)}
	f := d.visited(v, "Limits", LimitsPath, page)
	f.Every, f.Styles = 10, []string{adminStyle}
	return show(v, http.StatusOK, "limits", f)
}

// limitGroups lists the limits that hold for each call alone.
func limitGroups(l client.Limits) []limitGroup {
	rate := "any number"
	if n := l.Rate.CallsPerSecond; n != nil {
		rate = words.Number(*n)
	}
	return []limitGroup{
		{"Calls", []limitLine{
			{"Calls of a key in a second", rate}, {"Body, unpacked", byteCount(l.Requests.BodyBytes)},
			{"Address", byteCount(l.Requests.URLBytes)}, {"Headers", byteCount(l.Requests.HeaderBytes)},
			{"Waiting for a change", lastingSeconds(l.Requests.WaitSeconds)},
		}},
		{"Updates", []limitLine{
			{"Conditions of a filter", words.Number(l.Filters.Conditions)}, {"Values in a filter", words.Number(l.Filters.Values)},
			{"Groups within groups", words.Number(l.Filters.Nesting)}, {"Filter in all", byteCount(l.Filters.Bytes)},
			{"Names that merge in a patch", words.Number(l.Patches.Names)}, {"A field’s value after the change", byteCount(l.Patches.ValueBytes)},
			{"New options of a drop-down", words.Number(l.Options.Added)}, {"A new option", words.Plural(l.Options.Characters, "character")},
			{"Note", words.Plural(l.Requests.NoteCharacters, "character")}, {"Records chosen for an undo", words.Number(l.Undos.IDs)},
		}},
		{"Computed values", []limitLine{
			{"Operators of an update", words.Number(l.Computed.Operators)}, {"Operators of a field", words.Number(l.Computed.Pipeline)},
			{"Items of lists and pairs of values", words.Number(l.Computed.Values)}, {"A text that an operator is given", words.Plural(l.Computed.Characters, "character")},
			{"Fields that a text is composed from", words.Number(l.Computed.Fields)},
		}},
		{"Lists and previews", []limitLine{
			{"A list or a count", lastingSeconds(l.Queries.Seconds)},
			{"A preview, before it goes on as a job", lastingSeconds(l.Queries.PreviewSeconds)},
			{"A page of a list", words.Plural(l.Pages.Items, "item") + ", " + byteCount(l.Pages.Bytes)},
		}},
		{"Imports", []limitLine{
			{"At once by a key, in a process", words.Number(l.Imports.AtOnce)}, {"A line", byteCount(l.Requests.LineBytes)},
			{"Rows set aside until their ids are made", byteCount(l.Imports.AsideBytes)},
		}},
		{"Webhooks", []limitLine{
			{"URL", byteCount(l.Webhooks.URLBytes)}, {"An answer", lastingSeconds(l.Webhooks.TimeoutSeconds)},
			{"Failed attempts are repeated for", lastingSeconds(l.Webhooks.RetrySeconds)}, {"Attempts that are listed", words.Number(l.Webhooks.Attempts)},
		}},
		{"Keys and sign-ins", []limitLine{
			{"Secrets of a key that work at once", words.Number(l.Keys.Secrets)}, {"Sessions of a key", words.Number(l.Keys.Sessions)},
			{"Failed sign-ins from an address in a minute", words.Number(l.Keys.FailedSignIns)},
		}},
	}
}

func lastingSeconds(n int64) string { return words.Lasting(time.Duration(n) * time.Second) }

// byteCount writes a number of bytes exactly: in a binary unit where that leaves no
// rest.
func byteCount(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB"}
	at := 0
	for n != 0 && n%1024 == 0 && at < len(units)-1 {
		n, at = n/1024, at+1
	}
	if at == 0 {
		return words.Plural(n, "byte")
	}
	return words.Number(strconv.FormatInt(n, 10)) + " " + units[at]
}
