package web

import (
	"maps"
	"slices"
)

// A ProblemType is what all problems with the same code share.
type ProblemType struct {
	Status int
	Title  string
}

// ProblemTypeOf returns the type of problem that a code stands for. ok is false
// for a code that is not in the list.
func ProblemTypeOf(code string) (t ProblemType, ok bool) {
	t, ok = problemTypes[code]
	return t, ok
}

// ProblemCodes lists the codes of all types of problems, sorted.
func ProblemCodes() []string { return slices.Sorted(maps.Keys(problemTypes)) }

// problemTypes lists all types of problems by their codes. A code is a promise
// to callers: new ones may be added, none may be renamed.
var problemTypes = map[string]ProblemType{
	"invalid_request":     {400, "The request is not valid"},
	"invalid_json":        {400, "The body is not valid JSON"},
	"duplicate_key":       {400, "A JSON name is given twice"},
	"unknown_parameter":   {400, "A query parameter is unknown"},
	"unknown_model":       {400, "There is no such model"},
	"missing_filter":      {400, "A filter is required"},
	"allow_all_required":  {400, "An empty filter needs allowAll"},
	"empty_patch":         {400, "The patch changes nothing"},
	"incomplete_body":     {400, "The body is incomplete"},
	"invalid_gzip":        {400, "The body is not valid gzip"},
	"conflicting_keys":    {400, "Two different API keys were given"},
	"too_many_conditions": {400, "The filter has too many conditions"},
	"too_many_values":     {400, "The request has too many values"},
	"too_many_names":      {400, "The patch merges too many names"},
	"too_many_options":    {400, "A drop-down has too many options"},

	"webhook_not_configured": {400, "No secret signs webhooks"},
	"webhook_refused":        {400, "The webhook's address may not be called"},

	"missing_key": {401, "An API key is required"},
	"invalid_key": {401, "The API key is not valid"},

	"missing_scope":       {403, "The API key lacks a scope"},
	"forbidden_workspace": {403, "The workspace is not yours to manage"},
	"cross_origin":        {403, "The request came from another site"},

	"unknown_path":     {404, "There is nothing at this path"},
	"not_found":        {404, "Not found"},
	"invalid_id":       {404, "No record can have this id"},
	"model_not_found":  {404, "There is no such model"},
	"record_not_found": {404, "There is no such record"},
	"job_not_found":    {404, "There is no such job"},
	"key_not_found":    {404, "There is no such key"},
	"file_not_found":   {404, "There is no such file"},

	"method_not_allowed": {405, "The method is not allowed here"},
	"not_acceptable":     {406, "No offered media type is accepted"},
	"request_timeout":    {408, "The body did not arrive in time"},

	"action_not_allowed": {409, "The job's state does not allow this"},
	"retry_open":         {409, "Another retry has not ended"},
	"values_not_kept":    {409, "What it needs is no longer kept"},
	"exists":             {409, "It already exists"},
	"id_taken":           {409, "The id is taken"},
	"name_taken":         {409, "The name is taken"},
	"too_many_secrets":   {409, "The key has too many secrets"},
	"unique":             {409, "A unique value is already taken"},
	"job_cancelled":      {409, "The job was cancelled"},
	"model_gone":         {409, "The job's model is not loaded"},
	"no_webhook":         {409, "The job calls nobody when it ends"},
	"no_file":            {409, "The job has no file"},
	"file_in_use":        {409, "A job needs the file"},

	"job_gone":  {410, "The job has expired"},
	"rows_gone": {410, "The rows of the job have been removed"},

	"precondition_failed":   {412, "The record has another version"},
	"confirm_token_invalid": {412, "The confirm token is not valid"},

	"too_large":              {413, "The body is too large"},
	"url_too_long":           {414, "The URL is too long"},
	"unsupported_media_type": {415, "The media type is not supported"},

	"idempotency_key_reused": {422, "The idempotency key was used for another request"},
	"record_failed":          {422, "A rule refused the change"},

	"too_many_streams": {429, "Too many event streams and waiting calls are open"},
	"too_many_jobs":    {429, "Too many jobs are open"},
	"too_many_files":   {429, "The files take as much space as they may"},
	"rate_limited":     {429, "The API key has made too many calls"},

	"headers_too_large": {431, "The headers are too large"},

	"internal": {500, "Something went wrong on our side"},

	"unavailable":   {503, "The service cannot answer right now"},
	"query_timeout": {503, "The query takes too long"},
	"brake":         {503, "The brake is on"},
	"not_ready":     {503, "The service is not ready"},

	"storage_full": {507, "The database is out of space"},
}
