package sample

import (
	"bufio"
	"io"
	"iter"
	"math/rand/v2"
	"strconv"
	"time"
)

// Desk returns n customers of the model desk, numbered from 1, each as one
// line of JSON without its line end. The same seed gives the same customers. A
// line is valid until the next one is asked for.
func Desk(seed uint64, n int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		g := newGenerator(seed)
		var line []byte
		for id := 1; id <= n; id++ {
			line = g.desk(line[:0], id)
			if !yield(line) {
				return
			}
		}
	}
}

// WriteDesk writes the customers of [Desk] to w, a line for each.
func WriteDesk(w io.Writer, seed uint64, n int) error {
	b := bufio.NewWriterSize(w, 1<<16)
	for line := range Desk(seed, n) {
		b.Write(line) // keeps its error until the flush
		if err := b.WriteByte('\n'); err != nil {
			return err
		}
	}
	return b.Flush()
}

// DeskReader returns the customers of [Desk] as a stream, a line for each,
// made as they are read.
func DeskReader(seed uint64, n int) io.Reader {
	return &reader{g: newGenerator(seed), n: n}
}

// A reader generates lines as they are read.
type reader struct {
	g       *generator
	id, n   int
	pending []byte // the part of buffer that was not read yet
	buffer  []byte
}

func (r *reader) Read(p []byte) (int, error) {
	if len(r.pending) == 0 {
		if r.id == r.n {
			return 0, io.EOF
		}
		r.buffer = r.buffer[:0]
		for r.id < r.n && len(r.buffer) < len(p) {
			r.id++
			r.buffer = append(r.g.desk(r.buffer, r.id), '\n')
		}
		r.pending = r.buffer
	}
	n := copy(p, r.pending)
	r.pending = r.pending[n:]
	return n, nil
}

// Customers are created on one of the days after firstDay.
var firstDay = time.Date(2012, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

const days = 14 * 365

// desk appends the customer with the id as JSON.
func (g *generator) desk(b []byte, id int) []byte {
	s := &g.scripts[g.byShare[g.rand.IntN(100)]]
	given, family := g.rand.IntN(len(s.given)), g.rand.IntN(len(s.family))
	roll := g.rand.Uint64() // its bits decide all optional and boolean fields

	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, int64(id), 10)
	b = appendText(b, "firstName", s.given[given])
	if roll&0xff == 0 {
		b = append(b[:len(b)-1], ' ')
		b = append(append(b, pick(g.rand, g.emoji)...), '"')
	}
	b = appendText(b, "lastName", s.family[family])
	b = g.mail(append(b, `,"email":"`...), s, given, family, roll)
	b = strconv.AppendInt(append(b, '.'), int64(id), 10)
	b = append(append(append(b, '@'), s.domain...), '"')
	b = appendText(b, "organization", pick(g.rand, s.companies))
	if roll>>8&3 != 0 {
		b = append(b, `,"company":{"id":`...)
		b = strconv.AppendInt(b, 1+g.rand.Int64N(5000), 10)
		b = append(b, `,"type":"companies"}`...)
	}
	b = g.contact(b, s, id, roll)
	return append(g.state(b, roll), '}')
}

// contact appends the fields of contact: job, phone, address and others.
func (g *generator) contact(b []byte, s *pool, id int, roll uint64) []byte {
	b = appendText(b, "jobTitle", pick(g.rand, g.titles))
	b = append(append(b, `,"phone":"`...), s.dialling...)
	b = strconv.AppendInt(append(b, ' '), 100_000_000+g.rand.Int64N(899_999_999), 10)
	b = append(append(b, `","address":"`...), pick(g.rand, s.streets)...)
	b = strconv.AppendInt(append(b, ' '), 1+g.rand.Int64N(240), 10)
	b = append(append(append(b, ", "...), pick(g.rand, s.cities)...), '"')
	b = append(b, `,"externalId":"crm-`...)
	b = append(strconv.AppendInt(b, int64(id), 36), '"')
	if roll>>10&3 == 0 {
		b = appendText(b, "notes", pick(g.rand, g.notes))
	}
	if roll>>12&3 == 0 {
		b = append(b, `,"twitterHandle":"@c`...)
		b = append(strconv.AppendInt(b, int64(id), 36), '"')
	}
	return b
}

// state appends the fields that the vendor keeps itself, such as numTickets.
func (g *generator) state(b []byte, roll uint64) []byte {
	b = append(b, `,"numTickets":`...)
	b = strconv.AppendInt(b, g.rand.Int64N(40), 10)
	b = appendBool(b, "trusted", roll>>14&3 == 0)
	b = appendBool(b, "welcomeEmailSent", roll>>16&1 == 0)
	b = appendBool(b, "verifiedEmail", roll>>17&3 != 0)
	b = appendText(b, "addMethod", [...]string{"automatic", "manual"}[roll>>19&1])
	created := firstDay + g.rand.Int64N(days*24*60*60)
	b = appendTime(b, "createdAt", created)
	if roll>>20&15 != 0 {
		return appendText(b, "state", "active")
	}
	b = appendText(b, "state", "deleted")
	return appendTime(b, "deletedAt", created+g.rand.Int64N(200*24*60*60))
}

// mail appends the local part of an e-mail address, made of the customer's name.
// Some addresses have the name in Latin letters instead of its own script.
func (g *generator) mail(b []byte, s *pool, given, family int, roll uint64) []byte {
	if len(s.latin) > 0 && roll>>24&3 == 0 {
		return append(b, pick(g.rand, s.latin)...)
	}
	b = append(append(b, s.mailGiven[given]...), '.')
	return append(b, s.mailFamily[family]...)
}

func appendText(b []byte, name, escaped string) []byte {
	b = append(append(b, `,"`...), name...)
	return append(append(append(b, `":"`...), escaped...), '"')
}

func appendBool(b []byte, name string, v bool) []byte {
	b = append(append(b, `,"`...), name...)
	return strconv.AppendBool(append(b, `":`...), v)
}

func appendTime(b []byte, name string, seconds int64) []byte {
	b = append(append(b, `,"`...), name...)
	b = time.Unix(seconds, 0).UTC().AppendFormat(append(b, `":"`...), time.RFC3339)
	return append(b, '"')
}

func pick(r *rand.Rand, list []string) string { return list[r.IntN(len(list))] }
