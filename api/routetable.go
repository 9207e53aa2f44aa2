package api

import (
	"slices"

	"bulkpatch/api/web"
	"bulkpatch/job"
)

const (
	typeHTML   = "text/html"
	typeEvents = "text/event-stream"
	typeText   = "text/plain"

	typeNDJSONPlain = "application/ndjson" // as some call it
)

// Bodies that several routes have.
var (
	nothing      = Content{}
	emptyObject  = Content{[]string{web.TypeJSON}, struct{}{}}
	aRecord      = Content{[]string{web.TypeJSON}, recordJSON{}}
	aRecordPatch = Content{[]string{web.TypeMerge, web.TypeJSON}, patchJSON{}}
	aJob         = Content{[]string{web.TypeJSON}, jobJSON{}}
	aPage        = Content{[]string{typeHTML}, nil}
	aForm        = Content{[]string{web.TypeForm}, nil}
)

// routes lists every call of the native API. Each row has the fields of a
// [route] in their order: method, path, access, effect, cost, parameters,
// request, answer and handler.
func (s *server) routes() []route {
	return slices.Concat(s.systemRoutes(), s.limitRoutes(), s.modelRoutes(), s.recordRoutes(), s.fileRoutes(), s.jobRoutes(), s.jobActionRoutes(),
		s.keyRoutes(), s.brakeRoutes(), s.webhookRoutes(), s.auditRoutes(), s.docRoutes(), s.pageRoutes())
}

// systemRoutes lists the calls for orchestrators and monitoring.
func (s *server) systemRoutes() []route {
	status := Content{[]string{web.TypeJSON}, statusJSON{}}
	return []route{
		{"GET", "/healthz", open, Reads, Cheap, nil, nothing, status, s.health},
		{"GET", "/readyz", open, Reads, Cheap, nil, nothing, status, s.ready},
		{"GET", "/openapi.json", open, Reads, Cheap, []Param{headerNoneMatch}, nothing, Content{[]string{web.TypeJSON}, documentJSON{}}, s.openAPI},
		{"GET", "/metrics", open, Reads, Cheap, nil, nothing, Content{[]string{typeText}, nil}, s.metrics},
	}
}

func (s *server) limitRoutes() []route {
	return []route{
		{"GET", "/v1/limits", anyKey, Reads, Cheap, nil, nothing, Content{[]string{web.TypeJSON}, limitsJSON{}}, s.limits},
	}
}

func (s *server) modelRoutes() []route {
	return []route{
		{"GET", "/v1/models", anyKey, Reads, Cheap, nil, nothing, Content{[]string{web.TypeJSON}, listJSON[modelJSON]{}}, s.listModels},
		{"GET", "/v1/models/{name}", anyKey, Reads, Cheap, nil, nothing, Content{[]string{web.TypeJSON}, modelJSON{}}, s.getModel},
	}
}

// recordRoutes lists the calls that each model has.
func (s *server) recordRoutes() []route {
	page := Content{[]string{web.TypeJSON}, recordPageJSON{}}
	history := Content{[]string{web.TypeJSON}, listJSON[job.HistoryItem]{}}
	table := Content{[]string{web.TypeNDJSON, typeNDJSONPlain, web.TypeCSV}, recordJSON{}}
	report := Content{[]string{web.TypeJSON}, importJSON{}}
	export := Content{[]string{web.TypeNDJSON, web.TypeCSV}, recordJSON{}}
	return []route{
		{"GET", "/v1/{model}/customers", readCustomers, Reads, Expensive, []Param{
			paramFilter, query("count", "boolean", "Whether the answer says how many customers match."),
			query("sort", "string", "The fields to sort by, separated by commas; a minus sign before a name makes its order descending. Lists, objects, fields of any type and secrets cannot be sorted by."),
			paramFields, paramLimit, paramCursor,
		}, nothing, page, s.listRecords},
		{"POST", "/v1/{model}/customers", writeCustomers, Changes, Cheap, []Param{paramChoices}, aRecord, aRecord, s.createRecord},
		{"PATCH", "/v1/{model}/customers", writeCustomers, Changes, Expensive,
			append(updateParams(), headerKey, headerPrefer), aRecordPatch, aJob, s.patchBulk},
		{"GET", "/v1/{model}/customers/{id}", readCustomers, Reads, Cheap, []Param{headerNoneMatch}, nothing, aRecord, s.getRecord},
		{"PATCH", "/v1/{model}/customers/{id}", writeCustomers, Changes, Cheap,
			append(singleParams(), headerKey, headerPrefer, headerIfMatch), aRecordPatch, aJob, s.patchSingle},
		{"DELETE", "/v1/{model}/customers/{id}", writeCustomers, Changes, Cheap, []Param{headerIfMatch}, nothing, nothing, s.deleteRecord},
		{"GET", "/v1/{model}/customers/{id}/history", readCustomers, Reads, Paged, []Param{paramLimit, paramCursor}, nothing, history, s.history},
		{"POST", "/v1/{model}/import", writeCustomers, Changes, Streamed, []Param{
			paramChoices, query("columns", web.TypeJSON, "A JSON object of headers and the fields they stand for; null leaves a column out."),
			query("delimiter", "string", "What separates the cells of a CSV file; found out if not given."),
		}, table, report, s.importRecords},
		{"GET", "/v1/{model}/export", readCustomers, Reads, Streamed, []Param{paramFilter, paramFields}, nothing, export, s.exportRecords},
	}
}

// fileRoutes lists the calls for the files of each model.
func (s *server) fileRoutes() []route {
	file := Content{[]string{web.TypeJSON}, fileDetailJSON{}}
	return []route{
		{"POST", "/v1/{model}/files", writeCustomers, Changes, Streamed, []Param{
			query("name", "string", "What the file is called, for people."),
			query("encoding", "string", "The encoding of a file of text: utf-8, utf-16le, utf-16be or windows-1252, in upper or lower case. If it is not given: as its byte order mark says, else UTF-8, else Windows-1252."),
			query("delimiter", "string", "What separates the cells of a CSV file; found out if not given."),
			query("decimal", "string", "What stands before the decimals of numbers; a point if not given."),
			query("dates", "string", "How dates are written, such as DD.MM.YYYY; as in ISO 8601 if not given."),
			query("sheet", "string", "The name of the sheet of a workbook; the first one if not given."),
		}, Content{fileTypes, nil}, file, s.uploadFile},
		{"GET", "/v1/{model}/files", readCustomers, Reads, Paged, []Param{paramLimit, paramCursor}, nothing,
			Content{[]string{web.TypeJSON}, listJSON[fileJSON]{}}, s.listFiles},
		{"GET", "/v1/{model}/files/{file}", readCustomers, Reads, Cheap, nil, nothing, file, s.getFile},
		{"DELETE", "/v1/{model}/files/{file}", writeCustomers, Changes, Cheap, nil, nothing, nothing, s.deleteFile},
	}
}

// jobRoutes lists the calls that make and read jobs. A key may see the jobs
// that it made without jobs:read.
func (s *server) jobRoutes() []route {
	request := Content{[]string{web.TypeJSON}, jobRequestJSON{}}
	page := Content{[]string{web.TypeJSON}, listJSON[jobJSON]{}}
	results := Content{[]string{web.TypeJSON, web.TypeCSV, web.TypeNDJSON}, resultPageJSON{}}
	return []route{
		{"POST", "/v1/jobs", writeCustomers, Changes, Expensive, []Param{headerKey, headerPrefer, headerIfMatch}, request, aJob, s.postJob},
		{"GET", "/v1/jobs", anyKey, Reads, Paged, []Param{
			query("state", "string", "The states of the jobs, separated by commas; all if not given."),
			query("kind", "string", "The kinds of the jobs, separated by commas; all if not given."),
			query("model", "string", "The model of the jobs."),
			query("createdBy", "string", "Who made the jobs, such as key:ops."),
			query("since", "date-time", "When the oldest job was made."),
			query("until", "date-time", "Before when the jobs were made."),
			query("note", "string", "The beginnings of words of the note."),
			query("id", "string", "The id of a job, or at least its first 8 characters."),
			paramLimit, paramCursor,
		}, nothing, page, s.listJobs},
		{"GET", "/v1/jobs/{job}", anyKey, Reads, Cheap, []Param{
			query("wait", "integer", "How many seconds to wait for a change since If-None-Match."), headerNoneMatch,
		}, nothing, aJob, s.getJob},
		{"GET", "/v1/jobs/{job}/results", anyKey, Reads, Expensive, []Param{
			query("outcome", "string", "The outcomes of the records, separated by commas; all if not given."),
			query("code", "string", "Why the records were not updated, as a code of the job's errorSummary."),
			query("pointer", "string", "The field for which they were not updated, as a JSON pointer."),
			query("id", "string", "The id of a customer: only its result, if the job selected it."),
			paramLimit, paramCursor,
		}, nothing, results, s.results},
		{"GET", "/v1/jobs/{job}/rows", readCustomers, Reads, Streamed, []Param{
			query("outcome", "string", "The outcomes of the rows, separated by commas; all if not given."),
		}, nothing, Content{[]string{web.TypeCSV, web.TypeNDJSON}, rowJSON{}}, s.rows},
		{"GET", "/v1/jobs/{job}/events", anyKey, Reads, Streamed, []Param{headerLastEvent}, nothing, Content{[]string{typeEvents}, jobJSON{}}, s.events},
	}
}

// jobActionRoutes lists the calls that act on a job.
func (s *server) jobActionRoutes() []route {
	throttle := Content{[]string{web.TypeMerge, web.TypeJSON}, throttleJSON{}}
	retry := Content{[]string{web.TypeJSON}, retryRequestJSON{}}
	undo := Content{[]string{web.TypeJSON}, undoRequestJSON{}}
	follows := []Param{headerKey, headerPrefer}
	return []route{
		{"PATCH", "/v1/jobs/{job}", writeJobs, Changes, Cheap, nil, throttle, aJob, s.throttle},
		{"POST", "/v1/jobs/{job}/pause", writeJobs, Changes, Cheap, nil, emptyObject, aJob, s.act},
		{"POST", "/v1/jobs/{job}/resume", writeJobs, Changes, Cheap, nil, emptyObject, aJob, s.act},
		{"POST", "/v1/jobs/{job}/cancel", writeJobs, Changes, Cheap, nil, emptyObject, aJob, s.act},
		{"POST", "/v1/jobs/{job}/retry", redoJobs, Changes, Expensive, follows, retry, aJob, s.retry},
		{"POST", "/v1/jobs/{job}/undo", redoJobs, Changes, Expensive, follows, undo, aJob, s.undo},
	}
}

func (s *server) keyRoutes() []route {
	request := Content{[]string{web.TypeJSON}, keyRequestJSON{}}
	rotation := Content{[]string{web.TypeJSON}, rotationJSON{}}
	return []route{
		{"GET", "/v1/keys", adminOnly, Reads, Paged, []Param{
			query("limit", "integer", "How many keys a page has."), paramCursor,
		}, nothing, Content{[]string{web.TypeJSON}, listJSON[keyJSON]{}}, s.listKeys},
		{"POST", "/v1/keys", adminOnly, Changes, Cheap, nil, request, Content{[]string{web.TypeJSON}, keyJSON{}}, s.createKey},
		{"DELETE", "/v1/keys/{key}", adminOnly, Changes, Cheap, nil, nothing, nothing, s.revokeKey},
		{"POST", "/v1/keys/{key}/rotate", adminOnly, Changes, Cheap, nil, rotation, Content{[]string{web.TypeJSON}, keyJSON{}}, s.rotateKey},
	}
}

func (s *server) brakeRoutes() []route {
	request, answer := Content{[]string{web.TypeJSON}, brakeRequestJSON{}}, Content{[]string{web.TypeJSON}, brakeJSON{}}
	return []route{
		{"GET", "/v1/brake", readJobs, Reads, Cheap, nil, nothing, answer, s.getBrake},
		{"PUT", "/v1/brake", adminOnly, Changes, Cheap, []Param{
			query("all", "boolean", "Whether the switch of every workspace is meant; only for administrators of the workspace main."),
		}, request, answer, s.putBrake},
	}
}

func (s *server) webhookRoutes() []route {
	deliveries, rotation := Content{[]string{web.TypeJSON}, deliveriesJSON{}}, Content{[]string{web.TypeJSON}, rotationJSON{}}
	return []route{
		{"GET", "/v1/jobs/{job}/deliveries", anyKey, Reads, Cheap, nil, nothing, deliveries, s.getDeliveries},
		{"POST", "/v1/jobs/{job}/deliveries", writeJobs, Changes, Cheap, nil, emptyObject, deliveries, s.deliverAgain},
		{"PUT", "/v1/webhook-secret", adminOnly, Changes, Cheap, nil, rotation, Content{[]string{web.TypeJSON}, webhookSecretJSON{}}, s.putWebhookSecret},
	}
}

func (s *server) auditRoutes() []route {
	return []route{
		{"GET", "/v1/audit", adminOnly, Reads, Paged, []Param{
			query("job", "string", "The id of the job that was submitted or acted on."),
			query("key", "string", "The key that was used, by its id or name."),
			query("action", "string", "What was done, such as job.submitted; several actions are separated by commas, and all are meant if it is not given."),
			query("workspace", "string", "The workspace in which it was done; another one than the key's only for an administrator of main, who is given all if it is left out."),
			query("since", "date-time", "When the oldest entry was made."),
			query("until", "date-time", "Before when the entries were made."),
			paramLimit, paramCursor,
		}, nothing, Content{[]string{web.TypeJSON}, listJSON[entryJSON]{}}, s.audit},
	}
}
