package api_test

import "strings"

// page opens a page as a browser does.
func (r *rig) page(key, path string) answer {
	r.t.Helper()
	return r.as(key, "GET", path, "", "Accept", "text/html")
}

// has fails the test for each text that an answer lacks.
func (a answer) has(texts ...string) answer {
	a.t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.text, text) {
			_, shown, _ := strings.Cut(a.text, "<main")
			a.t.Errorf("%s %s has no %q: %s", a.Request.Method, a.Request.URL, text, shown)
		}
	}
	return a
}

// lacks fails the test for each text that an answer has.
func (a answer) lacks(texts ...string) answer {
	a.t.Helper()
	for _, text := range texts {
		if strings.Contains(a.text, text) {
			a.t.Errorf("%s %s has %q", a.Request.Method, a.Request.URL, text)
		}
	}
	return a
}
