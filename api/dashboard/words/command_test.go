package words

import "testing"

func TestARequestAsACommand(t *testing.T) {
	const server = " \\\n  --server='https://crm.example'"
	for job, want := range map[string]string{
		`{"kind": "bulk", "model": "desk", "request": {"filter": {"a": "x y"}, "patch": {"b": "it's"}, "options": {}}}`:                                         "bulkpatch submit 'desk' \\\n  --filter='{\"a\":\"x y\"}' \\\n  --patch='{\"b\":\"it'\\''s\"}'" + server,
		`{"kind": "preview", "model": "desk", "request": {"filter": {}, "patch": {"b": null}, "options": {"allowAll": true, "note": "-Q4", "maxAffected": 7}}}`: "bulkpatch submit 'desk' \\\n  --filter='{}' \\\n  --patch='{\"b\":null}' \\\n  --allow-all='true' \\\n  --note='-Q4' \\\n  --max-affected='7' \\\n  --dry-run='true'" + server,
		`{"kind": "single", "model": "desk", "request": {"filter": null, "id": -7, "patch": {"b": 1}}}`:                                                         "bulkpatch submit 'desk' \\\n  --id='-7' \\\n  --patch='{\"b\":1}'" + server,
		`{"kind": "undo", "undo": {"undoOf": "0193"}, "request": {"filter": null, "patch": null}}`:                                                              "bulkpatch undo 0193" + server,
		`{"kind": "retry", "retryOf": "0193", "request": {"filter": {"a": 1}, "patch": {"b": 1}, "options": {"onMismatch": "force"}}}`:                          "bulkpatch retry 0193 \\\n  --on-mismatch=force" + server,

		// What cannot be seen on the page would be copied, too.
		`{"kind": "single", "model": "desk", "request": {"id": 7, "patch": {"b": 1}, "options": {"note": "it's \\ \u202e\n\udb40\udc01é"}}}`: "bulkpatch submit 'desk' \\\n  --id='7' \\\n  --patch='{\"b\":1}' \\\n  --note=$'it\\'s \\\\ \\u202e\\u000a\\U000e0001é'" + server,
		// What a job does not show whole is not offered in part.
		`{"kind": "bulk", "request": {"filter": null, "patch": {"a": 1}, "requestBytes": 9999}}`: "",

		`{"kind": "bulk", "model": "desk", "request": {"filter": {"a": 1}, "patch": {}, "compute": {"b": {"$inc": 1}}}}`:  "bulkpatch submit 'desk' \\\n  --filter='{\"a\":1}' \\\n  --compute='{\"b\":{\"$inc\":1}}'" + server,
		`{"kind": "single", "model": "desk", "request": {"id": 7, "patch": {"a": 1}, "compute": {"b": {"$trim": true}}}}`: "bulkpatch submit 'desk' \\\n  --id='7' \\\n  --patch='{\"a\":1}' \\\n  --compute='{\"b\":{\"$trim\":true}}'" + server,
	} {
		if got := Command(jobFromJSON(t, job), "https://crm.example/"); got != want {
			t.Errorf("%s\n got %s\nwant %s", job, got, want)
		}
	}
}
