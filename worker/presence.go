package worker

import (
	"context"
	"time"
)

// presenceEvery is how often a process shows that it runs, several times within
// the half minute for which the store believes it.
const presenceEvery = 5 * time.Second

// showUntil shows, until the context ends, that this process works with its
// models: others send no work that no process can take, and end no job as
// having lost its model that another process could go on with.
func (w *Worker) showUntil(ctx context.Context) {
	for sleep(ctx, presenceEvery) {
		w.showRunning(ctx)
	}
}

func (w *Worker) showRunning(ctx context.Context) {
	within, cancel := context.WithTimeout(ctx, presenceEvery)
	defer cancel()
	logFault(ctx, w.log, "the process could not show that it runs", w.store.ShowRunning(within, w.name))
}

// stopShowing is for an orderly end, when no task is worked on any more.
func (w *Worker) stopShowing() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	logFault(ctx, w.log, "the process could not show that it has stopped", w.store.ShowStopped(ctx, w.name))
}
