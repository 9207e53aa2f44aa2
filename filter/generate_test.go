package filter

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"pgregory.net/rapid"

	"bulkpatch/model"
)

// Each check tries many filters on the same records. The numbers are fixed,
// since drawn ones are small most of the time; what fails is one filter on one
// record, so nothing is lost for reading.
const (
	recordsPerCheck = 10
	filtersPerCheck = 60
)

// Records and filters draw their values from the same small pools, so that
// they meet; every value in a pool is one that some database, driver or
// careless compiler gets wrong.

var pieces = []string{
	"", "a", "A", "b", "B", "z", "aB", "İ", "ı", "i", "ß", "ss", "SS", "é", "e\u0301", "É", "\u212A", "k", "ſ",
	"\U0010FFFF", "\uD7FF", "\uE000", "\uFFFD", "\uFFFF", "\U00010000", "😀", "👨‍👩‍👧",
	"\x01", "\x1f", "\x7f", "\u0085", "\u2028", "\n", " ", "%", "_", "*", "[a-z]", "'", `"`, `\`, "?", "$1", ":x",
	"1", "1.0", "true", "null", "{}", "2024-01-01",
}

func text() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 3).Draw(t, "pieces"), "")
	})
}

var integers = []int64{
	0, 1, -1, 2, 7, 42, 1 << 53, 1<<53 + 1, -1<<53 - 1, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, 9007199254740993,
}

var floats = []float64{
	0, 1, -1, 0.1, 0.2, 0.30000000000000004, 0.3, 1.5, -2.5, 7, 42, 1e21, 1e22, 1e300, math.MaxFloat64, -math.MaxFloat64,
	math.SmallestNonzeroFloat64, 2.2250738585072014e-308, 1 << 53, 1 << 63, 123456.789, 9007199254740994, 1e16,
}

// numbers are JSON numbers; several are one value in different words.
var numbers = []string{
	"0", "-0", "1", "1.0", "10e-1", "-1", "2", "0.1", "0.10", "1e-1", "0.3", "0.30000000000000004", "1.5", "42", "4.2e1",
	"9007199254740992", "9007199254740993", "9007199254740993.0", "9223372036854775807", "-9223372036854775808",
	"9223372036854775808", "18446744073709551616", "1e21", "1e22", "1e300", "1.7976931348623157e308", "5e-324", "0.1000000000000000055511151231257827",
	"123456789012345678901234567890", "1e18", "1152921504606847232",
}

// days lie close together, and at the ends of the calendar.
var days = []string{"2024-02-28", "2024-02-29", "2024-03-01", "1969-12-31", "1970-01-01", "0001-01-01", "9999-12-31", "2000-01-01"}

// refs are UUIDs, in more cases than one.
var refs = []string{
	"550e8400-e29b-41d4-a716-44665544abcd", "550E8400-E29B-41D4-A716-44665544ABCD", "550e8400-E29B-41d4-A716-44665544abcd",
	"550e8400-e29b-41d4-a716-44665544abce", "650E8400-E29B-41D4-A716-446655440000",
}

// refPart draws a UUID or the beginning of one.
func refPart(t *rapid.T) string {
	ref := rapid.SampledFrom(refs).Draw(t, "ref")
	return ref[:rapid.SampledFrom([]int{0, 1, 14, len(ref), len(ref)}).Draw(t, "length")]
}

// moment draws a date-time near a day, in one of the many ways to write it.
func moment() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		day := rapid.SampledFrom(days).Draw(t, "day")
		clock := rapid.SampledFrom([]string{"00:00:00", "23:59:59", "12:30:15", "01:30:00"}).Draw(t, "clock")
		fraction := rapid.SampledFrom([]string{"", "", ".5", ".50", ".000001", ".0000001", ".0000010", ".999999", ".9999999", ".123456789012", ".000000000000"}).Draw(t, "fraction")
		zone := rapid.SampledFrom([]string{"Z", "Z", "z", "+00:00", "-00:00", "+01:30", "-01:30", "+23:59", "-23:59"}).Draw(t, "zone")
		return day + "T" + clock + fraction + zone
	})
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// stored draws a value of a column in stored form.
func stored(t *rapid.T, f *model.Field) any {
	if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
		return nil
	}
	switch f.Type {
	case model.String:
		if f.IsUUID() {
			return f.Normal(rapid.SampledFrom(refs).Draw(t, f.Name))
		}
		return text().Draw(t, f.Name)
	case model.Integer:
		return rapid.SampledFrom(integers).Draw(t, f.Name)
	case model.Number:
		return rapid.SampledFrom(floats).Draw(t, f.Name)
	case model.Boolean:
		return rapid.Bool().Draw(t, f.Name)
	case model.Date:
		return rapid.SampledFrom(days).Draw(t, f.Name)
	case model.DateTime:
		m, err := time.Parse(time.RFC3339Nano, strings.ToUpper(moment().Draw(t, f.Name)))
		if err != nil {
			panic(err)
		}
		return m.UnixMicro()
	case model.Array:
		first := rapid.OneOf(rapid.Map(text(), quoted), rapid.SampledFrom([]string{"", "null", "1", `"a",1,null`, `{"0":"a"}`})).Draw(t, f.Name)
		return canonical("[" + first + "]")
	default:
		return f.Normal(canonical(object(t, f)))
	}
}

func canonical(text string) string {
	b, err := model.Canonical([]byte(text))
	if err != nil {
		panic(fmt.Sprintf("%s: %v", text, err))
	}
	return string(b)
}

// keys are names of members of objects, declared in the model or not.
var keys = []string{"tier", "ref", "score", "level", "vip", "since", "seen", "id", "x", "0", "a-b", "address", "city"}

// object draws an object of any members: what is declared need not be kept,
// since a model may declare a path after the records came.
func object(t *rapid.T, f *model.Field) string {
	var members []string
	for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom(keys), 0, len(keys), rapid.ID[string]).Draw(t, f.Name) {
		members = append(members, quoted(key)+":"+member(t, 0))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func member(t *rapid.T, depth int) string {
	switch rapid.IntRange(0, 10).Draw(t, "member") {
	case 10:
		return quoted(rapid.SampledFrom(refs).Draw(t, "ref"))
	case 0:
		return "null"
	case 1:
		return rapid.SampledFrom([]string{"true", "false"}).Draw(t, "bool")
	case 2, 3, 4:
		return rapid.SampledFrom(numbers).Draw(t, "number")
	case 5:
		return quoted(rapid.SampledFrom(days).Draw(t, "day"))
	case 6:
		return quoted(rapid.OneOf(moment(), rapid.SampledFrom(notMoments)).Draw(t, "moment"))
	case 7:
		if depth > 1 {
			return "{}"
		}
		inner := member(t, depth+1)
		if rapid.Bool().Draw(t, "list") {
			return "[" + inner + "]"
		}
		return "{" + quoted(rapid.SampledFrom(keys).Draw(t, "key")) + ":" + inner + "}"
	default:
		return quoted(text().Draw(t, "text"))
	}
}

// notMoments look like date-times to one database or another.
var notMoments = []string{
	"now", "2024-02-30T00:00:00Z", "2024-02-00T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
	"2024-01-01 00:00:00Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1.2Z",
	"2024-01-01T00:00:00Z\n", "0000-01-01T00:00:00Z", "2024-01-01T00:00Z", "2024-01-01T00:00:00+0100", "2460310.5", "2024-01-01T00:00:00ZZ",
	"२०२४-01-01T00:00:00Z", "2024-01-01T00:00:60Z", "12:00",
}

// A subject is something that a filter can name, with the kind of its values.
type subject struct {
	name string
	kind model.Type
}

var subjects = []subject{
	{"name", model.String}, {"name", model.String}, {"age", model.Integer}, {"balance", model.Number}, {"active", model.Boolean},
	{"born", model.Date}, {"seenAt", model.DateTime}, {"createdAt", model.DateTime}, {"id", model.Integer},
	{"custom", model.Object}, {"tags", model.Array}, {"place", model.String}, {"place.0", model.String}, {"extra", model.Any}, {"owner", model.Integer}, {"closed.tier", model.String},
	{"password", model.Object}, {"ref", aRef}, {"custom.ref", aRef},
	{"custom.tier", model.String}, {"custom.score", model.Number}, {"custom.level", model.Integer}, {"custom.vip", model.Boolean},
	{"custom.since", model.Date}, {"custom.seen", model.DateTime}, {"custom.address.city", model.String},
	{"custom.x", own}, {"custom.x", own}, {"custom.0", own}, {"custom.a-b", own}, {"custom.x.x", own}, {"custom.address", own}, {"custom.x.0", own},
}

const (
	own  = model.Type("own") // a path without a declared type
	aRef = model.Type("ref") // a UUID
)

// value draws a JSON value that suits a subject.
func (s subject) value(t *rapid.T) string {
	switch s.kind {
	case model.String:
		return quoted(text().Draw(t, "value"))
	case aRef:
		return quoted(refPart(t))
	case model.Integer:
		return fmt.Sprint(rapid.SampledFrom(integers).Draw(t, "value"))
	case model.Number:
		return rapid.SampledFrom(numbers).Draw(t, "value")
	case model.Boolean:
		return fmt.Sprint(rapid.Bool().Draw(t, "value"))
	case model.Date, model.DateTime:
		return quoted(rapid.OneOf(moment(), rapid.SampledFrom(days)).Draw(t, "value"))
	case own:
		kinds := []model.Type{model.String, model.Number, model.Number, model.Boolean, model.Date}
		return subject{kind: rapid.SampledFrom(kinds).Draw(t, "kind")}.value(t)
	}
	return "null"
}

// ordered draws a value that has an order.
func (s subject) ordered(t *rapid.T) string {
	if s.kind == own {
		s.kind = rapid.SampledFrom([]model.Type{model.String, model.Number}).Draw(t, "kind")
	}
	return s.value(t)
}

func (s subject) nullable(t *rapid.T) string {
	if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
		return "null"
	}
	return s.value(t)
}

func (s subject) list(t *rapid.T) string {
	// Long lists are compiled in another way, so some pass the bound.
	n := rapid.SampledFrom([]int{0, 1, 2, 3, 5, 2 * manyValues}).Draw(t, "length")
	values := make([]string, n)
	for i := range values {
		values[i] = s.nullable(t)
	}
	return "[" + strings.Join(values, ",") + "]"
}

// operators draws an object of operators.
func (s subject) operators(t *rapid.T, depth int) string {
	var members []string
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(s.names()), 1, 3, rapid.ID[string]).Draw(t, "operators") {
		if name == "$not" && depth > 2 {
			name = "$eq"
		}
		members = append(members, quoted(name)+":"+s.operand(t, name, depth))
	}
	members = dropRepeated(members)
	return "{" + strings.Join(members, ",") + "}"
}

func dropRepeated(members []string) []string {
	seen, kept := map[string]bool{}, members[:0]
	for _, m := range members {
		name, _, _ := strings.Cut(m, ":")
		if !seen[name] {
			kept = append(kept, m)
		}
		seen[name] = true
	}
	return kept
}

func (s subject) names() []string {
	names := []string{"$eq", "$ne", "$in", "$nin", "$exists", "$not"}
	switch s.kind {
	case model.Boolean, model.Object, model.Array, model.Any:
		return names
	case model.String, aRef, own:
		names = append(names, "$contains", "$startsWith", "$startsWith")
	}
	return append(names, "$lt", "$lte", "$gt", "$gte", "$between")
}

func (s subject) operand(t *rapid.T, name string, depth int) string {
	switch name {
	case "$in", "$nin":
		return s.list(t)
	case "$exists":
		return fmt.Sprint(rapid.Bool().Draw(t, "exists"))
	case "$not":
		return s.operators(t, depth+1)
	case "$contains", "$startsWith":
		return quoted(text().Draw(t, "part"))
	case "$between":
		if s.kind == own {
			s.kind = rapid.SampledFrom([]model.Type{model.String, model.Number}).Draw(t, "kind")
		}
		return "[" + s.value(t) + "," + s.value(t) + "]"
	case "$lt", "$lte", "$gt", "$gte":
		return s.ordered(t)
	}
	return s.nullable(t)
}

// alternatives draws conditions with one operator on one value, or the
// negations of such, which become one. Many are compiled in another way.
func (s subject) alternatives(t *rapid.T) string {
	name := rapid.SampledFrom(s.names()).Draw(t, "operator")
	word, item := "$or", `{%s: {%s: %s}}`
	if rapid.Bool().Draw(t, "negated") {
		word, item = "$and", `{%s: {"$not": {%s: %s}}}`
	}
	items := make([]string, rapid.SampledFrom([]int{2, 3, manyValues + 5}).Draw(t, "length"))
	for i := range items {
		items[i] = fmt.Sprintf(item, quoted(s.name), quoted(name), s.operand(t, name, 3))
	}
	return quoted(word) + ":[" + strings.Join(items, ",") + "]"
}

// conditions draws an object of conditions.
func conditions(t *rapid.T, depth int) string {
	var members []string
	for range rapid.IntRange(0, 3).Draw(t, "members") {
		members = append(members, condition(t, depth))
	}
	return "{" + strings.Join(dropRepeated(members), ",") + "}"
}

func condition(t *rapid.T, depth int) string {
	form := rapid.IntRange(0, 6).Draw(t, "form")
	if form == 0 && depth < 3 {
		word := rapid.SampledFrom([]string{"$and", "$or"}).Draw(t, "word")
		var items []string
		for range rapid.IntRange(0, 6).Draw(t, "items") {
			items = append(items, conditions(t, depth+1))
		}
		return quoted(word) + ":[" + strings.Join(items, ",") + "]"
	}
	s := rapid.SampledFrom(subjects).Draw(t, "subject")
	if form == 2 {
		return s.alternatives(t)
	}
	if form == 1 {
		return quoted(s.name) + ":" + s.nullable(t)
	}
	return quoted(s.name) + ":" + s.operators(t, 0)
}
