package store

import (
	"encoding/binary"
	"errors"

	"github.com/klauspost/compress/s2"

	"bulkpatch/model/table"
)

// A block ends with the row that reaches one of these. Small blocks are unpacked faster
// for a few rows, large ones take less space for many.
const (
	blockRows  = 256
	blockBytes = 256 << 10
)

// blockForm is the version of the form of a block. It is the first byte, so that later
// versions can still read what is stored. After it come, compressed by S2, the number
// of rows and the length of each as varints, and then the rows as package table packs
// them.
//
// S2 was chosen by measurement: it takes a fifth to a third more space than zstd does,
// a sixth of the time, and 0.2 MB of the program instead of 0.8.
const blockForm = 1

// maxUnpacked bounds what is unpacked. No row is that large.
const maxUnpacked = 64 << 20

// A filePacker collects rows for a block.
type filePacker struct {
	lengths []byte // as varints
	rows    []byte
	count   int
}

// add packs a row.
func (p *filePacker) add(row table.FileRow) {
	before := len(p.rows)
	p.rows = table.AppendRow(p.rows, row)
	p.lengths = binary.AppendUvarint(p.lengths, uint64(len(p.rows)-before))
	p.count++
}

// full reports whether the next row belongs to another block.
func (p *filePacker) full() bool { return p.count >= blockRows || len(p.rows) >= blockBytes }

// pack returns the block of the rows that were added, and begins the next one.
func (p *filePacker) pack() []byte {
	plain := binary.AppendUvarint(make([]byte, 0, len(p.lengths)+len(p.rows)+binary.MaxVarintLen64), uint64(p.count))
	plain = append(append(plain, p.lengths...), p.rows...)
	data := make([]byte, 1+s2.MaxEncodedLen(len(plain)))
	data[0] = blockForm
	data = data[:1+len(s2.Encode(data[1:], plain))]
	p.lengths, p.rows, p.count = p.lengths[:0], p.rows[:0], 0
	return data
}

// A fileBlock is an unpacked block.
type fileBlock struct {
	rows []byte
	ends []uint32 // where each row ends in rows
}

var errBlock = errors.New("this is not a stored block of a file, or one of a later version")

func unpackBlock(data []byte) (fileBlock, error) {
	if len(data) == 0 || data[0] != blockForm {
		return fileBlock{}, errBlock
	}
	if n, err := s2.DecodedLen(data[1:]); err != nil || n > maxUnpacked {
		return fileBlock{}, errBlock
	}
	plain, err := s2.Decode(nil, data[1:])
	if err != nil {
		return fileBlock{}, errBlock
	}
	count, plain, ok := cutUvarint(plain)
	if !ok || count > uint64(len(plain)) {
		return fileBlock{}, errBlock
	}
	b := fileBlock{ends: make([]uint32, count)}
	end := uint64(0)
	for i := range b.ends {
		var length uint64
		if length, plain, ok = cutUvarint(plain); !ok || length > maxUnpacked {
			return fileBlock{}, errBlock
		}
		end += length
		b.ends[i] = uint32(end)
	}
	if end != uint64(len(plain)) {
		return fileBlock{}, errBlock
	}
	b.rows = plain
	return b, nil
}

func cutUvarint(b []byte) (v uint64, rest []byte, ok bool) {
	v, n := binary.Uvarint(b)
	return v, b[max(0, n):], n > 0
}

// bytes is how much memory the block takes.
func (b fileBlock) bytes() int { return cap(b.rows) + 4*len(b.ends) }

// row reads one row, counted from 0.
func (b fileBlock) row(i int) (table.FileRow, error) {
	if i >= len(b.ends) {
		return table.FileRow{}, errBlock
	}
	from := uint32(0)
	if i > 0 {
		from = b.ends[i-1]
	}
	row, rest, err := table.ParseRow(b.rows[from:b.ends[i]])
	if err == nil && len(rest) > 0 {
		err = errBlock
	}
	return row, err
}
