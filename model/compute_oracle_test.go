package model

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// This is what operators mean, written as plainly as possible and without the
// package's own code, to compare with. Values are those of package json, with
// json.Number.

// An oracle works out one record.
type oracle struct {
	types    map[string]string // by name or dotted path
	record   map[string]any    // by name or dotted path; missing values are nil
	accepted time.Time
}

// failure is the code of a fault.
type failure string

// field works out one field and checks the result by its type. It panics with a
// failure.
func (o oracle) field(name string, pipeline []any) (after any, code failure) {
	defer func() {
		if r := recover(); r != nil {
			after, code = nil, r.(failure)
		}
	}()
	v := o.record[name]
	for _, step := range pipeline {
		for op, arg := range step.(map[string]any) {
			v = o.apply(name, op, arg, v)
		}
	}
	if equalJSON(v, o.record[name]) {
		return v, ""
	}
	return o.checked(name, v), ""
}

func (o oracle) apply(name, op string, arg, v any) any {
	kind := o.types[name]
	switch op {
	case "$copy":
		from := arg.(string)
		if v = o.record[from]; v != nil && o.types[from] == "date" && kind == "date-time" {
			return v.(string) + "T00:00:00Z"
		}
		return v
	case "$format":
		return o.format(kind, arg.(string), v)
	case "$now":
		if kind == "date" {
			return o.accepted.Format("2006-01-02")
		}
		return o.accepted.Format(time.RFC3339Nano)
	case "$default":
		if v == nil {
			return arg
		}
		return v
	case "$append", "$add":
		list, _ := v.([]any)
		for _, item := range arg.([]any) {
			if op == "$append" || !holds(list, item) {
				list = append(list[:len(list):len(list)], item)
			}
		}
		if len(arg.([]any)) == 0 {
			return v
		}
		return list
	}
	if v == nil {
		return nil
	}
	switch op {
	case "$remove":
		kept := []any{}
		for _, item := range v.([]any) {
			if !holds(arg.([]any), item) {
				kept = append(kept, item)
			}
		}
		return kept
	case "$inc", "$mul", "$min", "$max":
		return calculated(kind, op, v, arg.(json.Number))
	case "$shift":
		return shiftedBy(kind, v, arg.(map[string]any))
	}
	text, ok := v.(string)
	if !ok {
		panic(failure("type"))
	}
	return changed(op, text, arg)
}

func holds(list []any, item any) bool {
	for _, other := range list {
		if equalJSON(other, item) {
			return true
		}
	}
	return false
}

// equalJSON compares numbers as numbers.
func equalJSON(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		n, ok := b.(json.Number)
		return ok && rational(a).Cmp(rational(n)) == 0
	case []any:
		list, ok := b.([]any)
		if !ok || len(list) != len(a) {
			return false
		}
		for i := range a {
			if !equalJSON(a[i], list[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		object, ok := b.(map[string]any)
		if !ok || len(object) != len(a) {
			return false
		}
		for name := range a {
			other, given := object[name]
			if !given || !equalJSON(a[name], other) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case json.Number, []any, map[string]any:
		return false
	}
	return a == b
}

func rational(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(string(n))
	if !ok {
		panic("no number: " + n)
	}
	return r
}

func calculated(kind, op string, v any, n json.Number) any {
	former, ok := v.(json.Number)
	if !ok || kind == "integer" && (!rational(former).IsInt() || !rational(former).Num().IsInt64()) {
		panic(failure("type"))
	}
	a, b := rational(former), rational(n)
	result := new(big.Rat)
	switch op {
	case "$inc":
		result.Add(a, b)
	case "$mul":
		result.Mul(a, b)
	case "$min":
		if result = a; b.Cmp(a) < 0 {
			result = b
		}
	case "$max":
		if result = a; b.Cmp(a) > 0 {
			result = b
		}
	}
	if result.Cmp(a) == 0 {
		return v
	}
	if kind == "integer" {
		return wholeNumber(result)
	}
	f, _ := result.Float64()
	if f > 1.7976931348623157e308 || f < -1.7976931348623157e308 {
		panic(failure("out_of_range"))
	}
	return json.Number(strconv.FormatFloat(f+0, 'g', -1, 64))
}

// wholeNumber rounds half away from zero: a half is added to what is positive.
func wholeNumber(r *big.Rat) json.Number {
	positive := new(big.Rat).Abs(r)
	positive.Add(positive, big.NewRat(1, 2))
	whole := new(big.Int).Div(positive.Num(), positive.Denom())
	if r.Sign() < 0 {
		whole.Neg(whole)
	}
	if !whole.IsInt64() {
		panic(failure("out_of_range"))
	}
	return json.Number(whole.String())
}

func shiftedBy(kind string, v any, by map[string]any) any {
	text, ok := v.(string)
	layout := time.RFC3339Nano
	if kind == "date" {
		layout = "2006-01-02"
	}
	at, err := time.Parse(layout, text)
	if !ok || err != nil || at.Year() < 1 {
		panic(failure("type"))
	}
	at = at.UTC()
	amount := func(name string) int {
		n, _ := by[name].(json.Number)
		i, _ := strconv.Atoi(string(n))
		return i
	}
	first := time.Date(at.Year()+amount("years"), at.Month()+time.Month(amount("months")), 1, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
	day := at.Day()
	for last := first.AddDate(0, 1, -1).Day(); day > last; {
		day--
	}
	at = first.AddDate(0, 0, day-1+amount("days"))
	at = at.Add(time.Duration(amount("hours"))*time.Hour + time.Duration(amount("minutes"))*time.Minute)
	if at.Year() < 1 || at.Year() > 9999 {
		panic(failure("out_of_range"))
	}
	return at.Format(layout)
}

func (o oracle) format(kind, template string, v any) any {
	out, some := "", false
	for i := 0; i < len(template); i++ {
		switch {
		case strings.HasPrefix(template[i:], "{{"):
			out += "{"
			i++
		case template[i] == '{':
			end := strings.IndexByte(template[i:], '}')
			value := o.record[template[i+1:i+end]]
			i += end
			some = some || value != nil
			out += cellOf(value)
		default:
			out += template[i : i+1]
		}
	}
	if !some {
		return v
	}
	switch kind {
	case "integer", "number":
		var n json.Number
		if json.Unmarshal([]byte(out), &n) != nil || strings.Trim(out, "0123456789+-.eE") != "" || out == "" {
			panic(failure("type"))
		}
		return n
	case "boolean":
		if l := strings.ToLower(out); l == "true" || l == "false" {
			return l == "true"
		}
		panic(failure("type"))
	}
	return out
}

func cellOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		var out strings.Builder
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			panic(err.Error())
		}
		return strings.TrimSpace(out.String())
	}
	return fmt.Sprint(v)
}

// checked checks that a result is of its type. A number is as a float64 has it.
func (o oracle) checked(name string, v any) any {
	if v == nil {
		return nil
	}
	text, isText := v.(string)
	switch n, isNumber := v.(json.Number); o.types[name] {
	case "integer":
		if !isNumber || !rational(n).IsInt() {
			panic(failure("type"))
		}
		if !strings.Contains(name, ".") && !rational(n).Num().IsInt64() {
			panic(failure("out_of_range"))
		}
	case "number":
		if !isNumber {
			panic(failure("type"))
		}
		f, _ := rational(n).Float64()
		kept := json.Number(strconv.FormatFloat(f, 'e', -1, 64))
		if !strings.Contains(name, ".") && rational(kept).Cmp(rational(n)) != 0 {
			panic(failure("too_precise"))
		}
	case "date":
		if at, err := time.Parse("2006-01-02", text); err != nil || at.Year() < 1 {
			panic(failure("format"))
		}
	case "date-time":
		at, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			panic(failure("format"))
		}
		return at.UTC().Format(time.RFC3339Nano)
	case "string":
		if !isText {
			panic(failure("type"))
		}
		if name == "o.in.text" && len([]rune(text)) > 5 {
			panic(failure("too_long"))
		}
	}
	return v
}
