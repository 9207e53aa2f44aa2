package openapi

import (
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"bulkpatch/api"
	"bulkpatch/api/web"
	"bulkpatch/job"
	"bulkpatch/model"
)

// built builds the document of the shipped models.
func built(t *testing.T) *builder {
	t.Helper()
	surfaces, err := api.Surfaces(model.Shipped(), nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{schemas: &schemas{words: types()}, source: Source{Models: model.Shipped(), Surfaces: surfaces}}
	b.fill()
	return b
}

// TestNoWordsAreLeftOver: each entry of the files is of something that there is.
func TestNoWordsAreLeftOver(t *testing.T) {
	b := built(t)
	for _, entry := range types().entries {
		schema, _ := b.named.get(entry.name).(object)
		if schema == nil {
			t.Errorf("types.yaml: there is no component %s", entry.name)
			continue
		}
		properties, _ := schema.get("properties").(object)
		for _, m := range entry.value.(object) {
			words := schema.get("enum") != nil && strings.Contains(schema.text("description"), "- `"+m.name+"`")
			optionOnly := entry.name == "Options" && slices.Contains([]string{"dryRun", "confirmToken"}, m.name)
			if !strings.HasPrefix(m.name, "$") && properties.get(m.name) == nil && !words && !optionOnly {
				t.Errorf("types.yaml: %s has no member %s", entry.name, m.name)
			}
		}
	}
	used := map[string]bool{"tags": true}
	names, moments := map[string]bool{}, map[string]bool{}
	for _, state := range job.FinalStates() { // examples of webhooks
		moments[string(state)] = true
	}
	for _, c := range api.Calls(model.Shipped(), nil) {
		if isPage(c) {
			continue
		}
		one := b.newCall(c)
		used[one.entry] = true
		for _, p := range c.Params {
			names[p.Name], names[one.entry+" "+p.Name] = true, true
		}
		if one.words == nil {
			t.Errorf("calls.yaml says nothing of %s", one.entry)
		}
		answers, _ := one.words.get("answers").(object)
		for _, a := range answers {
			for _, moment := range a.value.(object).texts("job") {
				if moments[moment] = true; jobWords().at(moment) == nil {
					t.Errorf("calls.yaml: %s has the unknown job %s", one.entry, moment)
				}
			}
		}
		for _, code := range one.words.texts("codes") {
			if _, ok := web.ProblemTypeOf(code); !ok {
				t.Errorf("calls.yaml: %s has the unknown code %s", one.entry, code)
			}
		}
	}
	for _, entry := range calls().entries {
		if !used[entry.name] {
			t.Errorf("calls.yaml: there is no call %s", entry.name)
		}
	}
	for _, entry := range jobWords().entries {
		if !moments[entry.name] {
			t.Errorf("jobs.yaml: no answer shows the job %s", entry.name)
		}
	}
	for _, entry := range parameters().entries {
		if !names[entry.name] {
			t.Errorf("parameters.yaml: there is no parameter %s", entry.name)
		}
	}
	for _, code := range web.ProblemCodes() {
		if problems().entries.text(code) == "" {
			t.Errorf("problems.yaml says nothing of %s", code)
		}
	}
	if len(problems().entries) != len(web.ProblemCodes()) {
		t.Error("problems.yaml has codes that there are not")
	}
}

// TestEnumerationsSayWhatEachWordMeans: none of their words lacks an explanation.
func TestEnumerationsSayWhatEachWordMeans(t *testing.T) {
	b := built(t)
	for _, e := range enumerations {
		schema, _ := b.named.get(e.name).(object)
		text, _ := json.Marshal(e.values)
		for word := range strings.SplitSeq(strings.Trim(string(text), "[]"), ",") {
			if !strings.Contains(schema.text("description"), "- `"+strings.Trim(word, `"`)+"`: ") {
				t.Errorf("%s does not say what %s means", e.name, word)
			}
		}
	}
}

// TestAListOfJobsHasNoCodesOfASubmit: they share a path, and the list takes neither a
// body nor a filter nor a token.
func TestAListOfJobsHasNoCodesOfASubmit(t *testing.T) {
	found := map[string][]string{}
	for _, c := range api.Calls(model.Shipped(), nil) {
		if c.Path == "/v1/jobs" {
			found[c.Method] = codesOf(c, nil)
		}
	}
	for _, code := range []string{"confirm_token_invalid", "too_many_conditions", "too_many_values", "duplicate_key", "invalid_json", "webhook_refused"} {
		if slices.Contains(found["GET"], code) || !slices.Contains(found["POST"], code) {
			t.Errorf("%s: the list has %q, the submit %q", code, found["GET"], found["POST"])
		}
	}
}

// TestAVendorsPathSaysByWhatItNamesACustomer, where that is not the id.
func TestAVendorsPathSaysByWhatItNamesACustomer(t *testing.T) {
	b := built(t)
	item, _ := b.paths.get("/v2/client/{id}").(object)
	text, err := json.Marshal(item.get("get"))
	if err != nil || !strings.Contains(string(text), "The `uuid` of a customer.") {
		t.Errorf("%v: %.300s", err, text)
	}
}
