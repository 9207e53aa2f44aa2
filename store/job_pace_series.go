package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"bulkpatch/job"
)

// A paceSeries is how many records of a shard got their outcome over time: in points
// of equal width, which is a power of two of seconds. Points begin at multiples of
// the width since 1970. So a point lies within one of any wider series, and series
// can be added without a loss. Where it would have more than [job.MaxPacePoints],
// its width doubles. So it takes at most about a kilobyte, however long the job
// runs.
//
// It is stored as [number of the first point, width, count, count, …], and as [] if
// it is empty.
type paceSeries struct {
	first  int64 // it begins at first × width
	width  int64 // seconds
	counts []int64
}

// readPace reads a series from the text of a column. It is called for each chunk, and
// package json would take several times as long.
func readPace(text string) (paceSeries, error) {
	var numbers []int64
	for part := range strings.SplitSeq(strings.Trim(text, "[]"), ",") {
		if part == "" {
			break
		}
		n, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return paceSeries{}, fmt.Errorf("read a pace: %w", err)
		}
		numbers = append(numbers, n)
	}
	if len(numbers) < 3 || numbers[1] < 1 {
		return paceSeries{}, nil
	}
	return paceSeries{numbers[0], numbers[1], numbers[2:]}, nil
}

func (p paceSeries) String() string {
	if len(p.counts) == 0 {
		return "[]"
	}
	text := strconv.AppendInt([]byte{'['}, p.first, 10)
	text = strconv.AppendInt(append(text, ','), p.width, 10)
	for _, n := range p.counts {
		text = strconv.AppendInt(append(text, ','), n, 10)
	}
	return string(append(text, ']'))
}

// add counts n records at a time, in seconds.
func (p *paceSeries) add(at, n int64) {
	if len(p.counts) == 0 {
		*p = paceSeries{first: at, width: max(1, p.width), counts: []int64{0}}
		p.first = at / p.width
	}
	p.reach(at)
	p.counts[at/p.width-p.first] += n
}

// reach extends the series to a time, with points that have no records.
func (p *paceSeries) reach(at int64) {
	if len(p.counts) == 0 {
		return
	}
	for p.spanWith(at) > job.MaxPacePoints {
		p.widen()
	}
	if before := p.first - at/p.width; before > 0 {
		p.first -= before
		p.counts = append(make([]int64, before), p.counts...)
	}
	if behind := at/p.width - p.first - int64(len(p.counts)) + 1; behind > 0 {
		p.counts = append(p.counts, make([]int64, behind)...)
	}
}

// spanWith is how many points the series would have if it reached to a time.
func (p *paceSeries) spanWith(at int64) int64 {
	last := p.first + int64(len(p.counts)) - 1
	return max(last, at/p.width) - min(p.first, at/p.width) + 1
}

// widen doubles the width.
func (p *paceSeries) widen() {
	counts := p.counts
	if p.first%2 != 0 {
		counts = append([]int64{0}, counts...)
	}
	if len(counts)%2 != 0 {
		counts = append(slices.Clip(counts), 0)
	}
	wide := make([]int64, len(counts)/2)
	for i := range wide {
		wide[i] = counts[2*i] + counts[2*i+1]
	}
	*p = paceSeries{p.first / 2, 2 * p.width, wide}
}

// join adds another series.
func (p *paceSeries) join(other paceSeries) {
	for len(p.counts) > 0 && p.width < other.width {
		p.widen()
	}
	p.width = max(p.width, other.width)
	for i, n := range other.counts {
		if n > 0 {
			p.add((other.first+int64(i))*other.width, n)
		}
	}
}

// pace returns the series as users see it.
func (p paceSeries) pace() job.Pace {
	if len(p.counts) == 0 {
		return job.Pace{}
	}
	return job.Pace{From: time.Unix(p.first*p.width, 0).UTC(), Width: time.Duration(p.width) * time.Second, Counts: p.counts}
}

// addTo adds the series to a pace, of which it leaves out what is before its first
// point. Within a point of the series, and until ended (in seconds), it assumes an
// even rate.
func (p paceSeries) addTo(to *job.Pace, ended int64) {
	from, width := to.From.Unix(), int64(to.Width/time.Second)
	for i, n := range p.counts {
		begin := (p.first + int64(i)) * p.width
		end := max(begin+1, min(begin+p.width, ended+1))
		var given int64
		for at := begin; at < end; {
			next := min(end, from+floorDiv(at-from, width)*width+width)
			part := n * (next - begin) / (end - begin)
			if point := floorDiv(at-from, width); point >= 0 && point < int64(len(to.Counts)) {
				to.Counts[point] += part - given
			}
			given, at = part, next
		}
	}
}

// floorDiv divides and rounds down.
func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// paceAfter is the text of the shard's pace after a chunk of some records has ended.
func (s shardRow) paceAfter(records, ended int64) (string, error) {
	p, err := readPace(s.Pace)
	if err != nil || records == 0 {
		return s.Pace, err
	}
	p.add(max(0, ended)/time.Second.Microseconds(), records)
	return p.String(), nil
}
