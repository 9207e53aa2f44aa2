package api_test

import (
	"testing"

	"bulkpatch/api"
	"bulkpatch/api/apitest"
	"bulkpatch/model"
)

// TestNoCallIsHurtByAHostileInput sends to every call what costs a careless
// server most. The store is in memory here; cmd runs the same against both
// databases and measures the process.
func TestNoCallIsHurtByAHostileInput(t *testing.T) {
	models := model.Shipped()
	surfaces, err := api.Surfaces(models, nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, func(c *api.Config) { c.Surfaces = surfaces })
	r.customer(`{"id":7,"firstName":"Ana"}`)
	apitest.Attack(t, r.server.URL, r.admin, apitest.Hostiles(models, surfaces), 8)
}
