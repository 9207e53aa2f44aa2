package api_test

import (
	"net/http"
	"strings"
	"testing"

	"bulkpatch/api"
)

// TestGzippedBodiesAreTaken sends what each call takes, gzipped, in one part
// and in two.
func TestGzippedBodiesAreTaken(t *testing.T) {
	r := newRig(t, withSurfaces(t))
	path := r.customer(`{"firstName":"Ana","state":"active"}`)
	packed := []string{"Content-Encoding", "gzip"}
	for name, a := range map[string]answer{
		"a patch":         r.call("PATCH", path, gzipped(leadPatch), packed...),
		"a bulk":          r.call("PATCH", "/v1/desk/customers"+activeFilter, gzipped(leadPatch), packed...),
		"two parts":       r.call("PATCH", path, gzipped(`{"jobTitle":`)+gzipped(`"Lead"}`), packed...),
		"x-gzip":          r.call("PATCH", path, gzipped(leadPatch), "Content-Encoding", "X-GZIP"),
		"a job":           r.call("POST", "/v1/jobs", gzipped(`{"model":"desk","id":1,"patch":{"jobTitle":"Lead"}}`), packed...),
		"a vendor's bulk": r.call("PATCH", "/desk/api/v2/customers/update.json"+activeFilter, gzipped(`{"customer":{"jobTitle":"Lead"}}`), append(packed, "Prefer", "respond-async")...),
	} {
		if a.StatusCode != http.StatusAccepted {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.text)
		}
	}
	r.call("POST", "/v1/desk/customers", gzipped(`{"firstName":"Bo"}`), packed...).want(201)
	r.call("POST", "/compat/desk/customers.json", gzipped(`{"customer":{"firstName":"Cy"}}`), packed...).want(201)
	r.call("POST", "/v1/jobs/job1/pause", gzipped(`{}`), packed...).want(200)
	r.call("POST", "/v1/desk/customers", `{"firstName":"Bo"}`, "Content-Encoding", "identity").want(201)
	imported := r.call("POST", "/v1/desk/import", gzipped("id,firstName\n7,Di\n8,Ed\n"), append(packed, "Content-Type", "text/csv")...).want(200).json()
	if imported["inserted"] != 2.0 {
		t.Errorf("an import: %v", imported)
	}
}

// bomb unpacks to size spaces, of which each part of 16 MiB takes 16 KiB.
func bomb(size int) string { return strings.Repeat(gzipped(strings.Repeat(" ", 16<<20)), size>>24) }

// TestGzippedBodiesAreBoundedByWhatTheyUnpackTo sends bodies that are larger
// than they look, or no gzip at all.
func TestGzippedBodiesAreBoundedByWhatTheyUnpackTo(t *testing.T) {
	r := newRig(t, withSurfaces(t))
	path := r.customer(`{"firstName":"Ana"}`)
	whole := gzipped(leadPatch)
	for name, tt := range map[string]struct {
		coding, body string
		status       int
		code         string
	}{
		"a bomb":                {"gzip", bomb(64 << 20), 413, "too_large"},
		"as large as may be":    {"gzip", gzipped(leadPatch + strings.Repeat(" ", api.DefaultMaxBody-len(leadPatch))), 202, ""},
		"one byte more":         {"gzip", gzipped(leadPatch + strings.Repeat(" ", api.DefaultMaxBody-len(leadPatch)+1)), 413, "too_large"},
		"no gzip":               {"gzip", leadPatch, 400, "invalid_gzip"},
		"half of it":            {"gzip", whole[:len(whole)/2], 400, "invalid_gzip"},
		"without its checksum":  {"gzip", whole[:len(whole)-8], 400, "invalid_gzip"},
		"with something behind": {"gzip", whole + "x", 400, "invalid_gzip"},
		"damaged":               {"gzip", whole[:len(whole)-8] + "\x00\x00\x00\x00" + whole[len(whole)-4:], 400, "invalid_gzip"},
		"empty parts":           {"gzip", strings.Repeat(gzipped(""), 10_000), 400, "invalid_gzip"},
		"nothing":               {"gzip", "", 400, "invalid_json"},
		"another coding":        {"br", leadPatch, 415, "unsupported_media_type"},
		"gzip, twice":           {"gzip, gzip", gzipped(whole), 415, "unsupported_media_type"},
	} {
		a := r.call("PATCH", path, tt.body, "Content-Encoding", tt.coding)
		if a.StatusCode != tt.status || tt.code != "" && a.json()["code"] != tt.code {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.text)
		}
		vendors := r.call("PATCH", "/desk/api/v2/customers/1.json", tt.body, "Content-Encoding", tt.coding, "Prefer", "respond-async")
		if vendors.StatusCode != tt.status {
			t.Errorf("%s, to a vendor's path: %d %s", name, vendors.StatusCode, vendors.text)
		}
		if want := map[int]string{415: "gzip"}[tt.status]; a.Header.Get("Accept-Encoding") != want || vendors.Header.Get("Accept-Encoding") != want {
			t.Errorf("%s: Accept-Encoding is %q", name, a.Header.Get("Accept-Encoding"))
		}
	}
	line := bomb(32<<20) + gzipped("\n{\"id\":7,\"firstName\":\"Di\"}\n")
	report := r.call("POST", "/v1/desk/import", line, "Content-Type", "application/x-ndjson", "Content-Encoding", "gzip").want(200).json()
	if report["inserted"] != 1.0 || report["failed"] != 1.0 {
		t.Errorf("a line that unpacks to 32 MiB: %v", report)
	}
	r.call("POST", "/v1/desk/import", whole[:len(whole)-8], "Content-Encoding", "gzip").want(400).code("invalid_gzip")
}
