package model

import (
	"strconv"
	"strings"
)

// A Place is a position in an input: a linked list of names and item numbers from
// the inside to the outside. The code that reads the input keeps it on its stack,
// and a JSON pointer is written only for a fault. One Place serves for all members
// of an object (see [Place.Go]) or all items of a list (see [Place.Next]). The nil
// Place is the whole input.
type Place struct {
	up   *Place
	text string // the whole pointer, for a place of [At]
	name string // of a member
	item int    // of a list, where it is one
	list bool
}

// At returns the place of a pointer.
func At(pointer string) *Place {
	if pointer == "" {
		return nil
	}
	return &Place{text: pointer}
}

// Member returns the place of a member of the object at p.
func (p *Place) Member(name string) *Place { return &Place{up: p, name: name} }

// Item returns the place of an item of the list at p. Items count from 0.
func (p *Place) Item(i int) *Place { return &Place{up: p, item: i, list: true} }

// Go moves a member's place to another member of the same object.
func (p *Place) Go(name string) { p.name = name }

// Next moves an item's place to the next item.
func (p *Place) Next() { p.item++ }

// Pointer returns the RFC 6901 pointer of the place, "" for the whole input. A
// pointer of more than [MaxShown] characters is shortened to the innermost place
// around it whose pointer is not.
func (p *Place) Pointer() string {
	if p != nil && p.up == nil && p.text != "" {
		return ShownPointer(p.text)
	}
	pointer, _ := p.append(nil)
	return string(pointer)
}

// append appends the pointer. whole is false if it was shortened.
func (p *Place) append(dst []byte) (out []byte, whole bool) {
	if p == nil {
		return dst, true
	}
	if p.text != "" {
		short := ShownPointer(p.text)
		return append(dst, short...), len(short) == len(p.text)
	}
	dst, whole = p.up.append(dst)
	if !whole || !fits(p.name) {
		return dst, false
	}
	longer := append(dst, '/')
	if p.list {
		longer = strconv.AppendInt(longer, int64(p.item), 10)
	} else {
		longer = append(longer, escaped(p.name)...)
	}
	if !fits(longer) {
		return dst, false
	}
	return longer, true
}

// ShownPointer returns a pointer, shortened like that of [Place.Pointer].
func ShownPointer(pointer string) string {
	if fits(pointer) {
		return pointer
	}
	// A character has at most 4 bytes, so the bytes after these cannot be shown.
	pointer = pointer[:min(len(pointer), MaxShown*4+1)]
	for !fits(pointer) {
		pointer = pointer[:max(0, strings.LastIndexByte(pointer, '/'))]
	}
	return pointer
}

var (
	pointerEscaper   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescaper = strings.NewReplacer("~1", "/", "~0", "~")
)

func escaped(name string) string {
	if strings.ContainsAny(name, "~/") {
		return pointerEscaper.Replace(name)
	}
	return name
}

// PointerTo returns the RFC 6901 pointer to a member of the object at base.
func PointerTo(base, name string) string { return base + "/" + escaped(name) }

// PointerName returns the name that a part of an RFC 6901 pointer stands for: the
// text between two slashes, without its escapes.
func PointerName(escaped string) string { return pointerUnescaper.Replace(escaped) }
