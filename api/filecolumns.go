package api

import (
	"encoding/json"

	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// A fileField is what a column of a file stands for.
type fileField struct {
	*model.Field
	name string // as [job.FileTarget] has it
}

// fileFieldOf finds the field, or the declared path inside one, of a name.
func fileFieldOf(m *model.Model, name string) (fileField, bool) {
	f, known := m.FileField(name)
	switch {
	case !known:
		return fileField{}, false
	case f.Role == model.RoleVersion:
		return fileField{f, job.VersionColumn}, true
	}
	return fileField{f, f.Name}, true
}

// matchable reports whether rows can be matched by the field.
func (f fileField) matchable() bool {
	switch f.Type {
	case model.Object, model.Array, model.Any:
		return false
	}
	inside := f.Index < 0
	return !inside && f.Role != model.RoleVersion
}

// A suggestedJSON is what a file could be used for, as a request for a job has it:
// proposed by the names alone, for people to look at.
type suggestedJSON struct {
	Match   []string        `json:"match"` // null if no column names a customer
	Columns json.RawMessage `json:"columns"`
}

// suggest proposes what the columns of a file stand for.
func suggest(m *model.Model, headers []string) suggestedJSON {
	match, columns := m.SuggestColumns(headers)
	fields := make([]string, len(headers))
	for i, header := range headers {
		if fields[i] = columns[header]; header == job.VersionColumn {
			fields[i] = header // an old export then overwrites nothing newer
		}
	}
	return suggestedJSON{match, columnsObject(headers, fields)}
}

// columnsObject says by its header which field each column of a file stands for, in the
// order of the file; null leaves a column out.
func columnsObject(headers, fields []string) json.RawMessage {
	dst := []byte{'{'}
	for i, header := range headers {
		value := []byte("null")
		if fields[i] != "" {
			value, _ = web.JSON(fields[i]) // a string is always JSON
		}
		dst = appendMember(dst, header, value)
	}
	return append(dst, '}')
}
