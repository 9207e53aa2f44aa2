package api

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// maxAside is how many bytes of rows without an id one import may set aside.
const maxAside = 1 << 30

// An aside keeps rows without an id until all others have been stored, because
// only then is it known which ids are free. The rows are in a temporary file.
// Where the system allows it, the file has no name, so it disappears with the
// process.
type aside struct {
	model *model.Model
	most  int64 // bytes

	file   *os.File // nil: nothing was set aside
	out    *bufio.Writer
	in     *bufio.Reader
	rows   int
	size   int64
	packed []byte
}

// add adds a row.
func (a *aside) add(d model.Draft, at rowPlace) error {
	if a.file == nil {
		if err := a.open(); err != nil {
			return asideFault(err)
		}
	}
	a.packed = d.AppendPacked(a.packed[:0])
	var head [4 * binary.MaxVarintLen64]byte
	h := head[:0]
	for _, n := range []int64{at.line, at.toLine, int64(at.size), int64(len(a.packed))} {
		h = binary.AppendVarint(h, n)
	}
	if a.size += int64(len(h) + len(a.packed)); a.size > a.most {
		return web.NewProblem("too_large", "Rows without an id are set aside until the last line, and those of this import are larger than 1 GiB. "+
			"Give each row an id, or send those without one as CSV without an id column, of which nothing is set aside.").Set("Connection", "close")
	}
	a.rows++
	_, err := a.out.Write(h)
	if err == nil {
		_, err = a.out.Write(a.packed)
	}
	return asideFault(err)
}

func (a *aside) open() error {
	f, err := os.CreateTemp("", "bulkpatch-import-*") // mode 0600
	if err != nil {
		return err
	}
	_ = os.Remove(f.Name()) // where that fails, aside.remove does it
	a.file, a.out = f, bufio.NewWriterSize(f, 64<<10)
	return nil
}

// next returns the rows in their order. After the first call nothing can be
// added.
func (a *aside) next() (model.Draft, rowPlace, error) {
	if a.in == nil {
		if err := a.rewind(); err != nil {
			return model.Draft{}, rowPlace{}, asideFault(err)
		}
	}
	var head [4]int64
	for i := range head {
		n, err := binary.ReadVarint(a.in)
		if err == io.EOF && i == 0 {
			return model.Draft{}, rowPlace{}, io.EOF
		}
		if err != nil {
			return model.Draft{}, rowPlace{}, asideFault(err)
		}
		head[i] = n
	}
	a.packed = append(a.packed[:0], make([]byte, head[3])...)
	if _, err := io.ReadFull(a.in, a.packed); err != nil {
		return model.Draft{}, rowPlace{}, asideFault(err)
	}
	d, err := a.model.Unpack(a.packed)
	return d, rowPlace{line: head[0], toLine: head[1], size: int(head[2])}, asideFault(err)
}

func (a *aside) rewind() error {
	if err := a.out.Flush(); err != nil {
		return err
	}
	_, err := a.file.Seek(0, io.SeekStart)
	a.in = bufio.NewReaderSize(a.file, 64<<10)
	return err
}

// mixesIDs returns false: no row has an id.
func (a *aside) mixesIDs() bool { return false }

// remove removes the file.
func (a *aside) remove() {
	if a.file != nil {
		_ = a.file.Close()
		_ = os.Remove(a.file.Name()) // fails where it was removed already
	}
}

// asideFault returns the answer to a fault of the temporary file.
func asideFault(err error) error {
	return tempFault(err, "rows without an id cannot be set aside", "Give each row an id")
}

// tempFault returns the answer to a fault of a temporary file: what cannot be done
// because of it, and what the caller can do instead, "" for nothing.
func tempFault(err error, cannot, instead string) error {
	var file *fs.PathError
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return web.NewProblem("storage_full", "The folder for temporary files is out of disk space, so "+cannot+".")
	case errors.As(err, &file):
		way := "Have whoever runs the service name another folder."
		if instead != "" {
			way = instead + ", or have whoever runs the service name another folder."
		}
		return web.NewProblem("internal", "The folder for temporary files, which TMPDIR names, cannot be written to, so "+cannot+". "+way).Set("Connection", "close")
	}
	return err
}
