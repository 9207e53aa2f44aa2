package web_test

import (
	"testing"

	"bulkpatch/api/web"
)

func TestJSONIsLeftReadable(t *testing.T) {
	const want = `{"a":"<b> & \n"}`
	value := map[string]string{"a": "<b> & \n"}
	if text, err := web.JSON(value); err != nil || string(text) != want {
		t.Errorf("JSON: %q, %v", text, err)
	}
	if line, err := web.JSONLine(value); err != nil || string(line) != want+"\n" {
		t.Errorf("JSONLine: %q, %v", line, err)
	}
}
