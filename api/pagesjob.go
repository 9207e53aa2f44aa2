package api

import "bulkpatch/api/dashboard"

// jobPages lists the pages about one job. Whether the key may see the job is decided
// by the calls that they make.
func (s *server) jobPages() []route {
	type d = *dashboard.Dashboard
	const at = dashboard.JobsPath + "/{job}"
	live := Content{[]string{typeEvents}, nil}
	file := Content{[]string{"text/csv", "application/x-ndjson"}, nil}
	return []route{
		{"GET", at, anyPage, Reads, Expensive, nil, nothing, aPage, s.page(d.Job)},
		{"GET", at + "/live", anyPage, Reads, Streamed, []Param{headerLastEvent}, nothing, live, s.jobLive},
		{"GET", at + "/results", anyPage, Reads, Streamed, nil, nothing, file, s.page(d.JobResults)},
		{"POST", at + "/pause", actPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.PauseJob)},
		{"POST", at + "/resume", actPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.ResumeJob)},
		{"POST", at + "/throttle", actPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.ThrottleJob)},
		{"GET", at + "/cancel", actPage, Reads, Cheap, nil, nothing, aPage, s.page(d.AskCancel)},
		{"POST", at + "/cancel", actPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.CancelJob)},
		{"GET", at + "/retry", redoPage, Reads, Expensive, nil, nothing, aPage, s.page(d.AskRetry)},
		{"POST", at + "/retry", redoPage, Changes, Expensive, nil, aForm, aPage, s.formPage(d.RetryJob)},
		{"GET", at + "/deliveries", actPage, Reads, Cheap, nil, nothing, aPage, s.page(d.AskSendAgain)},
		{"POST", at + "/deliveries", actPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.SendAgain)},
		{"GET", at + "/undo", redoPage, Reads, Expensive, nil, nothing, aPage, s.page(d.AskUndo)},
		{"POST", at + "/undo", redoPage, Changes, Expensive, nil, aForm, aPage, s.formPage(d.UndoJob)},
	}
}
