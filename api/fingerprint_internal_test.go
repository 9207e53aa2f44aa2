package api

import (
	"testing"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
)

// TestWhatIsComputedIsPartOfTheRequest compares requests that differ only in what they
// compute, and in how that is written.
func TestWhatIsComputedIsPartOfTheRequest(t *testing.T) {
	desk, _ := model.Shipped().Model("desk")
	ws, key := auth.Workspace{ID: 3, Name: "north"}, []byte("secret")
	seen := map[string]string{}
	for _, compute := range []string{"", `{"notes":{"$suffix":"a"}}`, ` {"notes" : {"$suffix":"\u0061"}}`, `{"notes":{"$suffix":"b"}}`} {
		u := update{model: desk, single: true, id: int64(7), rawPatch: []byte(`{"jobTitle":"Lead"}`)}
		if compute != "" {
			u.rawCompute = []byte(compute)
		}
		print, err := u.fingerprint(key, ws)
		if err != nil {
			t.Fatal(err)
		}
		token := u.confirms(key, ws)
		canonical := model.CanonicalText(compute)
		for _, hash := range []string{print, token} {
			if before, known := seen[hash]; known && before != canonical {
				t.Errorf("%q and %q are the same request", before, canonical)
			}
			seen[hash] = canonical
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d hashes of three requests", len(seen))
	}
}

// TestFingerprintsStayTheSame compares fingerprints, and what confirm tokens
// sign, with those of an earlier release. If they changed, a request that is sent
// again after an upgrade would not find its job, and a preview from before the
// upgrade could not be confirmed.
func TestFingerprintsStayTheSame(t *testing.T) {
	desk, _ := model.Shipped().Model("desk")
	m := *desk
	m.Digest = "digest" // not that of the file, which may change
	f, faults := filter.New([]byte(`{"$or": [{"state": "active"}, {"id": {"$lte": 1.0}}], "jobTitle": {"$ne": "Lead"}}`), &m, filter.Native)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	most, rate, version := int64(10), 2.5, int64(4)
	bulk := update{model: &m, filter: f, rawPatch: []byte(`{"phone": null, "jobTitle": "Lé<ad", "numTickets": 1.0}`)}
	bulk.options.Options = job.Options{MaxAffected: &most, RecordsPerSecond: &rate, OnMismatch: job.Force, Note: "why & <what>", AllowNewOptions: true}
	preview := bulk
	preview.options.DryRun, preview.options.ConfirmToken = true, "token"
	single := update{model: &m, single: true, id: int64(7), rawPatch: []byte(`{"jobTitle":"Lead"}`), ifMatch: &version}

	ws, key := auth.Workspace{ID: 3, Name: "north"}, []byte("secret")
	got := map[string]string{"token of the bulk": bulk.confirms(key, ws), "token of the single": single.confirms(key, ws)}
	for name, u := range map[string]*update{"bulk": &bulk, "preview": &preview, "single": &single} {
		var err error
		if got[name], err = u.fingerprint(key, ws); err != nil {
			t.Error(err)
		}
	}
	for name, req := range map[string]followRequest{
		"retry":       {action: job.RetryIt, onMismatch: job.Force, codes: []string{"unique", "too_large"}, dryRun: true},
		"undo":        {action: job.UndoIt},
		"undo of two": {action: job.UndoIt, ids: []string{"1", "2"}},
	} {
		got[name] = req.fingerprint(key, ws, &job.Follow{Parent: "j1", OnMismatch: req.onMismatch})
	}
	for name, want := range map[string]string{
		"bulk":                "98aeb7e6dc1693eb822006075c3e2e172f49e05e3ff65e381dd0b023e887c180",
		"preview":             "5863cdfa6e3b97289091af2106a4f76aec60c49be0f967160795b1ec1a67056d",
		"single":              "5f032887fe98ff4395d407cc879252292d64e4103e6fcf43e6e4da1949b69b5c",
		"retry":               "2df136f808ea6c6b836a9b116619950da341e5ddf9cf957b9ca80469ab91db91",
		"undo":                "1eae3a50f9fe974bde94cf243197008cf14555cd024e34ba27c5ae2c3d119e24",
		"undo of two":         "307506938287151e6c91fe5811aa6617bcdbcd642be1304e45cd871606351b71",
		"token of the bulk":   "5b0b3537ed0ec3001c7a01da7e4d5dfa9a506705eae2a5f4ca467de42029f306",
		"token of the single": "a12cb868a01cc5e80a8363f4de389b634046e3a545fc93a5914fabd9634944db",
	} {
		if got[name] != want {
			t.Errorf("%s: %s", name, got[name])
		}
	}
}
