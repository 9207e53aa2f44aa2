package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/model"
	"bulkpatch/model/table"
)

// A tableShape says how to read a table. The caller decides everything but the
// guard, which is a setting of the server.
type tableShape struct {
	format    string
	delimiter byte // 0: as the header has it
	columns   model.Columns
	guard     table.Guard
}

// tableShape reads the parameters about a table in a format.
func (in *input) tableShape(m *model.Model, format string) tableShape {
	shape := tableShape{format: format, columns: in.columns(m)}
	text, given := in.param("delimiter")
	if !given {
		return shape
	}
	var ok bool
	if shape.delimiter, ok = table.Delimiter(text); !ok {
		in.failParam("delimiter", "enum", "This must be "+table.DelimiterNames+".")
	} else if format != web.TypeCSV {
		in.failParam("delimiter", "invalid_request", "Only CSV has a delimiter.")
	}
	return shape
}

const detailColumns = `This must be a JSON object of headers and the fields they stand for, such as {"E-Mail": "email", "Remarks": null}; null leaves a column out.`

// columns reads which columns have other names than their fields.
func (in *input) columns(m *model.Model) model.Columns {
	text, given := in.param("columns")
	if !given {
		return nil
	}
	members, err := compat.Members([]byte(text))
	if err != nil {
		in.failParam("columns", "type", detailColumns)
		return nil
	}
	columns := make(model.Columns, len(members))
	for _, header := range slices.Sorted(maps.Keys(members)) {
		var name *string
		if json.Unmarshal(members[header], &name) != nil {
			in.failParam("columns", "type", detailColumns)
			return nil
		}
		if name == nil {
			columns[header] = ""
		} else if _, known := m.Column(*name); known {
			columns[header] = *name
		} else {
			in.failParam("columns", "unknown_field", noField(m, *name))
		}
	}
	return columns
}

// noField says that no field has a name, and which field has the most similar one.
func noField(m *model.Model, name string) string {
	nearest, _ := m.Nearest(name)
	return fmt.Sprintf("%s is no field of %s; the nearest is %s.", quoted(name), m.Name, nearest)
}

// quoted returns a caller's text as a JSON string, the form in which columns=
// takes it.
func quoted(text string) string {
	raw, _ := web.JSON(model.Shown(text)) // a string is always JSON
	return string(raw)
}

// columnsOf finds the fields of a header's columns, or all that is wrong with
// it.
func columnsOf(m *model.Model, header []string, renamed model.Columns) ([]model.Column, error) {
	var faults web.Faults
	columns := make([]model.Column, len(header))
	first := map[string]int{} // column, from 1, of each field
	there := make(map[string]bool, len(header))
	for i, text := range header {
		there[text] = true
		name, mapped := renamed[text]
		if !mapped {
			name = text
		} else if name == "" {
			continue
		}
		var known bool
		columns[i], known = m.Column(name)
		switch before := first[name]; {
		case !known && faults.Full():
			faults.Further++
		case !known:
			faults.Add(web.BodyFault(model.PointerTo("", text), "unknown_field", unknownColumn(m, i+1, text)))
		case before > 0:
			faults.Add(web.BodyFault(model.PointerTo("", text), "duplicate_key",
				fmt.Sprintf("Columns %d and %d both stand for %s: remove one of them.", before, i+1, name)))
		default:
			first[name] = i + 1
		}
	}
	absent(&faults, there, renamed)
	if faults.Found() > 0 {
		return nil, web.InvalidFor(faults)
	}
	return columns, nil
}

// unknownColumn says why a column cannot be taken and what helps.
func unknownColumn(m *model.Model, number int, text string) string {
	if strings.TrimSpace(text) == "" {
		return fmt.Sprintf("Column %d has no header. Remove it, or leave it out with columns={%s: null}.", number, quoted(text))
	}
	nearest, alike := m.Nearest(text)
	meant := nearest
	if !alike {
		meant = "FIELD"
	}
	return fmt.Sprintf("Column %d, %s, names no field of %s; the nearest is %s. Give it a field's name, say which it is with columns={%[2]s: %[5]q}, or leave it out with columns={%[2]s: null}.",
		number, quoted(text), m.Name, nearest, meant)
}

// absent adds a fault for each column that the caller mapped to a field and that
// the table does not have. A column that is to be ignored need not exist.
func absent(faults *web.Faults, there map[string]bool, renamed model.Columns) {
	for _, text := range slices.Sorted(maps.Keys(renamed)) {
		if renamed[text] != "" && !there[text] {
			faults.Add(web.Fault{Pointer: "?columns", Code: "unknown_column", Detail: "The header has no column " + quoted(text) + ".", In: web.InQuery})
		}
	}
}
