package api

import "bulkpatch/api/dashboard"

// jobListPages lists the pages with many jobs.
func (s *server) jobListPages() []route {
	type d = *dashboard.Dashboard
	conditions := []Param{
		query("q", "string", "The id of a job or its first 8 characters, by: and the name of a key, or words of the note."),
		query("state", "string", "The states of the jobs, separated by commas, or open, or failures."),
		query("kind", "string", "The kinds of the jobs, separated by commas, or all."),
		query("model", "string", "The model of the jobs."),
		query("createdBy", "string", "Who made the jobs."),
		query("when", "string", "How far back the jobs were made: 1h, 24h, 7d or 30d."),
		query("since", "string", "The first day on which the jobs were made, or a time."),
		query("until", "string", "The last day on which the jobs were made, or a time."),
	}
	page := append(conditions[:len(conditions):len(conditions)], query("count", "string", "exact for the exact number of jobs."), paramCursor)
	return []route{
		{"GET", dashboard.JobsPath, anyPage, Reads, Paged, page, nothing, aPage, s.page(d.Jobs)},
		{"GET", dashboard.JobsPath + "/count", anyPage, Reads, Expensive, conditions, nothing, aPage, s.page(d.CountJobs)},
	}
}
