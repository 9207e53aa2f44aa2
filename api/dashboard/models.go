package dashboard

import (
	"net/url"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// models reads the models that are loaded.
func (v *Visit) models() (list []client.Model, err error) {
	query := url.Values{}
	for {
		var some struct {
			Items      []client.Model `json:"items"`
			NextCursor string         `json:"nextCursor"`
		}
		if err := v.Get(target(query, "v1", "models"), &some); err != nil {
			return nil, err
		}
		list = append(list, some.Items...)
		if some.NextCursor == "" {
			return list, nil
		}
		query.Set("cursor", some.NextCursor)
	}
}

// model reads a model.
func (v *Visit) model(name string) (m client.Model, err error) {
	err = v.Get(target(nil, "v1", "models", name), &m)
	return m, err
}

// choicesOf reads the words of a model, nil where it cannot be read.
func (v *Visit) choicesOf(model string) words.Choices {
	m, err := v.model(model)
	if err != nil {
		return nil
	}
	return words.ChoicesOf(m)
}
