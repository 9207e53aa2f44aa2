package compat_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bulkpatch/api/compat"
	"bulkpatch/model"
)

// TestAWordThatNoIDCanBeIsLeftToTheAPI claims paths below which the API has
// words of its own.
func TestAWordThatNoIDCanBeIsLeftToTheAPI(t *testing.T) {
	taken := []string{"/v1/shop/customers", "/v1/shop/customers/{id}"}
	for name, test := range map[string]struct {
		properties, vendor string
		claimed            bool
	}{
		"numbers are no words":           {"id: {type: integer, x-role: id}", "paths: {'/shop/{id}': {GET: get}}", false},
		"texts are":                      {"id: {type: string, x-role: id}", "paths: {'/shop/{id}': {GET: get}}", true},
		"so may another field be":        {"no: {type: string, x-unique: true}", "id: no\n  paths: {'/shop/{id}': {GET: get}}", true},
		"one number is like another":     {"id: {type: integer, x-role: id}", "paths: {'/shop/customers/{id}': {GET: get}}", true},
		"a workspace may be called this": {"id: {type: integer, x-role: id}", "paths: {'/shop/{workspace}': {GET: list}}", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			text := "x-model: shop\nx-vendor:\n  base: /v1\n  " + test.vendor + "\ntype: object\nproperties:\n  name: {type: string}\n  " + test.properties + "\n"
			if err := os.WriteFile(filepath.Join(dir, "shop.yaml"), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			models, err := model.Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			_, err = compat.Load(models, compat.Shipped(), taken)
			if claimed := err != nil && strings.Contains(err.Error(), "the API itself and model shop both claim"); claimed != test.claimed {
				t.Errorf("claimed: %v, %v", claimed, err)
			}
		})
	}
}
