package model

import (
	"strconv"
	"strings"
)

// A Place is where a walk over an input stands. It is a list that grows on
// the stack of the walk, so that a pointer is written only where there is a
// fault. A walk over the members of one object, or the items of one list,
// takes one Place along with [Place.Go] and [Place.Next]. The nil Place is
// the whole input.
type Place struct {
	up   *Place
	text string // the pointer as a whole, where it was known before
	name string // of a member
	item int    // of a list, where it is one
	list bool
}

// At is the place of a pointer.
func At(pointer string) *Place {
	if pointer == "" {
		return nil
	}
	return &Place{text: pointer}
}

// Member is the place of a member of the object at p.
func (p *Place) Member(name string) *Place { return &Place{up: p, name: name} }

// Item is the place of an item of the list at p, by its number from 0.
func (p *Place) Item(i int) *Place { return &Place{up: p, item: i, list: true} }

// Go moves a member's place to another member of the same object.
func (p *Place) Go(name string) { p.name = name }

// Next moves an item's place to the next item.
func (p *Place) Next() { p.item++ }

// Pointer writes the place by RFC 6901, "" for the whole input. If that would
// be longer than [MaxShown] characters it is the pointer of the nearest place
// around it that is not.
func (p *Place) Pointer() string {
	if p != nil && p.up == nil && p.text != "" {
		return ShownPointer(p.text)
	}
	pointer, _ := p.append(nil)
	return string(pointer)
}

// append writes the place; whole is false where it stopped at one around it.
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

// ShownPointer is a pointer, or if it is longer than [MaxShown] characters
// the nearest one around it that is not.
func ShownPointer(pointer string) string {
	if fits(pointer) {
		return pointer
	}
	// No more bytes than these can be looked at in vain: the rest is too long.
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

// PointerName returns the name that stands, with its escapes, between two
// slashes of an RFC 6901 pointer.
func PointerName(escaped string) string { return pointerUnescaper.Replace(escaped) }
