package table

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// An archive is the ZIP file of a workbook. What may be unpacked of it is bounded.
type archive struct {
	in    *input
	parts map[string]*zip.File // by name in lower case, since some writers differ in it
	left  int64                // bytes that may still be unpacked
	most  int64                // at the beginning
}

const (
	maxDirectory = 2 << 20 // bytes of the list of parts, which stays in memory
	maxSmall     = 8 << 20 // bytes of a part of which more than a row stays in memory
	maxToken     = 4 << 20 // bytes of a tag or of a text between two
)

var (
	errUnpacked = errors.New("a workbook unpacks to too much")
	errDamaged  = &Refusal{"The workbook is damaged or no .xlsx: open it in the program that wrote it and save it again, or save the sheet as CSV (UTF-8)."}
)

func openArchive(in *input, most int64) (*archive, error) {
	in.budget = maxDirectory
	z, err := zip.NewReader(in, in.size)
	in.budget = 0
	if err != nil {
		return nil, errDamaged
	}
	a := &archive{in: in, parts: make(map[string]*zip.File, len(z.File)), left: most, most: most}
	for _, f := range z.File {
		a.parts[partName(f.Name)] = f
	}
	return a, nil
}

// partName returns the name under which a part is found.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// A part is an XML file in the archive that is being read. All of its elements are
// known by their names without namespaces.
type part struct {
	archive *archive
	unpack  io.ReadCloser
	text    *bufio.Reader
	left    int64 // bytes that may still be read of this part
	token   int64 // bytes that may still be read for the next token
	xml     *xml.Decoder
}

// open opens a part of at most most bytes. It returns nil if there is none.
func (a *archive) open(name string, most int64) (*part, error) {
	f := a.parts[partName(name)]
	if f == nil {
		return nil, nil
	}
	if f.UncompressedSize64 > uint64(min(most, a.left)) { // a sooner answer, though it may lie
		return nil, a.refuse(errUnpacked)
	}
	unpack, err := f.Open()
	if err != nil {
		return nil, a.refuse(err)
	}
	p := &part{archive: a, unpack: unpack, text: bufio.NewReaderSize(unpack, window), left: most}
	p.xml = xml.NewDecoder(p)
	return p, nil
}

// each calls visit for the start of each element of a small part, which need not be
// there.
func (a *archive) each(name string, visit func(xml.StartElement)) error {
	p, err := a.open(name, maxSmall)
	if p == nil {
		return err
	}
	defer p.close()
	for {
		token, err := p.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok {
			visit(start)
		}
	}
}

func (p *part) close() { p.unpack.Close() } // nothing is written, so nothing can be lost

// next returns the next token, valid until the next call. The error is io.EOF at
// the end, else what to tell the user or the error of the disk.
func (p *part) next() (xml.Token, error) {
	allowed := min(maxToken, p.left, p.archive.left)
	p.token = allowed
	token, err := p.xml.RawToken()
	p.left -= allowed - p.token
	p.archive.left -= allowed - p.token
	if err == nil || err == io.EOF {
		return token, err
	}
	return nil, p.archive.refuse(err)
}

// ReadByte is what the XML decoder calls.
func (p *part) ReadByte() (byte, error) {
	if p.token == 0 {
		return 0, errUnpacked
	}
	p.token--
	return p.text.ReadByte()
}

// Read is there because the XML decoder asks for it; it calls ReadByte.
func (p *part) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	c, err := p.ReadByte()
	if err != nil {
		return 0, err
	}
	b[0] = c
	return 1, nil
}

// refuse returns what to tell the user about an error of the archive.
func (a *archive) refuse(err error) error {
	if errors.Is(err, errUnpacked) {
		err = &Refusal{fmt.Sprintf("Unpacked, the workbook or a part of it is larger than can be read (%s bytes in all): save the sheet as CSV (UTF-8).", thousands(a.most))}
	} else {
		err = errDamaged
	}
	return a.in.cause(err)
}

// attribute returns the value of an attribute, "" if there is none.
func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// A relation says which part an id stands for.
type relation struct{ kind, target string }

// relations reads which parts a part names by ids. Without a part it reads those of
// the archive.
func (a *archive) relations(of string) (map[string]relation, error) {
	folder, file := path.Split(of)
	byID := map[string]relation{}
	err := a.each(folder+"_rels/"+file+".rels", func(e xml.StartElement) {
		if e.Name.Local != "Relationship" {
			return
		}
		target := attribute(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/", folder, target)
		}
		byID[attribute(e, "Id")] = relation{path.Base(attribute(e, "Type")), strings.TrimPrefix(path.Clean(target), "/")}
	})
	return byID, err
}
