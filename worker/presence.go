package worker

import (
	"context"
	"time"
)

// presenceEvery is how often a process records that it is running. The store
// counts a process as running for half a minute after it was recorded.
const presenceEvery = 5 * time.Second

// showUntil records again and again, until the context ends, that this process
// is running and which models it has. Other processes read that: a relay holds
// back work that no running process has the model for, and a resume fails a job
// for a missing model only when no running process has it.
func (w *Worker) showUntil(ctx context.Context) {
	for sleep(ctx, presenceEvery) {
		w.showRunning(ctx)
	}
}

// showRunning records once that this process is running.
func (w *Worker) showRunning(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, presenceEvery)
	defer cancel()
	logFault(ctx, w.log, "could not record that this process is running", w.store.ShowRunning(within, w.name))
}

// stopShowing records that this process has stopped. It is called in an orderly
// shutdown, when no task is being worked on.
func (w *Worker) stopShowing() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	logFault(ctx, w.log, "could not record that this process has stopped", w.store.ShowStopped(ctx, w.name))
}
