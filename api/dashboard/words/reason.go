package words

import (
	"maps"
	"slices"
	"strings"

	"bulkpatch/api/web"
	"bulkpatch/job"
)

// Reason explains a code: of a record that was not updated, of a job that
// failed, of a guard that would refuse one, of what a job waits for, of a fault in a
// request, or of an answer of the API. title says what is the matter, without a full
// stop; advice what to do about it. A code that this program does not have is its
// own title, without advice.
func Reason(code string) (title, advice string) {
	for _, explain := range []func(string) (job.Explanation, bool){job.Explain, job.ExplainGuard, waitOf} {
		if e, ok := explain(code); ok {
			return e.Title, e.Advice
		}
	}
	if e, ok := faultWords[code]; ok {
		return e.Title, e.Advice
	}
	if t, ok := web.ProblemTypeOf(code); ok {
		return t.Title, problemAdvice[code]
	}
	return shownText(code), ""
}

// Advice says what to do about why a job failed, without what its detail says already.
func Advice(code, detail string) string {
	const unchanged = "Nothing was changed."
	_, advice := Reason(code)
	if strings.HasSuffix(detail, unchanged) {
		advice = strings.TrimSpace(strings.TrimPrefix(advice, unchanged))
	}
	return advice
}

// waitOf explains what a job waits for, by the reason alone.
func waitOf(reason string) (job.Explanation, bool) { return job.ExplainWait(reason, "") }

// Wait explains what a job waits for and why, and what to do about it. why may
// be the text of a person, or "".
func Wait(reason, detail string) (title, why, advice string) {
	e, _ := job.ExplainWait(reason, detail)
	return e.Title, e.Why, e.Advice
}

// FaultCodes lists the codes of faults in a request that are not also codes of a whole
// answer, sorted.
func FaultCodes() []string {
	return slices.Sorted(slices.Values(slices.AppendSeq(job.RuleCodes(), maps.Keys(faultWords))))
}

// faultWords explains the codes of faults in a request, as far as they are neither
// codes of a whole answer nor those of [job.RuleCodes].
var faultWords = map[string]job.Explanation{
	"unknown_column":          {Title: "There is no such column", Advice: "Check the name against the first line of the file."},
	"unknown_operator":        {Title: "There is no such operator", Advice: "Choose one that the field offers."},
	"unknown_code":            {Title: "No record of the job ended with this code", Advice: "Choose one of the reasons that the job lists."},
	"unknown_pointer":         {Title: "No record of the job ended because of this field", Advice: "Choose one of the reasons that the job lists."},
	"read_only":               {Title: "The field cannot be changed", Advice: "Leave it out of the update."},
	"invalid_text":            {Title: "The text is not valid", Advice: "Type it anew, without invisible characters."},
	"operator_not_allowed":    {Title: "The operator does not suit the field", Advice: "Choose one that the field offers."},
	"not_filterable":          {Title: "The field cannot be filtered", Advice: "Filter by another field."},
	"null_comparison":         {Title: "No value is neither less nor more than another", Advice: "Ask whether the field has a value instead."},
	"not_sortable":            {Title: "The field cannot be sorted by", Advice: "Sort by another field."},
	"duplicate_field":         {Title: "The field is set twice", Advice: "Set it once."},
	"too_many_operators":      {Title: "There are too many operators", Advice: "Spread them over several jobs, one after the other."},
	"secret_field":            {Title: "A secret can be neither computed nor read", Advice: "Leave the field out of what is computed."},
	"filter_and_id":           {Title: "Both a filter and an id are given", Advice: "Give one of them."},
	"secret_column":           {Title: "A secret cannot be a column", Advice: "Leave the column out."},
	"not_with_file":           {Title: "It has no meaning for a file job", Advice: "Leave it out: the file says which records change, and how."},
	"file_only":               {Title: "It is for file jobs alone", Advice: "Leave it out, or give a file."},
	"no_column":               {Title: "No column stands for the field", Advice: "Say which column does, or match by another field."},
	"not_matchable":           {Title: "Rows cannot be matched by this", Advice: "Match by a field with a text, a number or a date."},
	"invalid_file":            {Title: "The file cannot be read", Advice: "Save it anew as CSV in UTF-8, or as an Excel workbook."},
	"if_match_on_bulk":        {Title: "A version can be demanded of a single record only", Advice: "Leave If-Match out; a confirm token does the same for many records."},
	"invalid_if_match":        {Title: "The version is not well-formed", Advice: "Give it as the ETag of the record has it."},
	"bulk_only":               {Title: "The option is for updates of many records", Advice: "Leave it out for a single record."},
	"not_for_streams":         {Title: "The parameter has no meaning for a whole file", Advice: "Leave it out."},
	"repeated_parameter":      {Title: "A parameter is given twice", Advice: "Give it once."},
	"invalid_cursor":          {Title: "The place in the list is not known", Advice: "Start at the first page again."},
	"invalid_query":           {Title: "The address is not properly encoded", Advice: "Open the page from a link, and filter again."},
	"invalid_form":            {Title: "The form could not be read", Advice: "Load the page again, and send the form once more."},
	"invalid_idempotency_key": {Title: "The idempotency key is not well-formed", Advice: "Give it once, with 1 to 255 visible ASCII characters."},
	"page_too_large":          {Title: "The page would be too large", Advice: "Ask for fewer items."},
	"more_errors":             {Title: "There are more errors than are listed", Advice: "Put right the ones that are listed, and send it again."},
}

// problemAdvice says what to do about each type of problem that has no other words
// here. Their titles are those of the API.
var problemAdvice = map[string]string{
	"invalid_request":     "Put right what is named, and send it again.",
	"invalid_json":        "Look for a missing quote, comma or bracket.",
	"duplicate_key":       "Give the name once.",
	"unknown_parameter":   "Check how the parameter is written.",
	"unknown_model":       "Choose one of the models that are loaded.",
	"missing_filter":      "Say which customers are meant, or that all are.",
	"allow_all_required":  "If all customers are meant, say so; otherwise add a condition.",
	"empty_patch":         "Choose at least one field to change.",
	"incomplete_body":     "Send it again. If that happens often, look at the network between you and the server.",
	"invalid_gzip":        "Send it uncompressed, or compress it anew.",
	"conflicting_keys":    "Send one key.",
	"too_many_conditions": "Use a list of values in place of many conditions, or several updates.",
	"too_many_values":     "Divide the values among several updates.",
	"too_many_names":      "Divide the change among several updates.",
	"too_many_options":    "Choose an option that there is.",

	"webhook_not_configured": "Ask an administrator to set the workspace's secret, or leave the webhook out.",
	"webhook_refused":        "Give a URL of https that the Internet can reach, or ask the operator to allow the host.",

	"missing_key":         "Sign in, or send a key.",
	"invalid_key":         "Sign in with a key that works, or ask an administrator for a new one.",
	"missing_scope":       "Use a key that may do this, or ask an administrator for one.",
	"forbidden_workspace": "Ask an administrator of the workspace main.",
	"cross_origin":        "Open our own page, and send the form from there.",

	"unknown_path":     "Check the address, or start from the overview.",
	"not_found":        "Check the id. It may belong to another workspace, or be gone.",
	"invalid_id":       "Check the id.",
	"model_not_found":  "Check the name, or ask whether the model is still loaded.",
	"record_not_found": "Check the id. The customer may have been deleted.",
	"job_not_found":    "Check the id. The job may belong to another workspace, or have expired long ago.",
	"file_not_found":   "Upload the file again: one that no job uses is deleted after a day.",
	"key_not_found":    "Look at the list of keys; it may have been revoked.",

	"method_not_allowed": "Use one of the methods that the answer names.",
	"not_acceptable":     "Ask for one of the media types that the answer names.",
	"request_timeout":    "Send it again, if need be in smaller parts.",

	"action_not_allowed": "Load the page again: the job is in another state by now.",
	"retry_open":         "Wait for that retry to end, or cancel it.",
	"exists":             "Choose another name.",
	"id_taken":           "Choose another id, or update the customer that has it.",
	"name_taken":         "Choose another name.",
	"too_many_secrets":   "Wait until an old secret has ended, or revoke the key and make a new one.",
	"job_cancelled":      "Submit it again if it is still wanted.",
	"no_file":            "Look at the results of the job instead.",
	"file_in_use":        "Nothing; it is deleted by itself once the job's former values are.",
	"no_webhook":         "Nothing; submit later jobs with the option webhook if somebody is to be called.",

	"job_gone":              "Nothing; only its final state and counts are left.",
	"rows_gone":             "Nothing; the results still say what became of them.",
	"confirm_token_invalid": "Preview again, and submit what you see then.",

	"url_too_long":           "Send the filter in a body, with POST /v1/jobs.",
	"unsupported_media_type": "Send one of the media types that the answer names.",

	"idempotency_key_reused": "Use a new key for a new request.",
	"record_failed":          "Correct the value, and send it again.",

	"too_many_streams":  "Close some of the pages that follow jobs.",
	"too_many_jobs":     "Wait for some jobs to end, or cancel some.",
	"too_many_files":    "Delete files that no job needs, or wait until they go by themselves.",
	"rate_limited":      "Wait a moment, and send fewer calls.",
	"headers_too_large": "Delete the cookies of this site, and sign in again.",

	"internal":      "Try again. If it stays, give the request id to whoever runs the service.",
	"unavailable":   "Try again in a moment.",
	"query_timeout": "Narrow the filter, or try again when there is less to do.",
	"not_ready":     "Try again in a moment.",
}
