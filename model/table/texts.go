package table

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// texts are the texts of a workbook that its cells name by number. A cell may name
// any of them, so all stay in memory, up to a bound.
type texts struct {
	most  int64
	arena strings.Builder
	ends  []int // of each text in the arena
}

// each text costs this many bytes beside its own.
const textCost = 8

// get returns the text of a number.
func (t *texts) get(number string) (string, error) {
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(t.ends) {
		return "", errDamaged
	}
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.arena.String()[start:t.ends[i]], nil
}

// read reads the part that lists the texts. It need not be there.
func (t *texts) read(a *archive, name string) error {
	p, err := a.open(name, a.most)
	if p == nil {
		return err
	}
	defer p.close()
	item := richText{}
	for {
		token, err := p.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		text := item.follow(token)
		if int64(t.arena.Len()+len(t.ends)*textCost+len(text)) > t.most {
			return &Refusal{fmt.Sprintf("The workbook has more than %s bytes of different texts: save the sheet as CSV (UTF-8).", thousands(t.most))}
		}
		t.arena.WriteString(text)
		if end, ok := token.(xml.EndElement); ok && end.Name.Local == "si" {
			t.ends = append(t.ends, t.arena.Len())
		}
	}
}

// A richText follows the parts of a text, each of which may look different. The
// readings of East Asian characters beside a text are no part of it.
type richText struct {
	inText    bool
	inReading bool
}

// follow returns what a token adds to the text.
func (r *richText) follow(token xml.Token) string {
	switch e := token.(type) {
	case xml.StartElement:
		r.inText = r.inText || e.Name.Local == "t"
		r.inReading = r.inReading || e.Name.Local == "rPh"
	case xml.EndElement:
		r.inText = r.inText && e.Name.Local != "t"
		r.inReading = r.inReading && e.Name.Local != "rPh"
	case xml.CharData:
		if r.inText && !r.inReading {
			return unescaped(string(e))
		}
	}
	return ""
}

// unescaped replaces _x000D_ and the like, as which a workbook writes characters
// that XML does not allow.
func unescaped(text string) string {
	const length = len("_x000D_")
	at := strings.Index(text, "_x")
	if at < 0 {
		return text
	}
	var b strings.Builder
	for ; at >= 0; at = strings.Index(text, "_x") {
		b.WriteString(text[:at])
		text = text[at:]
		n := 1
		if len(text) >= length && text[length-1] == '_' {
			if c, err := strconv.ParseUint(text[2:length-1], 16, 16); err == nil {
				b.WriteRune(rune(c))
				n = length
			}
		}
		if n == 1 {
			b.WriteByte('_')
		}
		text = text[n:]
	}
	b.WriteString(text)
	return b.String()
}
