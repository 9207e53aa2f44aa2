package store

import (
	"slices"
	"strings"

	"bulkpatch/auth"
)

// An entryList is a part of a table that is read in the order of an index. The
// index is named, since SQLite keeps no statistics and would read a whole workspace;
// "" is the primary key.
type entryList struct {
	index string
	statement
}

// indexedBy names the index of a list to the planner.
func (a *auditor) indexedBy(l entryList) string {
	if l.index == "" {
		return ""
	}
	return a.s.db.Dialect.IndexedBy(l.index)
}

// submissions are the conditions of the jobs whose submission is the action.
var submissions = map[auth.Action]string{
	auth.JobSubmitted: "j.kind NOT IN ('retry', 'undo')",
	auth.JobRetried:   "j.kind = 'retry'",
	auth.JobUndone:    "j.kind = 'undo'",
}

// jobLists returns the lists of jobs to read: one of the job and one of those that
// follow from it, or one of each key, or those of retries and undos, or one of jobs
// and one of tombstones.
func (a *auditor) jobLists() (lists []entryList) {
	var kinds []string
	for _, action := range a.q.Actions {
		if kind := submissions[action]; kind != "" {
			kinds = append(kinds, kind)
		}
	}
	if len(a.q.Actions) > 0 && len(kinds) == 0 {
		return nil
	}
	switch {
	case a.job != 0:
		lists = []entryList{{"", statement{"j.num = ?", []any{a.job}}}, {"jobs_of_origin", statement{"j.origin = ? AND j.kind <> 'preview'", []any{a.job}}}}
		a.ofKeys("j.key_id", lists)
	case a.keys != nil:
		for _, key := range a.keys {
			lists = append(lists, entryList{"jobs_of_key", statement{"j.key_id = ?", []any{key}}})
		}
	case len(kinds) > 0 && !slices.Contains(a.q.Actions, auth.JobSubmitted):
		for _, kind := range kinds {
			lists = append(lists, entryList{"jobs_that_follow", statement{text: kind + " AND j.origin IS NOT NULL"}})
		}
		return lists
	case a.workspace.ID != 0:
		lists = []entryList{{"jobs_listed", statement{text: "j.left_at IS NULL"}}, {"jobs_gone_listed", statement{text: "j.left_at IS NOT NULL"}}}
	default:
		lists = []entryList{{"jobs_kept_since", statement{text: "j.left_at IS NULL"}}, {"jobs_gone_since", statement{text: "j.left_at IS NOT NULL"}}}
	}
	if len(kinds) > 0 {
		for i := range lists {
			lists[i].add("(" + strings.Join(kinds, " OR ") + ")")
		}
	}
	return lists
}

// entryLists returns the lists of the table audit to read: that of the job, or one
// of each key, or one of each action, or all.
func (a *auditor) entryLists() (lists []entryList) {
	var actions []any
	for _, action := range a.q.Actions {
		if submissions[action] == "" {
			actions = append(actions, string(action))
		}
	}
	byAction, all := "audit_of_action", "audit_since"
	if a.workspace.ID != 0 {
		byAction, all = "audit_of_action_listed", ""
	}
	switch {
	case len(a.q.Actions) > 0 && len(actions) == 0:
		return nil
	case a.job != 0:
		lists = []entryList{{"audit_of_job", statement{"a.job = ?", []any{a.q.JobID}}}}
		a.ofKeys("a.key_id", lists)
	case a.keys != nil:
		for _, key := range a.keys {
			lists = append(lists, entryList{"audit_of_key", statement{"a.key_id = ?", []any{key}}})
		}
	case len(actions) > 0:
		for _, action := range actions {
			lists = append(lists, entryList{byAction, statement{"a.action = ?", []any{action}}})
		}
		return lists
	default:
		return []entryList{{all, statement{text: "a.num >= 0"}}}
	}
	if len(actions) > 0 {
		for i := range lists {
			lists[i].add("a.action IN (?"+strings.Repeat(", ?", len(actions)-1)+")", actions...)
		}
	}
	return lists
}

// ofKeys narrows the lists of a job to what was done with the keys of the query.
func (a *auditor) ofKeys(column string, lists []entryList) {
	if a.keys == nil {
		return
	}
	among, args := a.s.db.Dialect.Among(column, a.keys)
	for i := range lists {
		lists[i].add(among, args...)
	}
}
