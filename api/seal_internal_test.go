package api

import (
	"errors"
	"testing"
	"time"

	"bulkpatch/api/web"
	"bulkpatch/model"
)

func TestSecretsAreHashedByTurns(t *testing.T) {
	m, _ := model.Shipped().Model("desk")
	patch := func(text string) model.Patch {
		p, faults := m.CheckPatch([]byte(text), model.PatchOptions{})
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		return p
	}
	s := &server{Config: Config{StepTimeout: time.Nanosecond}, shares: shares{hashes: newBudget(2, 1)}}
	busy := mustTake(t, s.hashes, 1, 1)
	if _, err := s.seal(t.Context(), 1, patch(`{"firstName": "Ana"}`)); err != nil {
		t.Errorf("a patch without a secret waited: %v", err)
	}
	var told *web.Problem
	if _, err := s.seal(t.Context(), 1, patch(`{"password": "first one"}`)); !errors.As(err, &told) || told.Code != "unavailable" {
		t.Errorf("a second hash of one key: %v", err)
	}
	s.StepTimeout = time.Hour
	sealed, err := s.seal(t.Context(), 2, patch(`{"password": "first one"}`))
	if err != nil || sealed.Sets[0].Value == "first one" {
		t.Errorf("another key's secret: %v", err)
	}
	busy()
}

func TestAnImportBringsSoManySecrets(t *testing.T) {
	m, _ := model.Shipped().Model("desk")
	l := &lineChecker{server: &server{Config: Config{StepTimeout: time.Hour}, shares: shares{hashes: newBudget(1, 1)}}, ctx: t.Context(), sealed: maxSecrets}
	line := func(text string) error {
		_, err := l.seal(m.CheckDraft([]byte(text), model.Import))
		return err
	}
	var bad lineError
	if err := line(`{"id": 1, "password": "one too many"}`); !errors.As(err, &bad) {
		t.Errorf("got %v", err)
	}
	if err := line(`{"id": 1, "firstName": "Ana"}`); err != nil {
		t.Errorf("a line without a secret: %v", err)
	}
}
