package model_test

import (
	"encoding/json"
	"testing"

	"bulkpatch/model"
)

func TestIDsHaveTheTypeOfTheirModel(t *testing.T) {
	models, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"desk": `9007199254740993`, "plane": `"9007199254740993"`} {
		m, _ := models.Model(name)
		kept, err := json.Marshal(model.StringID("9007199254740993"))
		if err != nil || string(kept) != `"9007199254740993"` {
			t.Errorf("kept as %s, %v", kept, err)
		}
		for _, raw := range []string{`"9007199254740993"`, `9007199254740993`} {
			var id model.ID
			if err := json.Unmarshal([]byte(raw), &id); err != nil {
				t.Fatal(err)
			}
			shown, err := json.Marshal(m.Typed(id))
			if err != nil || string(shown) != want || id.String() != "9007199254740993" {
				t.Errorf("%s shows %s as %s, %v", name, raw, shown, err)
			}
		}
	}
	none, err := json.Marshal([]model.ID{{}})
	var back []model.ID
	if err != nil || string(none) != "[null]" || json.Unmarshal(none, &back) != nil || back[0] != (model.ID{}) {
		t.Errorf("no id is %s, %v", none, back)
	}
}
