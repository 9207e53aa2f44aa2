package api

import "bulkpatch/job"

// retry makes a job of what another has left. The body is optional: with
// {"onMismatch": "force"} what was skipped is taken too.
func (s *server) retry(c *call) error {
	in := c.input()
	var o options
	if c.r.ContentLength != 0 {
		raw, err := s.body(c, typeJSON)
		if err != nil {
			return err
		}
		o.fromRetry(in, raw)
	}
	if err := in.err(); err != nil {
		return err
	}
	j, err := s.Store.Retry(c.ctx(), c.workspace(), c.r.PathValue("job"), c.key.Actor(), o.OnMismatch)
	return s.followed(c, j, err)
}

// fromRetry reads the body of a retry, which may be empty.
func (o *options) fromRetry(in *input, raw []byte) {
	if len(raw) == 0 {
		return
	}
	members, ok := in.members(raw, "")
	if !ok {
		return
	}
	if v, given := members["onMismatch"]; given {
		o.set(in, "onMismatch", v, inBody, "/onMismatch")
		delete(members, "onMismatch")
	}
	in.unknownMembers(members, "")
}

// undo makes a job that takes back what another has changed.
func (s *server) undo(c *call) error {
	in := c.input()
	if err := s.noBody(c, in); err != nil {
		return err
	}
	if err := in.err(); err != nil {
		return err
	}
	j, err := s.Store.Undo(c.ctx(), c.workspace(), c.r.PathValue("job"), c.key.Actor())
	return s.followed(c, j, err)
}

// followed answers with the job that follows from another.
func (s *server) followed(c *call, j job.Job, err error) error {
	if err != nil {
		return actionError(j, err)
	}
	return s.acceptedJob(c, prefer{}, j)
}
