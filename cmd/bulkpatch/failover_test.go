package main

import (
	"testing"

	"bulkpatch/client"
	"bulkpatch/worker/redistest"
)

// TestAJobOutlivesItsRedisMaster kills the master while a job is under way.
// The job goes on when the sentinel has promoted the replica, whatever of the
// queue the replica lacks.
func TestAJobOutlivesItsRedisMaster(t *testing.T) {
	t.Parallel()
	redis := redistest.StartSentinel(t)
	hurtUnderWay(t, redis.URL(), redis.Master.Kill)
}

// TestAJobWaitsForItsNodeOfACluster kills the nodes, one of which has the
// queue, and starts them again: a queue lives on one node.
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

// hurtUnderWay hurts Redis while a job is under way, and waits for its end.
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
