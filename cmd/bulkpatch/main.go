package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/alecthomas/kong"

	"bulkpatch/auth"
	"bulkpatch/job"
	"bulkpatch/worker"
)

// Exit statuses.
const (
	exitOK      = 0
	exitFailed  = 1 // the command did not succeed, or only in part
	exitUsage   = 2 // a flag or setting is wrong, and nothing was done
	exitRefused = 3 // the server refused, or could not be reached
)

// version is set by the linker: make build and the Dockerfile do so.
var version string

// versionText returns the stamped version, else the one that Go itself has
// noted in the binary, which it does for builds in a git checkout.
func versionText() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

func main() {
	os.Exit(run(context.Background(), os.Args[1:], &app{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// An app is what every command shares.
type app struct {
	ctx context.Context // ends at the first signal to stop
	in  io.Reader
	out io.Writer // what the user asked for
	err io.Writer // logs, progress and error messages
}

// A subcommand is one command of the program, such as serve.
type subcommand interface {
	// check reads the flags and operands and reports every fault to the
	// reader. It changes nothing.
	check(*reader)
}

// run is the whole program except for the exit. It returns the exit status.
func run(ctx context.Context, args []string, a *app) int {
	code := -1
	parsed, line, err := parse(args, a, func(n int) { code = n })
	if code >= 0 { // --help or --version has printed its text
		return code
	}
	if err != nil {
		return a.report(err)
	}
	r := &reader{line: line, stderr: a.err, faults: line.faults}
	if node := parsed.Selected(); node != nil {
		if c, ok := node.Target.Addr().Interface().(subcommand); ok {
			c.check(r)
		}
	}
	s, err := r.done()
	if err != nil {
		return a.report(err)
	}
	stop := a.watch(ctx)
	defer stop()
	return a.report(parsed.Run(a, s))
}

// parse reads the command line. Environment variables and defaults set the
// flags that it leaves out. Faults are collected in the returned commandLine.
// After --help or --version, parse calls exit with the exit status.
func parse(args []string, a *app, exit func(int)) (*kong.Context, *commandLine, error) {
	parser, err := newParser(a, exit)
	if err != nil {
		return nil, nil, err
	}
	line := readLine(parser, args)
	if line.asks {
		parsed, err := parser.Parse(line.args())
		return parsed, line, err
	}
	parsed, err := kong.Trace(parser, line.args())
	if err != nil {
		return nil, nil, err
	}
	// parsed.Validate would stop at the first fault. readLine has already
	// found all of them.
	if err := parsed.Reset(); err != nil {
		line.fault("%v", err)
	}
	_, err = parsed.Apply()
	return parsed, line, errors.Join(parsed.Error, err)
}

func newParser(a *app, exit func(int)) (*kong.Kong, error) {
	return kong.New(&commands{},
		kong.Name("bulkpatch"),
		kong.Description("Updates many customer records at once, as jobs that survive any crash."),
		kong.Writers(a.out, a.err),
		kong.Exit(exit),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		vars(),
	)
}

// vars are the texts that the grammar refers to.
func vars() kong.Vars {
	return kong.Vars{
		"version":     versionText(),
		"concurrency": strconv.Itoa(worker.DefaultConcurrency),
		"chunk":       strconv.Itoa(worker.DefaultChunk),
		"maxChunk":    strconv.Itoa(worker.MaxChunk),
		"states":      listed(job.States),
		"kinds":       listed(job.Kinds),
		"outcomes":    listed(job.Outcomes),
		"presets":     listed(auth.PresetNames()),
	}
}

// listed writes words with commas between them.
func listed[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = string(w)
	}
	return strings.Join(texts, ",")
}

// choicesOf lists the words that a flag or an operand declares, nil for any.
func choicesOf(v *kong.Value) []string {
	if v.Tag.Vars["choices"] == "" {
		return nil
	}
	all := vars()
	return strings.Split(os.Expand(v.Tag.Vars["choices"], func(name string) string { return all[name] }), ",")
}

// watch ends the app's context at the first SIGINT or SIGTERM, and lets the
// second one end the process at once.
func (a *app) watch(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-signals:
		case <-ctx.Done():
		}
		// First of all, so that a second signal ends the process: the sender
		// may react as soon as the context has ended.
		signal.Stop(signals)
		cancel()
	})
	a.ctx = ctx
	return func() {
		cancel()
		watching.Wait()
	}
}

// errSaid is returned by commands that have already printed why they failed.
var errSaid = errors.New("failed")
