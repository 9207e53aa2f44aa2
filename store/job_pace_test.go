package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"bulkpatch/job"
)

func sumOf(counts []int64) (n int64) {
	for _, c := range counts {
		n += c
	}
	return n
}

// TestAPaceLosesNoRecord adds records at any times to several series, also by a clock
// that was set back, stores them, and adds the series.
func TestAPaceLosesNoRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var all, whole paceSeries
		var total int64
		for range rapid.IntRange(1, 4).Draw(t, "shards") {
			text := "[]"
			for range rapid.IntRange(0, 50).Draw(t, "chunks") {
				at := rapid.OneOf(rapid.Int64Range(1_000_000, 1_000_300), rapid.Int64Range(0, 10_000_000)).Draw(t, "at")
				n := rapid.Int64Range(1, 9).Draw(t, "n")
				var err error
				if text, err = (shardRow{Pace: text}).paceAfter(n, at*1e6); err != nil {
					t.Fatal(err)
				}
				whole.add(at, n)
				total += n
			}
			p, err := readPace(text)
			if err != nil {
				t.Fatal(err)
			}
			if len(p.counts) > job.MaxPacePoints || len(text) > 2000 {
				t.Fatalf("%d points in %d bytes", len(p.counts), len(text))
			}
			all.join(p)
		}
		if sumOf(all.counts) != total || len(all.counts) > job.MaxPacePoints {
			t.Fatalf("%d points have %d records, not %d", len(all.counts), sumOf(all.counts), total)
		}
		for whole.width < all.width && len(whole.counts) > 0 {
			whole.widen()
		}
		for i, n := range all.counts {
			at := all.first + int64(i) - whole.first
			if n > 0 && (at < 0 || at >= int64(len(whole.counts)) || whole.counts[at] != n) {
				t.Fatalf("%v is not %v", all, whole)
			}
		}
		spread(t, all, total)
	})
}

// spread adds a series to the pace of a workspace that has room for all of it.
func spread(t *rapid.T, p paceSeries, total int64) {
	to := job.Pace{From: time.Unix(0, 0), Width: time.Minute, Counts: make([]int64, 10_000_000/60+20_000)}
	p.addTo(&to, rapid.Int64Range(0, 10_000_000).Draw(t, "ended"))
	if to.Sum() != total {
		t.Fatalf("%d records of %d are in the minutes", to.Sum(), total)
	}
}

func TestPointsOfAPaceBecomeWider(t *testing.T) {
	var p paceSeries
	p.add(1001, 5)
	p.add(1001+job.MaxPacePoints-1, 7)
	if len(p.counts) != job.MaxPacePoints || p.width != 1 {
		t.Errorf("%d points of %d s", len(p.counts), p.width)
	}
	p.add(1001+job.MaxPacePoints, 1)
	if p.width != 2 || p.first != 500 || p.counts[0] != 5 || sumOf(p.counts) != 13 || len(p.counts) != job.MaxPacePoints/2+1 {
		t.Errorf("%+v", p)
	}
}

// TestARateIsEvenWithinAPoint adds a point of 128 seconds, in which the work ended
// after 90, to minutes of which the first is too late for its beginning.
func TestARateIsEvenWithinAPoint(t *testing.T) {
	p := paceSeries{first: 10, width: 128, counts: []int64{900}}
	to := job.Pace{From: time.Unix(1290, 0), Width: time.Minute, Counts: make([]int64, 3)}
	p.addTo(&to, 1280+89)
	if fmt.Sprint(to.Counts) != "[600 200 0]" {
		t.Errorf("%v", to.Counts)
	}
	if !slices.Equal(p.counts, []int64{900}) {
		t.Error("the series has changed")
	}
}
