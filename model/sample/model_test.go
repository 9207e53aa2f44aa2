package sample_test

import (
	"testing"

	"bulkpatch/model"
	"bulkpatch/model/sample"
)

func TestTheShippedModelTakesEveryCustomer(t *testing.T) {
	desk, ok := model.Shipped().Model("desk")
	if !ok {
		t.Fatal("no model desk is shipped")
	}
	for line := range sample.Desk(1, 5000) {
		if _, faults := desk.CheckDraft(line, model.Import); len(faults) > 0 {
			t.Fatalf("%v in %s", faults, line)
		}
	}
}
