package api

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// options are the options of an update: those of the job, and those that
// only the call itself knows.
type options struct {
	job.Options
	DryRun       bool
	ConfirmToken string
	Confirmed    bool      // a token was given, also where that is an empty one
	Webhook      string    // URL to call at the end, "" for none; Options has what may be shown of it
	webhookAt    [2]string // where it was given, for faults: part of the request and pointer

	Blank, ClearWord, Unmatched string // of a file job, "" for not given
}

// An option is one that callers may give, as a query parameter or as a member
// of options.
type option struct {
	name string
	typ  string // of the value: boolean, integer, number or string
	// bulk: the option is for updates of many records. It would have no effect
	// on a single one, so it is refused there.
	bulk bool
	// filter and file: the option is for updates by filter, or for file jobs, alone.
	filter, file bool
	description  string
	// set takes the value, or says what it must be.
	set func(o *options, v jsontext.Value) (code, must string)
}

// detailBulkOnly says why a call refuses an option.
const detailBulkOnly = "This option is for updates by filter; this one names a single record."

// optionList lists all options.
var optionList = []option{
	{"allowAll", "boolean", true, true, false, "Confirms that an empty filter means all customers.", func(o *options, v jsontext.Value) (string, string) {
		return setBool(&o.AllowAll, v)
	}},
	{"maxAffected", "integer", true, false, false, "Fails the job, before it changes anything, where the filter matches more customers.", func(o *options, v jsontext.Value) (string, string) {
		return setCount(&o.MaxAffected, v, 0)
	}},
	{"expectedCount", "integer", true, false, false, "Fails the job, before it changes anything, where the filter matches another number of customers.", func(o *options, v jsontext.Value) (string, string) {
		return setCount(&o.ExpectedCount, v, 0)
	}},
	{"dryRun", "boolean", false, false, false, "Answers with what the update would do, and changes nothing.", func(o *options, v jsontext.Value) (string, string) {
		return setBool(&o.DryRun, v)
	}},
	{"confirmToken", "string", false, false, false, "The confirmToken of a preview of the same update: the same model, filter or id, patch, onMismatch and allowNewOptions; other options may differ. The job fails where the filter no longer matches the same customers.", func(o *options, v jsontext.Value) (string, string) {
		o.Confirmed = true
		return setText(&o.ConfirmToken, v)
	}},
	{"onMismatch", "string", true, false, false, "What to do with a customer that no longer matches when its turn comes.", func(o *options, v jsontext.Value) (string, string) {
		return setText((*string)(&o.OnMismatch), v, string(job.Skip), string(job.Force))
	}},
	{"recordsPerSecond", "number", true, false, false, "How many customers the job changes per second at most.", func(o *options, v jsontext.Value) (string, string) {
		return setRate(&o.RecordsPerSecond, v)
	}},
	{"maxFailures", "integer", true, false, false, "Fails the job after so many failures.", func(o *options, v jsontext.Value) (string, string) {
		return setCount(&o.MaxFailures, v, 1)
	}},
	{"allowNewOptions", "boolean", false, false, false, "Whether values that a drop-down does not have yet become choices of it.", func(o *options, v jsontext.Value) (string, string) {
		return setBool(&o.AllowNewOptions, v)
	}},
	{"note", "string", false, false, false, "Why the change is made, for people who look at the job.", func(o *options, v jsontext.Value) (string, string) {
		return setNote(&o.Note, v)
	}},
	{"webhook", "string", false, false, false, "A URL that is called when the job ends, with a signed POST as Standard Webhooks has it. It is shown without its user and query.", func(o *options, v jsontext.Value) (string, string) {
		return o.setWebhook(v)
	}},
	{"blank", "string", true, false, true, "What an empty cell does: ignore leaves the field as it is, clear clears it.", func(o *options, v jsontext.Value) (string, string) {
		return setText(&o.Blank, v, blankIgnore, blankClear)
	}},
	{"clearWord", "string", true, false, true, "A word that clears a field, in upper or lower case, such as NULL.", func(o *options, v jsontext.Value) (string, string) {
		return setClearWord(&o.ClearWord, v)
	}},
	{"unmatched", "string", true, false, true, "What becomes of a row without a customer: it fails, or is skipped.", func(o *options, v jsontext.Value) (string, string) {
		return setText(&o.Unmatched, v, unmatchedFail, unmatchedSkip)
	}},
}

func setBool(to *bool, v jsontext.Value) (code, must string) {
	if k := v.Kind(); k != 't' && k != 'f' {
		return "type", "This must be true or false."
	}
	*to = v.Kind() == 't'
	return "", ""
}

func setText(to *string, v jsontext.Value, allowed ...string) (code, must string) {
	var text string
	if v.Kind() != '"' || json.Unmarshal(v, &text) != nil {
		return "type", "This must be a text."
	}
	if len(allowed) > 0 && !slices.Contains(allowed, text) {
		return "enum", oneOf(allowed)
	}
	*to = text
	return "", ""
}

// setNote reads a note.
func setNote(to *string, v jsontext.Value) (code, must string) {
	if code, must := setText(to, v); code != "" {
		return code, must
	}
	if utf8.RuneCountInString(*to) > job.MaxNote || !sound(*to) {
		return "too_long", "This must be a text of at most 500 characters, without a NUL character."
	}
	return "", ""
}

// oneOf returns the sentence that lists the allowed words, as [model.OneOf] does.
func oneOf[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return model.OneOf(texts)
}

// setCount reads a whole number of at least low. 1.0 counts as a whole number.
func setCount(to **int64, v jsontext.Value, low int64) (code, must string) {
	must = "This must be a whole number of at least " + strconv.FormatInt(low, 10) + "."
	if v.Kind() != '0' {
		return "type", must
	}
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil {
		f, _ := strconv.ParseFloat(string(v), 64) // beyond all bounds it is infinite
		if f != math.Trunc(f) {
			return "type", must
		}
		if f >= 1<<63 {
			return "out_of_range", fmt.Sprintf("This must be a whole number from %d to %d.", low, math.MaxInt64)
		}
		n = int64(max(f, -1))
	}
	if n < low {
		return "out_of_range", must
	}
	*to = &n
	return "", ""
}

// setRate reads a number above 0.
func setRate(to **float64, v jsontext.Value) (code, must string) {
	must = "This must be a number above 0."
	if v.Kind() != '0' {
		return "type", must
	}
	f, _ := strconv.ParseFloat(string(v), 64) // beyond all bounds it is infinite
	if f <= 0 {
		return "out_of_range", must
	}
	if math.IsInf(f, 0) {
		return "out_of_range", "This must be a number above 0 and below 1.7e308."
	}
	*to = &f
	return "", ""
}

// patchOptions returns whether the update may add choices to drop-downs.
func (o *options) patchOptions() model.PatchOptions {
	return model.PatchOptions{AllowNewChoices: o.AllowNewOptions}
}

// set takes one option by its name.
func (o *options) set(in *input, name string, v jsontext.Value, where, pointer string) {
	i := slices.IndexFunc(optionList, func(p option) bool { return p.name == name })
	if i < 0 {
		in.fail(where, pointer, "unknown_field", "There is no option of this name.")
		return
	}
	if code, must := optionList[i].set(o, v); code != "" {
		in.fail(where, pointer, code, must)
	} else if name == "webhook" {
		o.webhookAt = [2]string{where, pointer}
	}
}

// fromQuery reads the options that stand in the query.
func (o *options) fromQuery(in *input) {
	for _, p := range optionList {
		if p.file {
			continue // unknown here
		}
		text, ok := in.param(p.name)
		if !ok {
			continue
		}
		v := jsontext.Value(text)
		if p.typ == "string" {
			v, _ = json.Marshal(text) // cannot fail for a string
		} else if checkJSON(v) != nil {
			v = jsontext.Value("null") // no number and no boolean, so it is refused
		}
		o.set(in, p.name, v, web.InQuery, "?"+p.name)
	}
}

// fromBody reads the options of a body; null means not given.
func (o *options) fromBody(in *input, raw jsontext.Value) {
	if raw == nil || raw.Kind() == 'n' {
		return
	}
	members, ok := in.members(raw, "/options")
	if !ok {
		return
	}
	for _, name := range sortedNames(members) {
		if v := members[name]; v.Kind() != 'n' {
			o.set(in, name, v, web.InBody, model.PointerTo("/options", name))
		} else if !slices.ContainsFunc(optionList, func(p option) bool { return p.name == name }) {
			in.fail(web.InBody, model.PointerTo("/options", name), "unknown_field", "There is no option of this name.")
		}
	}
}

// known adds to o the choices that the workspace has added to drop-downs. A call
// may use these and the model's, and where o allows that, any.
func (s *server) known(c *call, m *model.Model, o model.PatchOptions) (model.PatchOptions, error) {
	if m == nil || len(m.Extensible()) == 0 {
		return o, nil
	}
	var err error
	o.Choices, err = s.Store.Choices(c.ctx(), c.workspace(), m)
	return o, err
}

// refuseBulkInQuery notes the options in the query that an update of one record
// may not have.
func (o *options) refuseBulkInQuery(in *input) {
	for _, p := range optionList {
		if p.bulk && !p.file && in.query.Has(p.name) {
			in.failParam(p.name, "bulk_only", detailBulkOnly)
		}
	}
}

// refuseInBody notes the options of a body that this kind of update may not have.
func (o *options) refuseInBody(in *input, raw jsontext.Value, code, detail string, refused func(option) bool) {
	chosen, _ := (&input{}).members(raw, "/options")
	for _, p := range optionList {
		if v, ok := chosen[p.name]; ok && v.Kind() != 'n' && refused(p) {
			in.fail(web.InBody, "/options/"+p.name, code, detail)
		}
	}
}

// unknownMembers adds a fault for each member that the call does not take.
func (in *input) unknownMembers(members map[string]jsontext.Value, prefix string) {
	for _, name := range sortedNames(members) {
		in.fail(web.InBody, model.PointerTo(prefix, name), "unknown_field", "There is no field of this name here.")
	}
}

func sortedNames[V any](members map[string]V) []string {
	names := make([]string, 0, len(members))
	for name := range members {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
