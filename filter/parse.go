package filter

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/model"
)

const (
	// maxNesting is how deep objects and lists can be nested. Each of MaxDepth
	// logical operators adds an object and a list at most, and the innermost
	// condition an object, its operators and a list of values.
	maxNesting = 2*MaxDepth + 3

	// maxNodes is how many JSON values a filter can have, objects and lists
	// included. Empty ones do not count for MaxValues but need memory.
	maxNodes = 6 * MaxValues

	// decoderNesting is the depth at which the JSON decoder itself gives up.
	decoderNesting = 10000
)

// The kinds of a tree are those of JSON. nothing stands for a part with a fault, which
// the checker ignores.
const (
	nothing   = jsontext.KindInvalid
	isNull    = jsontext.KindNull
	isFalse   = jsontext.KindFalse
	isTrue    = jsontext.KindTrue
	isString  = jsontext.KindString
	isNumber  = jsontext.KindNumber
	anObject  = jsontext.KindBeginObject
	aList     = jsontext.KindBeginArray
	endObject = jsontext.KindEndObject
	endList   = jsontext.KindEndArray
)

// A tree is a JSON value of the filter before it is checked.
type tree struct {
	kind  jsontext.Kind
	text  string   // of a string, or the literal of a number
	names []string // of an object's members, in the order given
	items []tree   // values of an object or a list
}

// errStop ends parsing after a fault was noted.
var errStop = errors.New("stop")

type parser struct {
	dec    *jsontext.Decoder
	values int
	nodes  int
	faults *model.Collector
}

// parse reads JSON strictly: RFC 8259 with unique names, valid UTF-8, no NUL characters
// and within the limits. It continues after a fault unless the syntax is invalid.
func parse(raw []byte, faults *model.Collector) tree {
	if len(raw) > MaxBytes {
		faults.Add(nil, CodeTooLong, "The filter is longer than 1 MiB.")
		return tree{}
	}
	// The decoder would stop at duplicate names and invalid UTF-8. The parser
	// finds them instead, so that the rest of the filter is checked, too.
	p := parser{dec: jsontext.NewDecoder(bytes.NewReader(raw),
		jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)), faults: faults}
	root, err := p.value(nil, 0, 0)
	if err == nil {
		err = p.end()
	}
	if err != nil {
		p.noteSyntax(err)
		return tree{}
	}
	return root
}

// end checks that nothing follows the filter.
func (p *parser) end() error {
	if _, err := p.dec.ReadToken(); err != io.EOF {
		p.faults.Add(nil, CodeInvalidJSON, "The filter must be one JSON object with nothing after it.")
		return errStop
	}
	return nil
}

func (p *parser) noteSyntax(err error) {
	if err == errStop {
		return
	}
	at := ""
	if e, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		at = string(e.JSONPointer)
	}
	p.faults.Add(model.At(strings.ToValidUTF8(at, "\uFFFD")), CodeInvalidJSON, "The filter is not valid JSON.")
}

// value reads one value: nesting counts the containers around it, depth the
// logical operators.
func (p *parser) value(at *model.Place, nesting, depth int) (tree, error) {
	if p.nodes++; p.nodes > maxNodes {
		p.faults.Add(at, CodeTooManyValues, "The filter has more than 60,000 objects, lists and values.")
		return tree{}, errStop
	}
	switch kind := p.dec.PeekKind(); kind {
	case anObject, aList:
		if nesting == maxNesting || depth > MaxDepth {
			return tree{}, p.tooDeep(at)
		}
		if kind == anObject {
			return p.object(at, nesting+1, depth)
		}
		return p.list(at, nesting+1, depth)
	default:
		return p.scalar(at)
	}
}

// tooDeep notes the fault and skips the value without recursion.
func (p *parser) tooDeep(at *model.Place) error {
	p.faults.Add(at, CodeTooDeep, "Conditions are nested more than 20 deep.")
	err := p.dec.SkipValue()
	if err != nil && p.dec.StackDepth() >= decoderNesting {
		return errStop // too deep for the decoder as well: it is noted already
	}
	return err
}

func (p *parser) object(at *model.Place, nesting, depth int) (tree, error) {
	t := tree{kind: anObject}
	if _, err := p.dec.ReadToken(); err != nil {
		return tree{}, err
	}
	seen := map[string]bool{}
	here := at.Member("")
	for p.dec.PeekKind() != endObject {
		raw, err := p.dec.ReadValue()
		if err != nil {
			return tree{}, err
		}
		name, code := unquote(raw)
		here.Go(name)
		if code == "" && seen[name] {
			code = CodeDuplicateKey
		}
		if code != "" {
			p.faults.Add(here, code, stringFaults[code])
		}
		inner := depth
		if logical(name) {
			inner++
		}
		v, err := p.value(here, nesting, inner)
		if err != nil {
			return tree{}, err
		}
		if code == "" {
			seen[name] = true
			t.names, t.items = append(t.names, name), append(t.items, v)
		}
	}
	_, err := p.dec.ReadToken()
	return t, err
}

func (p *parser) list(at *model.Place, nesting, depth int) (tree, error) {
	t := tree{kind: aList}
	if _, err := p.dec.ReadToken(); err != nil {
		return tree{}, err
	}
	for here := at.Item(0); p.dec.PeekKind() != endList; here.Next() {
		v, err := p.value(here, nesting, depth)
		if err != nil {
			return tree{}, err
		}
		t.items = append(t.items, v)
	}
	_, err := p.dec.ReadToken()
	return t, err
}

func (p *parser) scalar(at *model.Place) (tree, error) {
	raw, err := p.dec.ReadValue()
	if err != nil {
		return tree{}, err
	}
	if p.values++; p.values > MaxValues {
		p.faults.Add(at, CodeTooManyValues, "The filter compares with more than 10,000 values.")
		return tree{}, errStop
	}
	switch kind := raw.Kind(); kind {
	case isNumber:
		return tree{kind: kind, text: string(raw)}, nil
	case isString:
		text, code := unquote(raw)
		if code != "" {
			p.faults.Add(at, code, stringFaults[code])
			return tree{}, nil
		}
		return tree{kind: kind, text: text}, nil
	default:
		return tree{kind: kind}, nil
	}
}

// stringFaults are the details of faults of a string or a name.
var stringFaults = map[string]string{
	CodeInvalidUTF8:  "The text is not valid UTF-8.",
	CodeNUL:          "The text contains a NUL character.",
	CodeDuplicateKey: "The name occurs twice in one object.",
}

// unquote decodes a JSON string. code is why it is refused, "" if it is not.
func unquote(raw jsontext.Value) (text, code string) {
	b, err := jsontext.AppendUnquote(nil, raw)
	switch {
	case err != nil:
		return string(b), CodeInvalidUTF8
	case bytes.IndexByte(b, 0) >= 0:
		return string(b), CodeNUL
	}
	return string(b), ""
}
