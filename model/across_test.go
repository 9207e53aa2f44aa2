package model

import (
	"slices"
	"strings"
	"testing"
)

// setsOf writes sets as "field=value" in their order.
func setsOf(sets []Set) string {
	var words []string
	for _, s := range sets {
		text := s.Field.Name + "=" + string(s.Field.AppendJSON(nil, s.Value))
		if s.Now {
			text = s.Field.Name + "=now"
		}
		if s.When != nil {
			text += "@" + s.When.Name
		}
		words = append(words, text)
	}
	return strings.Join(words, " ")
}

func TestRulesAcrossFieldsSettleWhatIsGivenTogether(t *testing.T) {
	m := mustModel(t, everyKind)
	tests := map[string]struct{ given, want string }{
		"an id puts its titles aside":      {`{"kindTitle":"t","kindId":0,"kindNote":null,"count":1}`, `count=1 kindId=0`},
		"null puts nothing aside":          {`{"kindTitle":"t","kindId":null}`, `kindId=null kindTitle="t"`},
		"a title alone":                    {`{"kindTitle":"t"}`, `kindTitle="t"`},
		"HTML gives its text":              {`{"markup":"<p>a &amp; <b>b</b></p>"}`, `markup="<p>a &amp; <b>b</b></p>" plain="a & b"`},
		"a text that is given stays":       {`{"markup":"<p>a</p>","plain":"b"}`, `markup="<p>a</p>" plain="b"`},
		"a text that is cleared stays so":  {`{"markup":"<p>a</p>","plain":null}`, `markup="<p>a</p>" plain=null`},
		"no HTML has no text":              {`{"markup":null}`, `markup=null plain=null`},
		"empty HTML has no text":           {`{"markup":""}`, `markup="" plain=null`},
		"HTML without text has empty text": {`{"markup":"<br>"}`, `markup="<br>" plain=""`},
		"a day is an instant":              {`{"due":"2024-02-29"}`, `due="2024-02-29T00:00:00Z"`},
		"a need that is met":               {`{"owner":{"id":1},"rights":"own"}`, `owner={"id":1} rights="own"`},
		"clearing needs nothing":           {`{"owner":null,"rights":null}`, `owner=null rights=null`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, faults := m.CheckPatch([]byte(tt.given), PatchOptions{})
			wantCodes(t, faults)
			if got := setsOf(p.Sets); got != tt.want {
				t.Errorf("a patch sets %s, not %s", got, tt.want)
			}
			d, faults := m.CheckDraft([]byte(tt.given), Create)
			wantCodes(t, faults)
			if got := setsOf(d.Patch.Sets); got != tt.want {
				t.Errorf("a draft sets %s, not %s", got, tt.want)
			}
		})
	}
}

func TestAnImportRestoresWhatStoodTogether(t *testing.T) {
	m := mustModel(t, everyKind)
	d, faults := m.CheckDraft([]byte(`{"kindId":1,"kindTitle":"t","markup":"<p>a</p>"}`), Import)
	wantCodes(t, faults)
	const want = `kindId=1 kindTitle="t" markup="<p>a</p>" plain="a"`
	if got := setsOf(d.Patch.Sets); got != want {
		t.Errorf("sets %s, not %s", got, want)
	}
	d, faults = m.CheckDraft([]byte(`{"name":"ab","profile":{"kind":"k"},"owner":null,"rights":"own"}`), Import)
	wantCodes(t, append(faults, m.MissingFor(d)...))
	d, faults = m.CheckRow(columns(t, m, "kindId", "kindTitle", "markup"), cells("1", "t", "<p>a</p>"))
	wantCodes(t, faults)
	if got := setsOf(d.Patch.Sets); got != want {
		t.Errorf("a row sets %s, not %s", got, want)
	}
}

func TestRulesAcrossFieldsRefuse(t *testing.T) {
	m := mustModel(t, everyKind)
	tests := map[string]struct {
		given        string
		patch, draft []string // faults; of the draft with those of a new record
	}{
		"a need that is cleared":     {`{"owner":null,"rights":"own"}`, []string{"/rights rights_needs_owner"}, []string{"/rights rights_needs_owner"}},
		"a need that is left open":   {`{"rights":"own"}`, nil, []string{"/rights rights_needs_owner"}},
		"a text that is too long":    {`{"markup":"<p>` + strings.Repeat("a", 21) + `</p>"}`, []string{"/markup too_long"}, []string{"/markup too_long"}},
		"what is put aside is right": {`{"kindId":1,"kindTitle":2}`, []string{"/kindTitle type"}, []string{"/kindTitle type"}},
		"no day":                     {`{"due":"2023-02-29"}`, []string{"/due format"}, []string{"/due format"}},
		"a day of another field":     {`{"seen":"2024-02-29"}`, []string{"/seen format"}, []string{"/seen format"}},
		"a stamp":                    {`{"offAt":"2024-02-29T00:00:00Z"}`, []string{"/offAt read_only"}, []string{"/offAt read_only"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, faults := m.CheckPatch([]byte(tt.given), PatchOptions{})
			wantCodes(t, faults, tt.patch...)
			d, faults := m.CheckDraft([]byte(tt.given), Create)
			if len(faults) == 0 {
				faults = slices.DeleteFunc(m.MissingFor(d), func(f Fault) bool { return f.Code == CodeRequired })
			}
			wantCodes(t, faults, tt.draft...)
		})
	}
}

func TestStampsComeWithTheirValue(t *testing.T) {
	m := mustModel(t, everyKind)
	tests := map[string]struct {
		given string
		actor int64
		want  string
	}{
		"the value stamps":     {`{"state":"off"}`, 7, `state="off" offAt=now@state offBy={"id":7,"type":"users"}@state`},
		"nobody asked":         {`{"state":"off"}`, 0, `state="off" offAt=now@state offBy=null@state`},
		"another value clears": {`{"state":"on"}`, 7, `state="on" offAt=null@state offBy=null@state`},
		"other fields do not":  {`{"name":"ab"}`, 7, `name="ab"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p, faults := m.CheckPatch([]byte(tt.given), PatchOptions{})
			wantCodes(t, faults)
			stamped := p.Stamped(m, tt.actor)
			if got := setsOf(stamped.Sets); got != tt.want {
				t.Errorf("sets %s, not %s", got, tt.want)
			}
			if got := setsOf(stamped.Stamped(m, 9).Sets); got != tt.want {
				t.Errorf("stamped twice it sets %s", got)
			}
			if got := string(stamped.Display()); got != tt.given {
				t.Errorf("shown as %s", got)
			}
			back, err := m.UnmarshalStored(stamped.MarshalStored())
			if err != nil {
				t.Fatal(err)
			}
			sameSets(t, back.Sets, stamped.Sets)
		})
	}
	d, faults := m.CheckDraft([]byte(`{"state":"off","offAt":null,"offBy":{"id":3}}`), Import)
	wantCodes(t, faults)
	if got := setsOf(d.Patch.Stamped(m, 7).Sets); got != `state="off" offAt=null offBy={"id":3}` {
		t.Errorf("stamps that are given become %s", got)
	}
}

func TestTextOfHTML(t *testing.T) {
	tests := map[string]string{
		"plain":                               "plain",
		"a &lt; b &amp;amp; &euro;&#33;":      "a < b &amp; €!",
		"<p>a</p><p>b</p>":                    "ab",
		"a<br/>b<img alt='x > y'>c":           "abc",
		"<style>p{}</style>a<!-- b --><i>c":   "ac",
		"<script>if (a<b) x('</p>')</script>": "",
		"a < b and <":                         "a < b and <",
		"é <ü> \u00a0":                        "é <ü> \u00a0",
		"&#0;&unknown;":                       "\uFFFD&unknown;",
		"line\r\nbreak":                       "line\nbreak",
	}
	for markup, want := range tests {
		if got := textOf(markup); got != want {
			t.Errorf("%q has the text %q, not %q", markup, got, want)
		}
	}
}

func TestShippedRulesAcrossFields(t *testing.T) {
	desk := shippedModel(t, "desk")
	p, _ := desk.CheckPatch([]byte(`{"state":"deleted"}`), PatchOptions{})
	if got := setsOf(p.Stamped(desk, 5).Sets); got != `state="deleted" deletedAt=now@state deletedBy={"id":5,"type":"users"}@state` {
		t.Errorf("desk: %s", got)
	}
	if f := field(t, desk, "permission"); f.NeedsCode() != "permission_needs_company" {
		t.Error(f.NeedsCode())
	}
	if f := field(t, desk, "state"); !slices.Equal(f.KeepsUpdated, []any{"deleted"}) {
		t.Errorf("%v", f.KeepsUpdated)
	}
	p, _ = shippedModel(t, "plane").CheckPatch([]byte(`{"description_html":"<p>x</p>","archived_at":"2024-01-02"}`), PatchOptions{})
	if got := setsOf(p.Sets); got != `description_html="<p>x</p>" description_stripped="x" archived_at="2024-01-02T00:00:00Z"` {
		t.Errorf("plane: %s", got)
	}
	p, _ = shippedModel(t, "clientsuccess").CheckPatch([]byte(`{"clientTypeId":1,"clientTypeTitle":"x"}`), PatchOptions{})
	if got := setsOf(p.Sets); got != `clientTypeId=1` {
		t.Errorf("clientsuccess: %s", got)
	}
}

func TestRulesAcrossFieldsArePartOfTheDigest(t *testing.T) {
	const base = "{x-model: shop, type: object, properties: {a: {type: string}, b: {type: [string, 'null']}, at: {type: [string, 'null'], format: date-time}}}"
	seen := map[string]string{}
	for _, change := range [][2]string{
		{"", ""}, {"a: {", "a: {x-overrides: [b], "}, {"b: {", "b: {x-text-of: a, "}, {"at: {", "at: {x-stamped-by: {field: a, value: x}, "},
		{"at: {", "at: {x-stamped-by: {field: a, value: y}, "}, {"a: {", "a: {x-keeps-updated: [x], "}, {"a: {", "a: {x-needs: b, "}, {"at: {", "at: {x-takes-date: true, "},
	} {
		digest := mustModel(t, strings.Replace(base, change[0], change[1], 1)).Digest
		if other, taken := seen[digest]; taken {
			t.Errorf("%q and %q have one digest", change[1], other)
		}
		seen[digest] = change[1]
	}
}
