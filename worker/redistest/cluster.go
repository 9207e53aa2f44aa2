package redistest

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
)

// slots is how many slots a cluster has.
const slots = 16384

// A Cluster is a Redis Cluster of three masters.
type Cluster struct{ Nodes []*Server }

// StartCluster starts three servers with a third of the slots each, and returns
// when each of them knows the others.
func StartCluster(tb testing.TB) *Cluster {
	tb.Helper()
	const n = 3
	c := &Cluster{}
	var bus []string // the ports that they talk to each other on
	for i := range n {
		_, port, _ := net.SplitHostPort(FreeAddr(tb))
		bus = append(bus, port)
		s := start(tb, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000", "--cluster-port", port)
		c.Nodes = append(c.Nodes, s)
		s.Do(tb, "CLUSTER", "ADDSLOTSRANGE", strconv.Itoa(i*slots/n), strconv.Itoa((i+1)*slots/n-1))
	}
	host, port, _ := net.SplitHostPort(c.Nodes[0].Addr)
	for _, s := range c.Nodes[1:] {
		s.Do(tb, "CLUSTER", "MEET", host, port, bus[0])
	}
	for _, s := range c.Nodes {
		until(tb, "the cluster to agree", func() bool {
			info := s.Bulk(tb, "CLUSTER", "INFO")
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_known_nodes:%d", n))
		})
	}
	return c
}

// URL returns the addresses of the nodes as a value of the --redis flag.
func (c *Cluster) URL() string {
	addrs := make([]string, len(c.Nodes))
	for i, s := range c.Nodes {
		addrs[i] = s.Addr
	}
	return "redis-cluster://" + strings.Join(addrs, ",")
}
