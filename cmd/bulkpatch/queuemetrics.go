package main

import (
	"github.com/prometheus/client_golang/prometheus"

	"bulkpatch/job"
	"bulkpatch/worker"
)

// newQueueMetrics returns gauges of what Redis has of the queues and the workers of
// the installation.
func newQueueMetrics(queues *worker.QueueReader) prometheus.Collector {
	read := scraped[job.Queues]{read: queues.Queues}
	return read.gauge("bulkpatch_queue_tasks", "Tasks in Redis, by queue and state: waiting for a worker, or active. Single has updates of one record, bulk all other work.",
		func(q job.Queues) (all []labelled) {
			for _, one := range q.Queues {
				all = append(all, labelled{float64(one.Waiting), []string{one.Name, "waiting"}}, labelled{float64(one.Active), []string{one.Name, "active"}})
			}
			return all
		}, "queue", "state").
		gauge("bulkpatch_queue_oldest_seconds", "How long the oldest task that waits in Redis has waited, by queue, 0 for none.",
			func(q job.Queues) (all []labelled) {
				for _, one := range q.Queues {
					all = append(all, labelled{one.Oldest.Seconds(), []string{one.Name}})
				}
				return all
			}, "queue").
		gauge("bulkpatch_worker_processes", "Processes of the installation that Redis knows to take tasks.",
			func(q job.Queues) []labelled { return unlabelled(float64(len(q.Processes))) }).
		gauge("bulkpatch_worker_slots", "Tasks that all worker processes together can work on at the same time, by queue.",
			func(q job.Queues) []labelled {
				var singles, bulks int
				for _, p := range q.Processes {
					singles, bulks = singles+p.Singles, bulks+p.Bulks
				}
				return []labelled{{float64(singles), []string{"single"}}, {float64(bulks), []string{"bulk"}}}
			}, "queue")
}
