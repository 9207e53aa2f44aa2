package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// The schemes of Redis addresses. A second s asks for TLS.
var redisSchemes = map[string]func(redisAddress) (asynq.RedisConnOpt, error){
	"redis":           oneServer,
	"rediss":          oneServer,
	"redis-sentinel":  bySentinels,
	"rediss-sentinel": bySentinels,
	"redis-cluster":   asCluster,
	"rediss-cluster":  asCluster,
}

// defaultMaster is the name of the master in Sentinel's example configuration.
const defaultMaster = "mymaster"

// parseRedis reads the setting --redis; nil means the embedded Redis. Its
// errors quote nothing, since the address may hold a password.
//
// It does not use asynq's parser, which drops the user name and does not know
// clusters.
func parseRedis(text string) (asynq.RedisConnOpt, error) {
	if text == "embedded" {
		return nil, nil
	}
	scheme, rest, _ := strings.Cut(text, "://")
	make, ok := redisSchemes[scheme]
	if !ok {
		return nil, errors.New("must be embedded, redis://HOST:PORT, rediss://HOST:PORT, redis-sentinel://HOST:PORT,HOST:PORT?master=NAME or redis-cluster://HOST:PORT,HOST:PORT")
	}
	a, err := readRedisAddress(scheme, rest)
	if err != nil {
		return nil, err
	}
	return make(a)
}

// A redisAddress holds the parts of an address of Redis.
type redisAddress struct {
	hosts              []string // HOST:PORT, one or more
	username, password string
	db                 int
	master             string
	tls                *tls.Config // nil for none
}

// readRedisAddress reads [USER:PASSWORD@]HOST:PORT[,HOST:PORT…][/DB][?master=NAME].
func readRedisAddress(scheme, rest string) (redisAddress, error) {
	var a redisAddress
	shape := fmt.Errorf("must look like %s://[USER:PASSWORD@]HOST:PORT[,HOST:PORT…][/DB]; escape special characters of the password", scheme)
	rest, query, _ := strings.Cut(rest, "?")
	who, hosts := "", rest
	if i := strings.LastIndex(rest, "@"); i >= 0 {
		who, hosts = rest[:i+1], rest[i+1:]
	}
	hosts, db, _ := strings.Cut(hosts, "/")
	for host := range strings.SplitSeq(hosts, ",") {
		u, err := url.Parse("redis://" + who + host)
		if err != nil || u.Hostname() == "" || u.Host != host {
			return a, shape
		}
		a.hosts = append(a.hosts, net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), defaultPort(scheme))))
		a.username = u.User.Username()
		a.password, _ = u.User.Password()
	}
	if strings.HasPrefix(scheme, "rediss") {
		a.tls = &tls.Config{MinVersion: tls.VersionTLS12}
		if scheme == "rediss" { // with several servers, each has a name of its own
			a.tls.ServerName, _, _ = net.SplitHostPort(a.hosts[0])
		}
	}
	var err error
	if a.db, err = strconv.Atoi(cmp.Or(db, "0")); err != nil || a.db < 0 {
		return a, errors.New("has a path that is not the number of a database")
	}
	return a, a.readQuery(scheme, query)
}

func (a *redisAddress) readQuery(scheme, query string) error {
	q, err := url.ParseQuery(query)
	a.master = q.Get("master")
	q.Del("master")
	if err != nil || len(q) > 0 || a.master != "" && !strings.HasSuffix(scheme, "-sentinel") {
		return errors.New("takes no query or fragment, but master=NAME of redis-sentinel")
	}
	return nil
}

func defaultPort(scheme string) string {
	if strings.HasSuffix(scheme, "-sentinel") {
		return "26379"
	}
	return "6379"
}

func oneServer(a redisAddress) (asynq.RedisConnOpt, error) {
	if len(a.hosts) > 1 {
		return nil, errors.New("names several hosts: use redis-sentinel:// or redis-cluster://")
	}
	return asynq.RedisClientOpt{Addr: a.hosts[0], Username: a.username, Password: a.password, DB: a.db, TLSConfig: a.tls}, nil
}

// bySentinels asks sentinels for the address of the master. User and password
// are those of Redis, not of the sentinels.
func bySentinels(a redisAddress) (asynq.RedisConnOpt, error) {
	return asynq.RedisFailoverClientOpt{
		MasterName: cmp.Or(a.master, defaultMaster), SentinelAddrs: a.hosts,
		Username: a.username, Password: a.password, DB: a.db, TLSConfig: a.tls,
	}, nil
}

// asCluster connects to a cluster by some of its nodes; the client finds the
// others. Each queue is stored on the one node that owns its slot.
func asCluster(a redisAddress) (asynq.RedisConnOpt, error) {
	if a.db != 0 {
		return nil, errors.New("names a database, and a cluster has only one")
	}
	return asynq.RedisClusterClientOpt{Addrs: a.hosts, Username: a.username, Password: a.password, TLSConfig: a.tls}, nil
}

// Timeouts for calls that only inspect Redis.
const (
	lookDial = time.Second
	lookRead = 2 * time.Second
)

// impatient returns opt with short timeouts, for calls that only inspect Redis:
// while Redis is down, a page or a scrape should fail soon.
func impatient(opt asynq.RedisConnOpt) asynq.RedisConnOpt {
	switch o := opt.(type) {
	case asynq.RedisClientOpt:
		o.DialTimeout, o.ReadTimeout = lookDial, lookRead
		return o
	case asynq.RedisFailoverClientOpt:
		o.DialTimeout, o.ReadTimeout = lookDial, lookRead
		return o
	case asynq.RedisClusterClientOpt:
		o.DialTimeout, o.ReadTimeout = lookDial, lookRead
		return o
	}
	return opt
}

// eachNode calls fn for every Redis server that may hold queues.
func eachNode(ctx context.Context, client redis.UniversalClient, fn func(context.Context, *redis.Client) error) error {
	switch c := client.(type) {
	case *redis.ClusterClient:
		return c.ForEachMaster(ctx, fn)
	case *redis.Client:
		return fn(ctx, c)
	}
	return nil
}
