package model

import (
	"encoding/binary"
	"errors"
	"math"
)

// Types of values in a packed draft.
const (
	packedNull byte = iota
	packedString
	packedInteger
	packedNumber
	packedFalse
	packedTrue
)

// AppendPacked appends a checked draft in a form for [Model.Unpack], in about as
// many bytes as its values have. Masked secrets are not hidden. The form does
// not include Draft.Actor.
func (d Draft) AppendPacked(dst []byte) []byte {
	dst = append(dst, byte(d.purpose))
	dst = binary.AppendUvarint(dst, uint64(len(d.Patch.Sets)))
	for _, s := range d.Patch.Sets {
		dst = binary.AppendUvarint(dst, uint64(s.Field.Index))
		dst = appendPackedValue(dst, s.Value)
		dst = appendPackedString(dst, s.Merge)
		if s.Pointer == s.Field.rule.pointer {
			dst = append(dst, packedNull)
			continue
		}
		dst = appendPackedString(append(dst, packedString), s.Pointer)
	}
	return dst
}

func appendPackedValue(dst []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendPackedString(append(dst, packedString), v)
	case int64:
		return binary.AppendVarint(append(dst, packedInteger), v)
	case float64:
		return binary.LittleEndian.AppendUint64(append(dst, packedNumber), math.Float64bits(v))
	case bool:
		if v {
			return append(dst, packedTrue)
		}
		return append(dst, packedFalse)
	}
	return append(dst, packedNull)
}

func appendPackedString[T ~string | ~[]byte](dst []byte, text T) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(text))), text...)
}

var errPacked = errors.New("a packed draft is damaged")

// Unpack reads a draft of the same model that [Draft.AppendPacked] wrote in this
// process. It does not keep b.
func (m *Model) Unpack(b []byte) (Draft, error) {
	u := unpacker{rest: b}
	d := Draft{purpose: Purpose(u.byte())}
	n := u.uint()
	if n > uint64(len(m.Fields)) {
		return Draft{}, errPacked
	}
	d.Patch.Sets = make([]Set, 0, n)
	for range n {
		at := u.uint()
		if u.damaged || at >= uint64(len(m.Fields)) {
			return Draft{}, errPacked
		}
		s := Set{Field: m.Fields[at], Value: u.value()}
		if merge := u.string(); merge != "" {
			s.Merge = []byte(merge)
		}
		if s.Pointer = s.Field.rule.pointer; u.byte() == packedString {
			s.Pointer = u.string()
		}
		switch s.Field.Role {
		case RoleID:
			d.ID = s.Value
		case RoleVersion:
			d.Version, _ = s.Value.(int64)
		}
		d.Patch.Sets = append(d.Patch.Sets, s)
	}
	if u.damaged || len(u.rest) > 0 {
		return Draft{}, errPacked
	}
	return d, nil
}

// An unpacker reads the parts of a packed draft. Once it finds damage it returns
// only zeros.
type unpacker struct {
	rest    []byte
	damaged bool
}

// take returns the next n bytes.
func (u *unpacker) take(n int) []byte {
	if n < 0 || n > len(u.rest) {
		u.damaged, u.rest = true, nil
		return make([]byte, 8)[:min(max(n, 0), 8)]
	}
	part := u.rest[:n]
	u.rest = u.rest[n:]
	return part
}

func (u *unpacker) byte() byte { return u.take(1)[0] }

func (u *unpacker) uint() uint64 {
	v, n := binary.Uvarint(u.rest)
	if n <= 0 {
		n = -1
	}
	u.take(n)
	return v
}

func (u *unpacker) string() string {
	n := u.uint()
	if n > uint64(len(u.rest)) {
		u.damaged, u.rest = true, nil
		return ""
	}
	return string(u.take(int(n)))
}

func (u *unpacker) value() any {
	switch u.byte() {
	case packedString:
		return u.string()
	case packedInteger:
		v, n := binary.Varint(u.rest)
		if n <= 0 {
			n = -1
		}
		u.take(n)
		return v
	case packedNumber:
		return math.Float64frombits(binary.LittleEndian.Uint64(u.take(8)))
	case packedFalse:
		return false
	case packedTrue:
		return true
	}
	return nil
}
