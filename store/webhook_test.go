package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"bulkpatch/job"
	"bulkpatch/store"
	"bulkpatch/store/storetest"
)

// TestADeliveryWhoseJobAnEarlierVersionHasPurgedIsDropped makes a tombstone of a job as
// a version does that knows no webhooks.
func TestADeliveryWhoseJobAnEarlierVersionHasPurgedIsDropped(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	k := storetest.NewKit(t, func(tb testing.TB, o store.Options) *store.Store { return opened(tb, "sqlite://"+path, o) })
	k.Add(1, person)
	sub := k.Bulk(`{}`, `{"visits": 9}`, job.Options{AllowAll: true})
	sub.Webhook = "https://example.com/"
	k.Accept(sub)
	k.Run(10)
	db, err := sql.Open("sqlite3", path)
	fatal(t, err)
	defer db.Close()
	_, err = db.Exec(`UPDATE jobs SET left_at = ?`, time.Now().UnixMicro())
	fatal(t, err)
	due, err := k.DueWebhooks(t.Context(), nil, true, 10)
	fatal(t, err)
	if len(due) != 1 || due[0].JobID != "" {
		t.Fatalf("due is %+v", due)
	}
	if _, begun, err := k.BeginWebhook(t.Context(), due[0], nil); begun || err != nil {
		t.Errorf("it is begun: %v, %v", begun, err)
	}
	if n, err := k.PendingWebhooks(t.Context()); n != 0 || err != nil {
		t.Errorf("%d deliveries are left, %v", n, err)
	}
}
