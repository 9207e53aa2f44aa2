package job

import "testing"

func TestEveryReasonHasASentence(t *testing.T) {
	tests := map[string]string{
		"unique":                   "The value is already taken by another record",
		"permission_needs_company": "The record has no value in company, which permission needs",
	}
	for code, want := range tests {
		if got := Title(code); got != want {
			t.Errorf("%s is %q", code, got)
		}
	}
}
