package api

import "bulkpatch/api/dashboard"

// Who may open the pages about keys, the audit and the brake. They are made from calls
// that need the same scopes.
var (
	adminPage = access{page: true, scopes: adminOnly.scopes}
	jobsPage  = access{page: true, scopes: readJobs.scopes}
)

// keyPages lists the pages about keys, the audit, limits and the brake.
func (s *server) keyPages() []route {
	key := dashboard.KeysPath + "/{key}"
	return []route{
		{"GET", dashboard.KeysPath, adminPage, Reads, Paged, []Param{
			query("q", "string", "What the name, the person, the workspace or the first characters of the keys contain, or the id of one."), paramCursor,
			query("done", "string", "What a form has just done: revoked."),
		}, nothing, aPage, s.page((*dashboard.Dashboard).Keys)},
		{"POST", dashboard.KeysPath, adminPage, Changes, Cheap, nil, aForm, aPage, s.formPage((*dashboard.Dashboard).CreateKey)},
		{"GET", key + "/rotate", adminPage, Reads, Paged, nil, nothing, aPage, s.page((*dashboard.Dashboard).AskRotateKey)},
		{"POST", key + "/rotate", adminPage, Changes, Cheap, nil, aForm, aPage, s.formPage((*dashboard.Dashboard).RotateKey)},
		{"GET", key + "/revoke", adminPage, Reads, Paged, nil, nothing, aPage, s.page((*dashboard.Dashboard).AskRevokeKey)},
		{"POST", key + "/revoke", adminPage, Changes, Cheap, nil, aForm, aPage, s.formPage((*dashboard.Dashboard).RevokeKey)},

		{"GET", dashboard.AuditPath, adminPage, Reads, Paged, []Param{
			query("job", "string", "The id of the job that was submitted or acted on."),
			query("key", "string", "The key that was used, by its id or name."),
			query("action", "string", "What was done; several actions are separated by commas."),
			query("workspace", "string", "The workspace in which it was done."),
			query("since", "string", "The day (UTC) or the time of the oldest entry."),
			query("until", "string", "The day (UTC) of the newest entry, or a time before which it was made."),
			paramCursor,
		}, nothing, aPage, s.page((*dashboard.Dashboard).Audit)},
		{"GET", dashboard.LimitsPath, anyPage, Reads, Cheap, nil, nothing, aPage, s.page((*dashboard.Dashboard).Limits)},

		{"GET", dashboard.BrakePath, jobsPage, Reads, Cheap, nil, nothing, aPage, s.page((*dashboard.Dashboard).Brake)},
		{"GET", dashboard.BrakePath + "/switch", adminPage, Reads, Cheap, []Param{
			query("on", "boolean", "Whether to switch the brake on."),
			query("all", "boolean", "Whether the switch of every workspace is meant."),
			query("reason", "string", "Why it is switched on."),
		}, nothing, aPage, s.page((*dashboard.Dashboard).AskSwitchBrake)},
		{"POST", dashboard.BrakePath, adminPage, Changes, Cheap, nil, aForm, aPage, s.formPage((*dashboard.Dashboard).SwitchBrake)},
	}
}
