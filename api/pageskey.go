package api

import "bulkpatch/api/dashboard"

// keyPages lists the pages about keys, the secret for webhooks, the audit, limits and the brake.
func (s *server) keyPages() []route {
	type d = *dashboard.Dashboard
	const key = dashboard.KeysPath + "/{key}"
	return []route{
		{"GET", dashboard.KeysPath, adminPage, Reads, Paged, []Param{
			query("q", "string", "What the name, the person, the workspace or the first characters of the keys contain, or the id of one."), paramCursor,
			query("done", "string", "What a form has just done: revoked."),
		}, nothing, aPage, s.page(d.Keys)},
		{"POST", dashboard.KeysPath, adminPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.CreateKey)},
		{"GET", key + "/rotate", adminPage, Reads, Paged, nil, nothing, aPage, s.page(d.AskRotateKey)},
		{"POST", key + "/rotate", adminPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.RotateKey)},
		{"GET", key + "/revoke", adminPage, Reads, Paged, nil, nothing, aPage, s.page(d.AskRevokeKey)},
		{"POST", key + "/revoke", adminPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.RevokeKey)},

		{"GET", dashboard.WebhookPath, adminPage, Reads, Cheap, nil, nothing, aPage, s.page(d.AskWebhookSecret)},
		{"POST", dashboard.WebhookPath, adminPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.RotateWebhookSecret)},

		{"GET", dashboard.AuditPath, adminPage, Reads, Paged, []Param{
			query("job", "string", "The id of the job that was submitted or acted on."),
			query("key", "string", "The key that was used, by its id or name."),
			query("action", "string", "What was done; several actions are separated by commas."),
			query("workspace", "string", "The workspace in which it was done."),
			query("since", "string", "The day (UTC) or the time of the oldest entry."),
			query("until", "string", "The day (UTC) of the newest entry, or a time before which it was made."),
			paramCursor,
		}, nothing, aPage, s.page(d.Audit)},
		{"GET", dashboard.LimitsPath, anyPage, Reads, Cheap, nil, nothing, aPage, s.page(d.Limits)},

		{"GET", dashboard.BrakePath, jobsPage, Reads, Cheap, nil, nothing, aPage, s.page(d.Brake)},
		{"GET", dashboard.BrakePath + "/switch", adminPage, Reads, Cheap, []Param{
			query("on", "boolean", "Whether to switch the brake on."),
			query("all", "boolean", "Whether the switch of every workspace is meant."),
			query("reason", "string", "Why it is switched on."),
		}, nothing, aPage, s.page(d.AskSwitchBrake)},
		{"POST", dashboard.BrakePath, adminPage, Changes, Cheap, nil, aForm, aPage, s.formPage(d.SwitchBrake)},
	}
}
