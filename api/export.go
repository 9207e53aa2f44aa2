package api

import (
	"slices"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// exportRecords streams all records that match. Each page is a short read of
// the store, so a slow reader holds nothing there.
func (s *server) exportRecords(c *call) error {
	in := c.input()
	f, fields := in.filterOrAll(c.model), in.fields(c.model)
	if err := in.err(); err != nil {
		return err
	}
	format, err := web.Negotiate(c.r.Header, c.route.answer.Types...)
	if err != nil {
		return err
	}
	c.w.Header().Add("Vary", "Accept")
	out := web.NewStream(c.ctx(), c.w)
	out.MediaType, out.Filename = format, c.model.Name+extension(format)
	if c.bodyless() {
		return out.Flush()
	}
	line := func(dst []byte, r model.Record) []byte {
		return append(c.model.AppendRecord(dst, r, fields, c.secrets()), '\n')
	}
	if format == web.TypeCSV {
		out.MediaType = web.TypeCSV + "; charset=utf-8; header=present"
		sheet := newSheet(s.csv(), c.model, fields, c.secrets())
		out.Append(sheet.csv.AppendHeader(nil, sheet.names...))
		line = sheet.appendRecord
	}
	var buf []byte
	err = s.Store.Scan(c.ctx(), c.workspace(), c.model, f, func(page []model.Record) error {
		c.alive()
		for _, r := range page {
			buf = line(buf[:0], r)
			if err := out.Put(buf); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.Flush()
}

// csv returns the writer of the server's tables.
func (s *server) csv() web.CSV { return web.NewCSV(s.CSVGuard) }

// extension is the ending of a downloaded file.
func extension(mediaType string) string {
	if mediaType == web.TypeCSV {
		return ".csv"
	}
	return ".ndjson"
}

// A sheet is a model as a table: the columns of its CSV form.
type sheet struct {
	csv     web.CSV
	names   []string
	fields  []*model.Field
	secrets model.Secrets
	text    []byte
}

// newSheet returns the table of the fields that may be shown, in the model's
// order: all where none are chosen, otherwise those chosen and id and version,
// which every answer has.
func newSheet(csv web.CSV, m *model.Model, chosen []*model.Field, secrets model.Secrets) *sheet {
	s := &sheet{csv: csv, secrets: secrets}
	for _, f := range m.Fields {
		wanted := chosen == nil || slices.Contains(chosen, f) || f.Role == model.RoleID || f.Role == model.RoleVersion
		if !wanted || f.WriteOnly || f.Secret == model.Hashed {
			continue
		}
		s.names = append(s.names, f.Name)
		s.fields = append(s.fields, f)
	}
	return s
}

// appendRecord appends one record as a CSV line.
func (s *sheet) appendRecord(dst []byte, r model.Record) []byte {
	line := s.csv.Line(dst)
	for _, f := range s.fields {
		value := r.Values[f.Index]
		s.text = f.AppendCell(s.text[:0], value, s.secrets)
		switch {
		case value == nil:
			line.AddMissing()
		case f.Type == model.String:
			line.AddString(s.text)
		default:
			line.AddValue(s.text)
		}
	}
	return line.End()
}
