package sample

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"unicode"

	"github.com/brianvoe/gofakeit/v7"
)

// poolSize is how many values of each kind the faker makes. They are made once
// and used again, because the faker is slow.
const poolSize = 2048

// A generator holds the values that customers are composed of, already escaped
// for JSON.
type generator struct {
	rand    *rand.Rand
	scripts []pool
	byShare [100]int // index into scripts
	emoji   []string
	titles  []string
	notes   []string
}

// A pool is a [script] ready for use.
type pool struct {
	given, family, companies, cities, streets []string
	mailGiven, mailFamily                     []string // by the indexes of given and family
	latin                                     []string
	domain, dialling                          string
}

func newGenerator(seed uint64) *generator {
	fake := gofakeit.NewFaker(rand.NewPCG(seed, 1), false)
	g := &generator{
		rand:   rand.New(rand.NewPCG(seed, 2)),
		emoji:  escaped(emoji),
		titles: escaped(many(fake.JobTitle)),
		notes:  escaped(many(fake.HackerPhrase)),
	}
	g.scripts = append(g.scripts, newPool(english(fake)))
	next := 0
	for _, s := range scripts {
		g.scripts = append(g.scripts, newPool(s))
		for range s.share {
			g.byShare[next] = len(g.scripts) - 1
			next++
		}
	}
	return g // the remaining entries of byShare are 0: English
}

// english is the script whose names come from the faker.
func english(fake *gofakeit.Faker) script {
	return script{
		given:     many(fake.FirstName),
		family:    many(fake.LastName),
		companies: many(fake.Company),
		cities:    many(fake.City),
		streets:   many(fake.StreetName),
		domain:    "example.com",
		dialling:  "+1",
	}
}

func newPool(s script) pool {
	return pool{
		given: escaped(s.given), family: escaped(s.family), companies: escaped(s.companies),
		cities: escaped(s.cities), streets: escaped(s.streets),
		mailGiven: mailNames(s.given), mailFamily: mailNames(s.family),
		latin: s.latin, domain: s.domain, dialling: s.dialling,
	}
}

// mailNames turns names into parts of an e-mail address: it keeps letters, their
// marks and digits only, in lower case.
func mailNames(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, name)
	}
	return out
}

// many returns [poolSize] values.
func many(one func() string) []string {
	list := make([]string, poolSize)
	for i := range list {
		list[i] = one()
	}
	return list
}

// escaped returns the texts escaped for JSON strings, without the quotes.
func escaped(list []string) []string {
	out := make([]string, len(list))
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for i, text := range list {
		b.Reset()
		enc.Encode(text) // a string always encodes
		out[i] = strings.Trim(b.String(), "\n")
		out[i] = out[i][1 : len(out[i])-1]
	}
	return out
}
