package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"

	"github.com/alecthomas/kong"

	"bulkpatch/worker"
)

// Exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // what was asked did not succeed
	exitUsage  = 2 // a flag or setting is wrong, and nothing was done
)

// version is set when a release is built.
var version = "devel"

func main() {
	os.Exit(run(context.Background(), os.Args[1:], &app{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
}

// An app is what every command shares.
type app struct {
	ctx context.Context // ends at the first signal to stop
	in  io.Reader
	out io.Writer // what the user asked for
	err io.Writer // logs, progress and complaints
}

// run is the whole program but its exit.
func run(ctx context.Context, args []string, a *app) int {
	code := -1
	parsed, err := parse(args, a, func(n int) { code = n })
	if code >= 0 { // --help and --version have had their say
		return code
	}
	if err != nil {
		fmt.Fprintf(a.err, "bulkpatch: %v\nbulkpatch --help lists the commands, bulkpatch COMMAND --help the flags of one.\n", err)
		return exitUsage
	}
	stop := a.watch(ctx)
	defer stop()
	return a.report(parsed.Run(a))
}

// parse reads the command line. leave is called with a status where --help or
// --version has said all there is to say.
func parse(args []string, a *app, leave func(int)) (*kong.Context, error) {
	parser, err := kong.New(&commands{},
		kong.Name("bulkpatch"),
		kong.Description("Updates many customer records at once, as jobs that survive any crash."),
		kong.Writers(a.out, a.err),
		kong.Exit(leave),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.Vars{
			"version":     version,
			"concurrency": strconv.Itoa(worker.DefaultConcurrency),
			"chunk":       strconv.Itoa(worker.DefaultChunk),
			"maxChunk":    strconv.Itoa(worker.MaxChunk),
		},
	)
	if err != nil {
		return nil, err
	}
	return parser.Parse(args)
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
		// Before the context ends: whoever sees the process stopping may send
		// the second signal, and it must not be swallowed.
		signal.Stop(signals)
		cancel()
	})
	a.ctx = ctx
	return func() {
		cancel()
		watching.Wait()
	}
}

// report prints why a command failed and chooses the exit status.
func (a *app) report(err error) int {
	var bad *settingsError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errSaid):
		return exitFailed
	case errors.As(err, &bad):
		fmt.Fprintln(a.err, "bulkpatch:", err)
		return exitUsage
	default:
		fmt.Fprintln(a.err, "bulkpatch:", err)
		return exitFailed
	}
}

// errSaid ends a command that has already said why it failed.
var errSaid = errors.New("failed")
