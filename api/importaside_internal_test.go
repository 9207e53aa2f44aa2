package api

import (
	"errors"
	"os"
	"strings"
	"testing"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

// TestWhatIsSetAsideIsBoundedAndLeavesNothing fills the room for rows without
// an id, and looks for what is left of it.
func TestWhatIsSetAsideIsBoundedAndLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	desk, _ := model.Shipped().Model("desk")
	d, faults := desk.CheckDraft([]byte(`{"firstName":"Ana"}`), model.Import)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	a := aside{model: desk, most: 1000}
	var err error
	for err == nil {
		err = a.add(d, rowPlace{line: 1, toLine: 1})
	}
	var p *web.Problem
	if !errors.As(err, &p) || p.Code != "too_large" || a.rows < 50 {
		t.Errorf("%d rows, then %v", a.rows, err)
	}
	if info, err := a.file.Stat(); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	a.remove()
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
	t.Setenv("TMPDIR", dir+"/none")
	if err := (&aside{model: desk, most: 1000}).add(d, rowPlace{}); !errors.As(err, &p) || !strings.Contains(p.Detail, "TMPDIR") {
		t.Errorf("a folder that is not there is %v", err)
	}
}
