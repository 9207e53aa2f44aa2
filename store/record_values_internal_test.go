package store

import (
	"testing"

	"bulkpatch/model"
)

func TestSecretsAreNotPacked(t *testing.T) {
	fields := []*model.Field{
		{Name: "keys", WriteOnly: true}, {Name: "name"}, {Name: "token", Secret: model.Masked}, {Name: "visits"},
	}
	values := [][]byte{[]byte(`["a","b"]`), []byte(`["n","n"]`), []byte(`["t","t"]`), []byte(`[1,2]`)}
	if got := string(packValues(fields, values)); got != `{"name":{"all":"n"},"visits":{"each":[1,2]}}` {
		t.Errorf("kept as %s", got)
	}
}
