package storetest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"bulkpatch/job"
)

// guesses are patches that set a secret: one to the value that all people have,
// and one to another, in each of the ways to write a chunk.
func (k *Kit) guesses() map[string][2]job.Submission {
	bulk := func(patch string) job.Submission {
		return k.Bulk(`{}`, patch, job.Options{AllowAll: true})
	}
	pair := func(make func(string) job.Submission, right, wrong string) [2]job.Submission {
		return [2]job.Submission{make(right), make(wrong)}
	}
	single := func(patch string) job.Submission { return k.Single(2, patch) }
	wide := func(patch string) job.Submission {
		return bulk(strings.Replace(patch, "{", `{"custom": `+names(40, "7")+`, `, 1))
	}
	vault := func(value string) string { return `{"vault": ` + names(40, value) + `}` }
	return map[string][2]job.Submission{
		"one patch for all":          pair(bulk, `{"key": "right"}`, `{"key": "wrong"}`),
		"beside what is there":       pair(bulk, `{"key": "right", "name": "n"}`, `{"key": "wrong", "name": "n"}`),
		"values per record":          pair(wide, `{"key": "right"}`, `{"key": "wrong"}`),
		"an object, merged in SQL":   pair(bulk, `{"vault": {"k00001": 7}}`, `{"vault": {"k00001": 8}}`),
		"an object, merged in Go":    pair(bulk, vault("7"), vault("8")),
		"one record":                 pair(single, `{"key": "right"}`, `{"key": "wrong"}`),
		"one record's merged object": pair(single, vault("7"), vault("8")),
		"a secret that is cleared":   pair(bulk, `{"empty": null}`, `{"key": null}`),
	}
}

// secretsConfirmNothing guesses the secrets of five people. Right or wrong, the
// answer is that each record was updated.
func secretsConfirmNothing(t *testing.T, k *Kit) {
	person := `{"name": "n", "key": "right", "vault": ` + names(40, "7") + `, "custom": ` + names(40, "7") + `}`
	for name, guess := range k.guesses() {
		var told [2]string
		for i, sub := range guess {
			k.Add(5, func(i int) string { return strings.Replace(person, "{", fmt.Sprintf(`{"id": %d, `, i+1), 1) })
			told[i] = k.toldOf(t, name, sub)
		}
		right, wrong := told[0], strings.NewReplacer("wrong", "right").Replace(told[1])
		if name == "a secret that is cleared" {
			wrong = strings.ReplaceAll(wrong, `"key"`, `"empty"`)
		}
		equal(t, name+", a wrong guess and a right one", wrong, right)
	}
}

// toldOf runs a submission, and returns all that its caller sees of it, except
// what differs between any two jobs.
func (k *Kit) toldOf(t *testing.T, name string, sub job.Submission) string {
	t.Helper()
	before := k.All(`{}`)
	p, err := k.Preview(t.Context(), sub)
	check(t, err)
	p.Digest = ""
	j := k.Accept(sub)
	k.Run(3)
	j = k.Read(j.ID)
	equal(t, name+": updated", j.Updated, *j.Matched)
	items := k.Outcomes(j.ID, 2)
	var told []string
	for id := range items {
		now := k.All(`{}`)[id]
		equal(t, name+": version", now.Version, before[id].Version+1)
		equal(t, name+": last job", *now.LastJobID, j.ID)
	}
	history, _, err := k.History(t.Context(), k.WS, k.People, int64(2), 1, "")
	check(t, err)
	equal(t, name+": history", history[0].JobID, j.ID)
	for _, shown := range []any{p, items["2"].Changed, history[0].Changed, j.State, j.Tally, json.RawMessage(j.Patch)} {
		text, err := json.Marshal(shown)
		check(t, err)
		told = append(told, string(text))
	}
	all := strings.Join(told, "\n")
	if !strings.Contains(all, `{"from":"***","to":"***"}`) || strings.Contains(all, "right") || strings.Contains(all, "wrong") {
		t.Errorf("%s: it is told %s", name, all)
	}
	return all
}

// secretsAreNotRestored undoes a job that set a masked secret: the former value
// is not kept.
func secretsAreNotRestored(t *testing.T, k *Kit) {
	k.Add(3, func(i int) string { return fmt.Sprintf(`{"id": %d, "name": "n", "key": "former"}`, i+1) })
	for name, patch := range map[string]string{
		"a masked secret": `{"name": "x", "key": "later"}`, "a wide write-only object": `{"name": "x", "vault": ` + names(40, "7") + `}`,
	} {
		j := k.Accept(k.Bulk(`{}`, patch, job.Options{AllowAll: true}))
		k.Run(2)
		u := k.undo(j.ID, 2)
		equal(t, name+": conflicted", u.Conflicted, 3)
		equal(t, name+": reason", k.Outcomes(u.ID, 3)["1"].Error.Code, "secret_not_kept")
		equal(t, name+": the name beside it", k.All(`{}`)["1"].Name, "x")
	}
}
