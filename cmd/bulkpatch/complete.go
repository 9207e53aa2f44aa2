package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
	"bulkpatch/model"
)

// completeCommand is called by the scripts of completion.
type completeCommand struct {
	Words []string `arg:"" optional:"" sep:"none" help:"Words of the command line behind the program, up to the cursor; the last one may be empty."`
}

// Help shows an example.
func (completeCommand) Help() string {
	return `Example:
  bulkpatch __complete -- brake o`
}

func (*completeCommand) check(*reader) {}

// A candidate is a word that may stand at the cursor.
type candidate struct{ word, help string }

// Run prints the candidates, each on a line with its explanation behind a tab.
func (c *completeCommand) Run(a *app) error {
	parser, err := newParser(&app{out: io.Discard, err: io.Discard}, func(int) {})
	if err != nil {
		return err
	}
	typed := c.Words
	if len(typed) == 0 {
		typed = []string{""}
	}
	for _, found := range candidates(a.ctx, parser, typed) {
		fmt.Fprintf(a.out, "%s\t%s\n", found.word, strings.Join(strings.Fields(found.help), " "))
	}
	return nil
}

// candidates lists what may stand in place of the last word.
func candidates(ctx context.Context, parser *kong.Kong, typed []string) []candidate {
	l := &commandLine{parser: parser, given: map[string]bool{}}
	l.enter(parser.Model.Node)
	waiting := l.before(typed[:len(typed)-1])
	at := typed[len(typed)-1]
	name, value, joined := strings.Cut(at, "=")
	switch f := l.flags[name]; {
	case waiting != nil:
		return matching(strings.TrimPrefix(at, "="), valuesOf(ctx, waiting.Value))
	case joined && f != nil:
		list := matching(value, valuesOf(ctx, f.Value))
		for i := range list {
			list[i].word = name + "=" + list[i].word
		}
		return list
	case strings.HasPrefix(at, "-"):
		return matching(at, flagsOf(l))
	case len(l.operands) == 0 && len(l.node.Children) > 0:
		return matching(at, childrenOf(l.node))
	}
	known := l.node.Positional
	if len(l.operands) >= len(known) {
		return nil
	}
	return matching(at, valuesOf(ctx, known[len(l.operands)]))
}

// before reads the words before the cursor, and returns the flag whose value stands
// there, if one does. bash passes --flag=value as three words.
func (l *commandLine) before(typed []string) (waiting *kong.Flag) {
	for _, word := range typed {
		if word == "=" && waiting != nil {
			continue
		}
		if waiting != nil {
			waiting = nil
			continue
		}
		if !strings.HasPrefix(word, "-") {
			l.step(word)
			continue
		}
		name, _, joined := strings.Cut(word, "=")
		if f := l.flags[name]; f != nil && !joined && !f.IsBool() {
			waiting = f
		}
	}
	return waiting
}

// step reads the name of a command, or an operand.
func (l *commandLine) step(word string) {
	for _, child := range l.node.Children {
		if child.Name == word {
			l.enter(child)
			return
		}
	}
	l.operands = append(l.operands, word)
}

// matching keeps the candidates that begin with what is typed. Of a list with commas
// its last word is completed.
func matching(typed string, all []candidate) (some []candidate) {
	before := typed[:strings.LastIndex(typed, ",")+1]
	for _, c := range all {
		if strings.HasPrefix(before+c.word, typed) {
			some = append(some, candidate{before + c.word, c.help})
		}
	}
	return some
}

func flagsOf(l *commandLine) (list []candidate) {
	for name, f := range l.flags {
		if strings.HasPrefix(name, "--") && !f.Hidden {
			list = append(list, candidate{name, f.Help})
		}
	}
	slices.SortFunc(list, func(a, b candidate) int { return strings.Compare(a.word, b.word) })
	return list
}

func childrenOf(n *kong.Node) (list []candidate) {
	for _, child := range n.Children {
		if !child.Hidden {
			list = append(list, candidate{child.Name, child.Help})
		}
	}
	return list
}

// valuesOf lists the values of a flag or an operand, as far as they are known.
func valuesOf(ctx context.Context, v *kong.Value) (list []candidate) {
	for _, word := range choicesOf(v) {
		list = append(list, candidate{word, ""})
	}
	switch {
	case len(list) > 0:
	case v.Name == "model":
		list = models(ctx)
	case v.Name == "job":
		list = jobs(ctx)
	}
	return list
}

// completeWithin is how long the server may take for a completion.
const completeWithin = time.Second

// newestJobs is how many jobs are offered.
const newestJobs = 20

// completingClient returns a client of the server that the environment names.
func completingClient() (*client.Client, bool) {
	c, err := client.New(os.Getenv("BULKPATCH_SERVER"), os.Getenv("BULKPATCH_KEY"), client.WithAttempts(1))
	return c, err == nil
}

// models lists the models of the server, or those that are shipped.
func models(ctx context.Context) (list []candidate) {
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	if c, ok := completingClient(); ok {
		for m, err := range c.Models(ctx) {
			if err == nil {
				list = append(list, candidate{m.Name, m.Title})
			}
		}
	}
	if len(list) == 0 {
		for _, m := range model.Shipped().All() {
			list = append(list, candidate{m.Name, m.Title})
		}
	}
	return list
}

// jobs lists the newest jobs of the server.
func jobs(ctx context.Context) (list []candidate) {
	ctx, cancel := context.WithTimeout(ctx, completeWithin)
	defer cancel()
	c, ok := completingClient()
	if !ok {
		return nil
	}
	for j, err := range c.Jobs(ctx, client.JobQuery{}) {
		if err != nil || len(list) == newestJobs {
			break
		}
		list = append(list, candidate{j.ID, stateWords(j) + ": " + plain(words.Job(j, nil, nil))})
	}
	return list
}
