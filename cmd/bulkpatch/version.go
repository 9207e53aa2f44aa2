package main

import (
	"encoding/json"
	"fmt"
)

type versionCommand struct{ outputFlag }

// Help shows an example.
func (versionCommand) Help() string {
	return `Examples:
  bulkpatch version
  bulkpatch version --output json`
}

func (c *versionCommand) check(r *reader) { r.output(c.outputFlag) }

// Run prints the version.
func (c *versionCommand) Run(a *app, s settings) error {
	if s.answers == nil {
		_, err := fmt.Fprintln(a.out, versionText())
		return err
	}
	raw, err := json.Marshal(map[string]string{"version": versionText()})
	if err != nil {
		return err
	}
	return a.answer(raw)
}
