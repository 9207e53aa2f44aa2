package dashboard

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// The first answer counts no more than countedAtOnce jobs, and for no longer than
// countWithin. The exact number follows in a request of its own.
const (
	countedAtOnce = 10_000
	countWithin   = 25 * time.Millisecond
)

// A jobCount is how many jobs a list has on all its pages.
type jobCount struct {
	N      int64
	More   bool   // there are more than N
	Failed bool   // they could not be counted
	Exact  string // the path of the page with the exact number
	Script string // the path of the exact number alone
	Hidden bool   // singles are not counted
}

// Noun is what is counted.
func (c jobCount) Noun() string {
	if c.N == 1 && !c.More {
		return "job"
	}
	return "jobs"
}

// count counts the jobs of a list as far as that takes no time, or exactly if the
// visitor asks for it.
func (d *Dashboard) count(v *Visit, page *jobListPage, query url.Values) jobCount {
	c := jobCount{N: int64(len(page.Rows)), Exact: page.Filter.path("count", "exact"), Script: withQuery(JobsPath+"/count", page.Filter.values())}
	if page.First && page.Older == "" {
		return c
	}
	ctx, most := v.Request.Context(), int64(0)
	if v.query("count") != "exact" {
		most = countedAtOnce + 1
	}
	if most > 0 && v.query(waitParam) == "" {
		limited, cancel := context.WithTimeout(ctx, countWithin)
		defer cancel()
		ctx = limited
	}
	n, ok := v.countUntil(ctx, conditions(query), most)
	switch {
	case !ok:
		c.More = true
	case most > 0 && n >= most:
		c.N, c.More = countedAtOnce, true
	default:
		c.N = n
	}
	return c
}

// countUntil counts jobs until the context ends, and does not wait then until the
// database has given up. ok is false if they could not be counted.
func (v *Visit) countUntil(ctx context.Context, query url.Values, most int64) (n int64, ok bool) {
	counted := make(chan int64, 1)
	go func() {
		defer close(counted)
		defer func() { _ = recover() }() // without a count, the page is as good
		if n, err := v.CountJobs(ctx, query, most); err == nil {
			counted <- n
		}
	}()
	select {
	case n, ok = <-counted:
		return n, ok
	case <-ctx.Done():
		return 0, false
	}
}

// conditions are the parameters of a list without those of its pages.
func conditions(query url.Values) url.Values {
	q := url.Values{}
	for name, values := range query {
		if name != "limit" && name != "cursor" {
			q[name] = values
		}
	}
	return q
}

// CountJobs answers with the exact number of jobs that a list has, for the script of
// its page.
func (d *Dashboard) CountJobs(v *Visit) error {
	f := jobFilterOf(v)
	query, wrong := f.apiQuery(d.now())
	c := jobCount{Exact: f.path("count", "exact")}
	if len(wrong) > 0 {
		c.Failed = true
		return showPart(v, http.StatusBadRequest, "jobs", "count", c)
	}
	n, err := v.CountJobs(v.Request.Context(), query, 0)
	if err != nil {
		return err
	}
	c.N = n
	return showPart(v, http.StatusOK, "jobs", "count", c)
}
