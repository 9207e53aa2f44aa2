package sample

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"regexp"
	"strings"
	"unicode"

	"github.com/brianvoe/gofakeit/v7/data"
)

// poolSize is how many values of each kind are made. They are made once and used
// again, already escaped.
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
	fake := faker{rand.New(rand.NewPCG(seed, 1))}
	g := &generator{
		rand:   rand.New(rand.NewPCG(seed, 2)),
		emoji:  escaped(emoji),
		titles: escaped(fake.many(data.Job["title"])),
		notes:  escaped(fake.phrases()),
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

// A faker picks from the words of gofakeit. Its own generators are not used: they would
// draw in all others, and megabytes of the program with them.
type faker struct{ rand *rand.Rand }

// english is the script whose names come from the faker.
func english(fake faker) script {
	return script{
		given:     fake.many(data.Person["first"]),
		family:    fake.many(data.Person["last"]),
		companies: fake.many(data.Company["name"]),
		cities:    fake.many(data.Address["city"]),
		streets:   fake.many(data.Address["street_name"]),
		domain:    "example.com",
		dialling:  "+1",
	}
}

// one picks from a list.
func (f faker) one(list []string) string { return list[f.rand.IntN(len(list))] }

// many picks [poolSize] times.
func (f faker) many(list []string) []string {
	out := make([]string, poolSize)
	for i := range out {
		out[i] = f.one(list)
	}
	return out
}

// phrases makes [poolSize] sentences, whose words stand in their patterns by kind.
func (f faker) phrases() []string {
	out := make([]string, poolSize)
	for i := range out {
		text := hackerWord.ReplaceAllStringFunc(f.one(data.Hacker["phrase"]), func(kind string) string {
			return f.one(data.Hacker[hackerWord.FindStringSubmatch(kind)[1]])
		})
		out[i] = strings.ToUpper(text[:1]) + text[1:]
	}
	return out
}

var hackerWord = regexp.MustCompile(`\{hacker([a-z]+)\}`)

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
