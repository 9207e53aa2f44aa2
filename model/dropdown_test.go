package model

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestDropDownsBelowObjectsGrowAsFieldsDo(t *testing.T) {
	m := mustModel(t, everyKind)
	added := func(f *Field) []string {
		return map[string][]string{"custom.channel": {"fax"}, "tier": {"iron"}}[f.Name]
	}
	tests := map[string]struct {
		patch   string
		options PatchOptions
		want    []string // faults
		grown   string   // options that are new to the workspace
	}{
		"options of the model":       {`{"custom":{"channel":"mail","home":{"kind":"flat"}}}`, PatchOptions{}, nil, ""},
		"an unknown one":             {`{"custom":{"channel":"fax"}}`, PatchOptions{}, []string{"/custom/channel enum"}, ""},
		"two, at any depth":          {`{"custom":{"channel":"fax","home":{"kind":"boat"}}}`, PatchOptions{}, []string{"/custom/channel enum", "/custom/home/kind enum"}, ""},
		"what the workspace added":   {`{"tier":"iron","custom":{"channel":"fax"}}`, PatchOptions{Choices: added}, nil, ""},
		"what it did not":            {`{"custom":{"channel":"telex"}}`, PatchOptions{Choices: added}, []string{"/custom/channel enum"}, ""},
		"new ones, asked for":        {`{"tier":"zinc","custom":{"channel":"telex","home":{"kind":"boat"}}}`, PatchOptions{Choices: added, AllowNewChoices: true}, nil, "tier=zinc custom.channel=telex custom.home.kind=boat"},
		"new to others only":         {`{"tier":"iron","custom":{"channel":"fax"}}`, PatchOptions{Choices: added, AllowNewChoices: true}, nil, ""},
		"other rules still hold":     {`{"custom":{"channel":1,"home":{"kind":"x"}}}`, PatchOptions{AllowNewChoices: true}, []string{"/custom/channel type", "/custom/home/kind too_short"}, ""},
		"removing is no option":      {`{"custom":{"channel":null,"home":null}}`, PatchOptions{}, nil, ""},
		"beside an object elsewhere": {`{"custom":{"home":{"channel":"x"},"kind":"y"},"any":{"channel":"x"}}`, PatchOptions{}, nil, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, faults := m.CheckPatch([]byte(tt.patch), tt.options)
			wantCodes(t, faults, tt.want...)
			d, faults := m.CheckDraft([]byte(tt.patch), Create, tt.options)
			wantCodes(t, faults, tt.want...)
			for _, sets := range [][]Set{p.NewChoices(tt.options.Choices), d.Patch.NewChoices(tt.options.Choices)} {
				var grown []string
				for _, s := range sets {
					grown = append(grown, s.Field.Name+"="+s.Value.(string))
					if s.Pointer != "/"+strings.ReplaceAll(s.Field.Name, ".", "/") {
						t.Errorf("%s is at %s", s.Field.Name, s.Pointer)
					}
				}
				if got := strings.Join(grown, " "); got != tt.grown {
					t.Errorf("new options are %q, not %q", got, tt.grown)
				}
			}
		})
	}
}

func TestAModelListsItsDropDowns(t *testing.T) {
	var names []string
	for _, f := range mustModel(t, everyKind).Extensible() {
		names = append(names, f.Name+":"+strings.Join(f.Choices, "|"))
	}
	want := []string{"tier:basic|gold", "custom.channel:mail|phone", "custom.home.kind:house|flat"}
	if !slices.Equal(names, want) {
		t.Errorf("got %v", names)
	}
	if all := shippedModel(t, "mythic").Extensible(); len(all) > 0 {
		t.Errorf("mythic has %v", all)
	}
	if f := shippedModel(t, "accounts").Extensible(); len(f) != 1 || f[0].Name != "custom.preferredContactMethod" {
		t.Errorf("accounts has %v", f)
	}
}

func TestAnExtensibleFieldMayHaveOtherRules(t *testing.T) {
	m := mustModel(t, "{x-model: shop, type: object, properties: {a: {type: string, enum: [x], not: {const: z}, x-extensible: true}}}")
	for value, want := range map[string]string{"x": "", "y": "", "z": "/a schema"} {
		_, faults := m.CheckPatch([]byte(`{"a":"`+value+`"}`), PatchOptions{AllowNewChoices: true})
		if got := strings.Join(codes(faults), " "); got != want {
			t.Errorf("%s: %s", value, got)
		}
	}
}

func TestTheDigestFollowsWhatMayGrow(t *testing.T) {
	const grows = "{x-model: shop, type: object, properties: {a: {type: object, properties: {b: {type: string, enum: [x], x-extensible: true}}}}}"
	if mustModel(t, grows).Digest == mustModel(t, strings.Replace(grows, "true", "false", 1)).Digest {
		t.Error("a drop-down below an object that no longer grows has the same digest")
	}
}

func TestNewOptionsAreBounded(t *testing.T) {
	m := mustModel(t, everyKind)
	full := make([]string, MaxNewChoices)
	for i := range full {
		full[i] = "option " + strconv.Itoa(i)
	}
	added := func(n int) func(*Field) []string { return func(*Field) []string { return full[:n] } }
	long := strings.Repeat("é", MaxNewChoice)
	for name, tt := range map[string]struct {
		tier  string
		added int
		want  []string
	}{
		"room for one":         {"zinc", MaxNewChoices - 1, nil},
		"no room":              {"zinc", MaxNewChoices, []string{"/custom/channel too_many_options", "/tier too_many_options"}},
		"one that is there":    {"option 5", MaxNewChoices, nil},
		"as long as it may be": {long, 0, nil},
		"too long":             {long + "x", 0, []string{"/custom/channel too_long", "/tier too_long"}},
		"empty":                {"", 0, []string{"/custom/channel too_short", "/tier too_short"}},
		"spaces":               {" \u00a0 ", 0, []string{"/custom/channel too_short", "/tier too_short"}},
	} {
		patch := `{"tier":"` + tt.tier + `","custom":{"channel":"` + tt.tier + `"}}`
		_, faults := m.CheckPatch([]byte(patch), PatchOptions{Choices: added(tt.added), AllowNewChoices: true})
		if got := codes(faults); strings.Join(got, " ") != strings.Join(tt.want, " ") {
			t.Errorf("%s: %v", name, got)
		}
	}
	before := func(*Field) []string { return []string{"", long + long} }
	if _, faults := m.CheckPatch([]byte(`{"tier":"","custom":{"channel":"`+long+long+`"}}`), PatchOptions{Choices: before}); len(faults) > 0 {
		t.Errorf("options from before: %v", faults)
	}
}
