package main

import (
	"fmt"
	"os"

	"bulkpatch/api"
	"bulkpatch/model"
)

type modelCommand struct {
	Check modelCheckCommand `cmd:"" help:"Check model files and list every fault."`
}

// Help shows an example.
func (modelCommand) Help() string {
	return `Example:
  bulkpatch model check models/*.yaml`
}

type modelCheckCommand struct {
	Files []string `arg:"" name:"file" help:"Model files (YAML)."`
}

// Help shows an example.
func (modelCheckCommand) Help() string {
	return `Example:
  bulkpatch model check models/*.yaml

Every fault of every file is printed with its line; the exit status is 1 if there is any.`
}

// Run checks each file and prints its faults.
func (c *modelCheckCommand) Run(a *app) error {
	failed := false
	for _, file := range c.Files {
		src, err := os.ReadFile(file)
		if err != nil {
			fmt.Fprintln(a.err, fileReason(err))
			failed = true
			continue
		}
		m, problems := model.Check(file, src)
		for _, p := range problems {
			fmt.Fprintln(a.err, describe(p))
		}
		if len(problems) > 0 {
			failed = true
			continue
		}
		if _, err := api.Surfaces(model.Shipped().With(m), nil); err != nil {
			fmt.Fprintf(a.err, "%s: %v\n", file, err)
			failed = true
			continue
		}
		fmt.Fprintf(a.out, "%s: model %s with %d fields is fine\n", file, m.Name, len(m.Fields))
	}
	if failed {
		return errSaid
	}
	return nil
}
