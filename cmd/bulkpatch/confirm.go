package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// confirmAbove is how many customers a command changes without asking.
const confirmAbove = 1000

// confirmFlags say whether to do something at once, after a question, or not at all.
type confirmFlags struct {
	DryRun bool `help:"Show what would change, and change nothing."`
	Yes    bool `short:"y" help:"Do not ask, however many customers it is about."`
}

func (f confirmFlags) check(r *reader) {
	if f.DryRun && f.Yes {
		r.fault("--yes", "has no effect with --dry-run, which changes nothing")
	}
}

// ask shows what is about to be done with n customers, and asks whether to do it. It
// returns an error unless the answer is yes. help is the command that asks.
func (a *app) ask(help string, n int64, verb string, show func()) error {
	if !isTerminal(a.in) || !isTerminal(a.err) {
		return &usageError{[]string{fmt.Sprintf("this is about %s customers, and there is no terminal to ask on: look at it with --dry-run, then give --yes", words.Number(n))}, help}
	}
	show()
	fmt.Fprintf(a.err, "%s %s customers? [y/N] ", verb, words.Number(n))
	line := make(chan string, 1)
	go func() { // abandoned where the user interrupts: a terminal is not read with a context
		text, _ := bufio.NewReader(a.in).ReadString('\n') // what is no answer is no
		line <- text
	}()
	select {
	case text := <-line:
		if slices.Contains([]string{"y", "yes"}, strings.ToLower(strings.TrimSpace(text))) {
			return nil
		}
	case <-a.ctx.Done():
		fmt.Fprintln(a.err)
	}
	fmt.Fprintln(a.err, "Nothing was changed.")
	return errSaid
}

// tellPreview prints a preview. It is a failure if the job would be refused.
func (a *app) tellPreview(s settings, p client.Preview) error {
	if s.answers == nil {
		previewWords(a.out, p)
		if p.ConfirmToken != "" {
			fmt.Fprintf(a.out, "Its token, until %s: %s\n", words.Clock(p.ExpiresAt), p.ConfirmToken)
		}
	} else if err := a.answer(s.answers.preview()); err != nil {
		return err
	}
	if p.Guard != "" {
		return errSaid
	}
	return nil
}

// maxShownChanges is how many customers of a preview are shown.
const maxShownChanges = 5

// previewWords says what a job would do.
func previewWords(w io.Writer, p client.Preview) {
	fmt.Fprintf(w, "%s customers match: %s would change, %s unchanged, %s would be skipped, %s would fail\n",
		words.Number(p.Matched), words.Number(p.WouldChange), words.Number(p.Unchanged), words.Number(p.WouldSkip), words.Number(p.WouldFail))
	showChanges(w, p.Sample, p.WouldChange)
	showReasons(w, p.Reasons)
	if p.Guard != "" {
		title, advice := words.Reason(p.Guard)
		fmt.Fprintf(w, "The job would be refused. %s. %s\n", title, inFlags(advice))
	}
}

// showChanges shows what would change in some of n customers.
func showChanges(w io.Writer, sample []client.PreviewRecord, n int64) {
	sample = sample[:min(len(sample), maxShownChanges)]
	for _, r := range sample {
		fmt.Fprintf(w, "  customer %s: %s\n", visible(r.ID.String()), visible(cut(changes(r.Changed))))
	}
	if more := n - int64(len(sample)); more > 0 && len(sample) > 0 {
		fmt.Fprintf(w, "  and %s more\n", words.Number(more))
	}
}

// showReasons says for each reason how many customers were not changed, and what to
// do about it.
func showReasons(w io.Writer, reasons []client.ErrorSummary) {
	for _, r := range reasons {
		title, advice := words.Reason(r.Code)
		at := ""
		if r.Pointer != "" {
			at = " at " + r.Pointer
		}
		fmt.Fprintf(w, "  %s × %s (%s%s), such as %s. %s\n", words.Number(r.Count), title, visible(r.Code), visible(at), visible(cut(examples(r))), inFlags(advice))
	}
}

// examples names some of the customers or, of a file job, the lines that a reason is
// about.
func examples(r client.ErrorSummary) string {
	var names []string
	for _, line := range r.SampleLines[:min(len(r.SampleLines), maxShownChanges)] {
		names = append(names, "line "+strconv.FormatInt(line, 10))
	}
	if names == nil {
		for _, id := range r.SampleIDs[:min(len(r.SampleIDs), maxShownChanges)] {
			names = append(names, id.String())
		}
	}
	return strings.Join(names, ", ")
}

// undoPreviewWords says what an undo would do.
func undoPreviewWords(w io.Writer, p client.UndoPreview) {
	fmt.Fprintf(w, "%s customers were changed: %s would be restored, %s changed since would be left alone, %s were deleted\n",
		words.Number(p.Matched), words.Number(p.WouldRestore), words.Number(p.Conflicted), words.Number(p.Skipped))
	showChanges(w, p.Sample, p.WouldRestore)
	for _, c := range p.Conflicts[:min(len(p.Conflicts), maxShownChanges)] {
		fmt.Fprintf(w, "  customer %s is left alone: %s\n", visible(c.ID.String()), visible(cut(conflictWords(c.Conflict, c.By))))
	}
}
