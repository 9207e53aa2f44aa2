package job_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"bulkpatch/job"
	"bulkpatch/model"
)

func TestAFileTargetComesBackFromWhatAJobKeeps(t *testing.T) {
	models, err := model.Load()
	if err != nil {
		t.Fatal(err)
	}
	m, _ := models.Model("desk")
	id, _ := m.Field("id")
	target := job.FileTarget{File: "f1", Match: nil, Columns: []string{"id", "phone", ""}, ClearBlank: true, ClearWord: "NULL", SkipUnmatched: true}
	target.Match = append(target.Match, id)
	request := target.Request(job.File{Name: "new.csv", Columns: []string{"No", "Phone", "Remark"}})
	text, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	var stored job.FileRequest
	if err := json.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	again, ok := stored.Target(m)
	if !ok || !reflect.DeepEqual(again, target) || !reflect.DeepEqual(stored, request) {
		t.Errorf("%s became %+v, %v", text, again, ok)
	}
	stored.Match[0] = "gone"
	if _, ok := stored.Target(m); ok {
		t.Error("a field that is gone was found")
	}
}

func TestAListLeavesManyColumnsOut(t *testing.T) {
	few := job.Job{File: &job.FileRequest{Name: "a.csv", Headers: []string{"No"}, Columns: []string{"id"}}}
	if short := few.Short(); short.RequestBytes != 0 || len(short.File.Headers) != 1 {
		t.Errorf("%+v", short.File)
	}
	many := job.Job{File: &job.FileRequest{Name: "a.csv", Headers: []string{strings.Repeat("x", job.MaxListed)}, Columns: []string{"id"}}}
	if short := many.Short(); short.RequestBytes <= job.MaxListed || short.File.Headers != nil || short.File.Columns != nil || short.File.Name != "a.csv" {
		t.Errorf("%d bytes, %+v", short.RequestBytes, short.File)
	}
	if many.File.Headers == nil {
		t.Error("the job itself was changed")
	}
}

// TestUnusableRowsAloneDoNotStopAJob: they say nothing about the other records.
func TestUnusableRowsAloneDoNotStopAJob(t *testing.T) {
	most := int64(150)
	for _, test := range []struct {
		o           job.Options
		records     job.Tally
		unusable    job.Tally
		code, about string
	}{
		{job.Options{}, job.Tally{}, job.Tally{Failed: 1000}, "", "no record was tried"},
		{job.Options{}, job.Tally{Failed: 99}, job.Tally{Failed: 1000}, "", "99 were tried"},
		{job.Options{}, job.Tally{Failed: 100}, job.Tally{Failed: 1000, Skipped: 5}, "all_failed", "100 were tried"},
		{job.Options{MaxFailures: &most}, job.Tally{Failed: 49}, job.Tally{Failed: 100}, "", "149 failed"},
		{job.Options{MaxFailures: &most}, job.Tally{Failed: 50}, job.Tally{Failed: 100}, "max_failures", "150 failed"},
	} {
		code := ""
		if why := test.o.GiveUp(test.records, test.unusable); why != nil {
			code = why.Code
		}
		if code != test.code {
			t.Errorf("%s: %q", test.about, code)
		}
	}
}

// TestOnlyRowsWithARecordAreRetried: and only as long as the rows are kept.
func TestOnlyRowsWithARecordAreRetried(t *testing.T) {
	ten, ended := int64(10), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	j := job.Job{State: job.PartiallySucceeded, Kind: job.FileKind, File: &job.FileRequest{}, Matched: &ten, FinishedAt: &ended,
		Tally: job.Tally{Updated: 6, Failed: 3, Skipped: 1}, Unusable: job.Tally{Failed: 2, Skipped: 1}}
	keep := job.Retention{Jobs: 48 * time.Hour, Values: 24 * time.Hour}
	at := func(j job.Job, after time.Duration) string {
		return fmt.Sprint(j.WithExpiry(keep, job.Restorable{Values: true}, ended.Add(after)).CheckRetry() == nil)
	}
	var refused *job.StateError
	if err := j.WithExpiry(keep, job.Restorable{Values: true}, ended.Add(25*time.Hour)).CheckRetry(); !errors.As(err, &refused) || refused.Code != "values_not_kept" {
		t.Errorf("without its rows: %+v", err)
	}
	none := j
	none.Failed, none.Updated = 2, 7
	if got := at(j, time.Hour) + at(j, 25*time.Hour) + at(none, time.Hour); got != "truefalsefalse" {
		t.Error(got)
	}
}
