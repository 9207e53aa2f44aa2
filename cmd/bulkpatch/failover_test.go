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
	slowly := 2000.0
	redis := redistest.StartSentinel(t)
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--redis", redis.URL())
	c := p.client(t, p.firstKey)
	load(t, c, 6000)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{RecordsPerSecond: &slowly})
	if err != nil {
		t.Fatal(err)
	}
	under(t, c, j)
	redis.Master.Kill()
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, 6000)
}

// TestAJobWaitsForItsNodeOfACluster kills the node that has the queue, and
// starts it again: a queue lives on one node.
func TestAJobWaitsForItsNodeOfACluster(t *testing.T) {
	slowly := 2000.0
	redis := redistest.StartCluster(t)
	p := start(t, "serve", "--addr", "127.0.0.1:0", "--db", database(t), "--redis", redis.URL())
	c := p.client(t, p.firstKey)
	load(t, c, 6000)
	j, err := c.SubmitBulk(t.Context(), "desk", everybody, trusting, client.Options{RecordsPerSecond: &slowly})
	if err != nil {
		t.Fatal(err)
	}
	under(t, c, j)
	for _, node := range redis.Nodes {
		node.Kill()
		node.Restart(t)
	}
	checkSum(t, wait(t, c, j.ID), client.StateSucceeded, 6000)
}
