package main

import (
	"testing"

	"bulkpatch/client"
	"bulkpatch/worker/redistest"
)

// TestAJobOutlivesItsRedisMaster kills the master while a job is under way.
// The job continues when the sentinel has promoted the replica, even if the
// replica lacks a part of the queue.
func TestAJobOutlivesItsRedisMaster(t *testing.T) {
	t.Parallel()
	redis := redistest.StartSentinel(t)
	hurtUnderWay(t, redis.URL(), redis.Master.Kill)
}

// TestAJobWaitsForItsNodeOfACluster kills all nodes and starts them again. The
// queue is stored on one of them only.
func TestAJobWaitsForItsNodeOfACluster(t *testing.T) {
	t.Parallel()
	redis := redistest.StartCluster(t)
	hurtUnderWay(t, redis.URL(), func() {
		for _, node := range redis.Nodes {
			node.Kill()
			node.Restart(t)
		}
	})
}

// hurtUnderWay calls hurt while a job runs, and waits for the job's end.
func hurtUnderWay(t *testing.T, redis string, hurt func()) {
	t.Helper()
	const customers = 6000
	slowly := 2000.0
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--redis", redis)
	c := p.client(t, p.firstKey)
	load(t, c, customers)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{RecordsPerSecond: &slowly})
	if err != nil {
		t.Fatal(err)
	}
	under(t, c, j)
	hurt()
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, customers)
}
