package api_test

import (
	"strings"
	"testing"
)

func TestAModelIsDescribedFieldByField(t *testing.T) {
	r := newRig(t)
	for model, parts := range map[string][]string{
		"desk":          {`"notes":["$copy","$default","$format","$lower","$map","$prefix","$replace","$suffix","$trim","$upper"]`, `"company.id":["$copy"`, `"name":"email","description":"Where replies to tickets and copies of chats go","type":"string","format":"email"`, `,"needs":"company"}`},
		"clientsuccess": {`"name":"city","description":"City","type":"string","maxLength":100`, `"minimum":1`},
	} {
		a := r.call("GET", "/v1/models/"+model, "").want(200)
		for _, part := range parts {
			if !strings.Contains(a.text, part) {
				t.Errorf("no %s in %s", part, a.text)
			}
		}
		if strings.Contains(a.text, `"password":[`) {
			t.Errorf("a secret can be computed: %s", a.text)
		}
	}
}
