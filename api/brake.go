package api

import (
	"net/http"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// A brakeJSON is the brake of the key's workspace: whether jobs are held, and by
// which of the two switches. Where both are on, the reason is that of the switch
// for every workspace.
type brakeJSON struct {
	switchJSON
	Switches switchesJSON `json:"switches"`
}

type switchesJSON struct {
	Workspace switchJSON `json:"workspace"`
	All       switchJSON `json:"all"`
}

// A switchJSON is one of the switches. Since and By say when and by whom it was
// last switched; they are null for one that never was.
type switchJSON struct {
	On     bool    `json:"on"`
	Reason *string `json:"reason"` // null while it is off
	Since  *string `json:"since"`
	By     *string `json:"by"`
}

func switchOf(s job.Switch) switchJSON {
	return switchJSON{On: s.On(), Reason: textOrNull(s.Reason), Since: timeOrNull(s.Since), By: textOrNull(s.By)}
}

// getBrake answers with the brake of the key's workspace.
func (s *server) getBrake(c *call) error {
	if err := c.input().err(); err != nil {
		return err
	}
	b, err := s.Store.Brake(c.ctx(), c.workspace())
	return c.answerBrake(b, err)
}

// putBrake switches the brake of the key's workspace, or of every workspace.
func (s *server) putBrake(c *call) error {
	raw, err := s.body(c)
	if err != nil {
		return err
	}
	in := c.input()
	reach := job.OwnWorkspace
	if in.flag("all") {
		reach = job.EveryWorkspace
	}
	var reason string
	if members, ok := in.members(raw, ""); ok {
		reason = in.takeBrake(members)
	}
	if err := in.err(); err != nil {
		return err
	}
	if reach == job.EveryWorkspace && c.workspace().Name != auth.MainWorkspace {
		return web.NewProblem("forbidden_workspace", "Only an administrator of the workspace main may switch the brake of every workspace.")
	}
	b, err := s.Store.SwitchBrake(c.ctx(), c.caller(), reach, reason)
	return c.answerBrake(b, err)
}

// takeBrake reads the members of a body, and returns the reason for which the brake
// is to be on, "" for off. Why it is switched off is checked, and not kept.
func (in *input) takeBrake(members map[string]jsontext.Value) string {
	var on bool
	if v := take(members, "on"); v == nil {
		in.fail(web.InBody, "/on", "required", "This must be true or false.")
	} else if code, must := setBool(&on, v); code != "" {
		in.fail(web.InBody, "/on", code, must)
	}
	var reason, code string
	if v := given(take(members, "reason")); v != nil {
		code, _ = setText(&reason, v)
	}
	switch {
	case code != "":
	case on && reason == "":
		code = "required"
	case reason != "" && !job.ValidBrakeReason(reason):
		code = "format"
	}
	if code != "" {
		in.fail(web.InBody, "/reason", code, "This says why, to all who see a job that is held: at most "+
			strconv.Itoa(job.MaxBrakeReason)+" characters, and no control character.")
	}
	in.unknownMembers(members, "")
	if !on {
		return ""
	}
	return reason
}

// answerBrake sends the brake. Who switched it for every workspace is a key of the
// workspace main, so only that workspace sees it.
func (c *call) answerBrake(b job.Brake, err error) error {
	if err != nil {
		return err
	}
	if c.workspace().Name != auth.MainWorkspace {
		b.All.By = ""
	}
	return c.answer(http.StatusOK, brakeJSON{switchOf(b.Decisive()), switchesJSON{switchOf(b.Own), switchOf(b.All)}})
}
