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
	// maxNesting bounds the JSON containers within one another. Each of
	// MaxDepth logical operators brings an object and a list at most, and the
	// innermost condition an object, its operators and a list of values.
	maxNesting = 2*MaxDepth + 3

	// maxNodes bounds the JSON values of all sorts, since empty objects and
	// lists hold no compared value but cost memory all the same.
	maxNodes = 6 * MaxValues

	// decoderNesting is the depth at which the JSON decoder itself gives up.
	decoderNesting = 10000
)

// Kinds of tree nodes are the JSON kinds; nothing stands for a part that was
// refused already, so that the check passes over it.
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

// A tree is a JSON value of the filter before anything is known of its
// meaning.
type tree struct {
	kind  jsontext.Kind
	text  string   // of a string, or the literal of a number
	names []string // of an object's members, in the order given
	items []tree   // values of an object or a list
}

// errStop ends a parse whose fault is noted already.
var errStop = errors.New("stop")

type parser struct {
	dec    *jsontext.Decoder
	values int
	nodes  int
	faults *model.Collector
}

// parse reads JSON strictly: RFC 8259 with unique names and valid UTF-8,
// without NUL characters, within the limits. It goes on after a fault as long
// as the syntax holds.
func parse(raw []byte, faults *model.Collector) tree {
	if len(raw) > MaxBytes {
		faults.Add(nil, CodeTooLong, "The filter is longer than 1 MiB.")
		return tree{}
	}
	// Duplicate names and bad UTF-8 would end the decoder's work; they are
	// found here instead, so that the rest of the filter is checked, too.
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

// end makes sure that nothing follows the filter.
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

// tooDeep notes the fault and passes over the value without recursion.
func (p *parser) tooDeep(at *model.Place) error {
	p.faults.Add(at, CodeTooDeep, "Conditions are nested more than 20 deep.")
	err := p.dec.SkipValue()
	if err != nil && p.dec.StackDepth() >= decoderNesting {
		return errStop // too deep even for the decoder: said already
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

// stringFaults says what can be wrong with a string or a name.
var stringFaults = map[string]string{
	CodeInvalidUTF8:  "The text is not valid UTF-8.",
	CodeNUL:          "The text contains a NUL character.",
	CodeDuplicateKey: "The name occurs twice in one object.",
}

// unquote decodes a JSON string, or says by a code why it is refused.
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
