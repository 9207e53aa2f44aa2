package model

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// shopTop begins the files of faultyFiles. It has three lines.
const shopTop = "x-model: shop\ntype: object\nproperties:\n"

// faultyFiles are model files with the problems that they have.
var faultyFiles = map[string]struct {
	yaml string
	want []string // "line: part of the detail", in order
}{
	"broken YAML":                {"x-model: [", []string{"1: did not find"}},
	"no file at all":             {"", []string{"1: the file is empty"}},
	"two documents":              {shopTop + "  a: {type: string}\n---\nb: 1\n", []string{"5: more than one"}},
	"a list":                     {"- a\n", []string{"1: must be a mapping"}},
	"nothing in it":              {"title: x\n", []string{"1: a model needs properties", `1: the type of a record`, "1: x-model is missing"}},
	"a bad name":                 {strings.Replace(shopTop, "shop", "Shop-1", 1) + "  a: {type: string}\n", []string{"1: name must match"}},
	"a reserved name":            {strings.Replace(shopTop, "shop", "jobs", 1) + "  a: {type: string}\n", []string{"1: is reserved"}},
	"a shipped name":             {strings.Replace(shopTop, "shop", "desk", 1) + "  a: {type: string}\n", []string{"1: comes with the program"}},
	"a name given twice":         {shopTop + "  a: {type: string}\n  a: {type: integer}\n", []string{"5: given twice"}},
	"a number as a name":         {shopTop + "  1: {type: string}\n", []string{"3: a model needs properties", "4: must be text"}},
	"a misspelt keyword":         {shopTop + "  a: {type: string, maxLenght: 3}\n", []string{`4: unknown keyword "maxLenght"`}},
	"an unknown x- keyword":      {shopTop + "  a:\n    type: string\n    x-filtrable: true\n", []string{`6: unknown keyword "x-filtrable"`}},
	"an unknown one at the top":  {"x-what: 1\n" + shopTop + "  a: {type: string}\n", []string{`1: unknown keyword "x-what"`}},
	"an x- keyword below":        {shopTop + "  a:\n    type: object\n    properties:\n      b: {type: string, x-indexed: true}\n", []string{"7: may stand only"}},
	"an x- value of a bad type":  {shopTop + "  a: {type: string, x-unique: 1}\n", []string{"4: x-unique must be true or false"}},
	"no such type":               {shopTop + "  a: {type: text}\n", []string{"4: type is not valid JSON Schema"}},
	"a length that is none":      {shopTop + "  a:\n    type: string\n    maxLength: -1\n", []string{"6: maxLength is not valid"}},
	"an unknown format":          {shopTop + "  a: {type: string, format: e-mail}\n", []string{`4: unknown format "e-mail"`}},
	"a bad pattern":              {shopTop + "  a: {type: string, pattern: \"(\"}\n", []string{"4: pattern"}},
	"a pattern of another kind":  {shopTop + "  a: {type: string, pattern: \"(?=a)\"}\n", []string{"4: pattern"}},
	"another dialect":            {"$schema: http://json-schema.org/draft-07/schema#\n" + shopTop + "  a: {type: string}\n", []string{"1: only https://json-schema.org"}},
	"a reference out":            {shopTop + "  a: {$ref: \"https://example.com/x\"}\n", []string{"1: cannot be used", "4: $ref may not stand"}},
	"a rule over several fields": {shopTop + "  a: {type: string}\nallOf: [{required: [a]}]\n", []string{"5: may not stand here"}},
	"more fields":                {shopTop + "  a: {type: string}\nadditionalProperties: true\n", []string{"5: only false"}},
	"required but not there":     {shopTop + "  a: {type: string}\nrequired: [a, b]\n", []string{`5: "b" is required`}},
	"names alike but for case":   {shopTop + "  aB: {type: string}\n  Ab: {type: string}\n", []string{"5: differ only in case"}},
	"filtering by the job":       {shopTop + "  a: {type: string, x-role: lastJobId, x-filterable: true}\n", []string{"4: may not be filtered"}},
	"a name with a dot":          {shopTop + "  a.b: {type: string}\n", []string{"4: must match"}},
	"a name too long":            {shopTop + "  " + strings.Repeat("n", 62) + ": {type: string}\n", []string{"4: too long"}},
	"a nested name with a space": {shopTop + "  a: {type: object, properties: {\"b c\": {type: string}}}\n", []string{"4: must match"}},
	"no type but null":           {shopTop + "  a: {type: \"null\"}\n", []string{"4: always null"}},
	"nothing fits":               {shopTop + "  a: false\n", []string{"4: some value fits"}},
	"a role of a wrong type":     {shopTop + "  a: {type: string, x-role: createdAt}\n", []string{"4: must be of the type date-time"}},
	"an unknown role":            {shopTop + "  a: {type: string, x-role: owner}\n", []string{"4: unknown role"}},
	"a role twice":               {shopTop + "  a: {type: integer, x-role: id}\n  b: {type: integer, x-role: id}\n", []string{"5: two fields have the role id"}},
	"a role's name without it":   {shopTop + "  updatedAt: {type: string}\n", []string{"4: needs x-role: updatedAt"}},
	"id that is not the id":      {shopTop + "  id: {type: string}\n  key: {type: string, x-role: id}\n", []string{`4: "id" must have x-role`}},
	"unique objects":             {shopTop + "  a: {type: object, x-unique: true}\n", []string{"4: cannot be unique"}},
	"an index on a list":         {shopTop + "  a: {type: array, x-indexed: true}\n", []string{"4: cannot be indexed"}},
	"an indexed text too long":   {shopTop + "  a: {type: string, maxLength: 1000, x-indexed: true}\n", []string{"4: at most 600"}},
	"extensible without options": {shopTop + "  a: {type: string, x-extensible: true}\n", []string{"4: enum to extend"}},
	"a secret number":            {shopTop + "  a: {type: integer, x-secret: masked}\n", []string{"4: only text"}},
	"an unknown secrecy":         {shopTop + "  a: {type: string, x-secret: hidden}\n", []string{"4: masked or hashed"}},
	"filtering by a secret":      {shopTop + "  a: {type: string, x-secret: masked, x-filterable: true}\n", []string{"4: guessed"}},
	"open paths of a text":       {shopTop + "  a: {type: string, x-filterable: true, x-open-paths: true}\n", []string{"4: needs an object"}},
	"a list of many to compare":  {shopTop + "  a: {type: array, items: {type: string}, x-filterable: true, x-filter-by: \"0\"}\n", []string{"4: declared path"}},
	"a list of lists to compare": {shopTop + "  a: {type: array, items: {type: array}, maxItems: 1, x-filterable: true, x-filter-by: \"0\"}\n", []string{"4: declared path"}},
	"a path that is not there":   {shopTop + "  a: {type: object, x-filterable: true, x-filter-by: id}\n", []string{"4: declared path"}},
	"extending a list's text":    {shopTop + "  a: {type: array, items: {type: string, enum: [x], x-extensible: true}}\n", []string{"4: x-extensible may stand only"}},
	"extending what is no text":  {shopTop + "  a: {type: object, properties: {b: {type: integer, enum: [1], x-extensible: true}}}\n", []string{"4: needs text with an enum to extend, declared below an object"}},
	"extending without an enum":  {shopTop + "  a: {type: object, properties: {b: {type: string, x-extensible: true}}}\n", []string{"4: needs text with an enum"}},
	"extending below anything":   {shopTop + "  a: {properties: {b: {type: string, enum: [x], x-extensible: true}}}\n", []string{"4: needs text with an enum"}},
	"extending half":             {shopTop + "  a: {type: object, properties: {b: {type: string, enum: [x], x-extensible: 1}}}\n", []string{"4: x-extensible must be true or false"}},
	"another keyword below":      {shopTop + "  a: {type: object, properties: {b: {type: string, x-indexed: true}}}\n", []string{"4: x-indexed may stand only"}},
	"overriding nothing":         {shopTop + "  a: {type: string, x-overrides: []}\n", []string{"4: a list of names"}},
	"overriding what is not":     {shopTop + "  a: {type: string, x-overrides: [b, a]}\n", []string{"4: \"a\" is this field itself", "4: there is no field \"b\""}},
	"overriding in a circle":     {shopTop + "  a: {type: string, x-overrides: [b]}\n  b: {type: string, x-overrides: [a]}\n", []string{"4: \"b\" overrides others", "5: \"a\" overrides others"}},
	"overriding a role":          {shopTop + "  a: {type: string, x-overrides: [n]}\n  n: {type: integer, x-role: version}\n", []string{"4: kept by the store"}},
	"the text of a number":       {shopTop + "  a: {type: string, x-text-of: b}\n  b: {type: integer}\n", []string{"4: only text"}},
	"a unique secret":            {shopTop + "  a: {type: string, x-secret: masked, x-unique: true}\n", []string{"4: confirm a guess"}},
	"a unique write-only value":  {shopTop + "  a: {type: string, writeOnly: true, x-unique: true}\n", []string{"4: confirm a guess"}},
	"a stamp by a secret":        {shopTop + "  a: {type: [string, \"null\"], format: date-time, x-stamped-by: {field: b, value: x}}\n  b: {type: string, writeOnly: true}\n", []string{"4: write-only"}},
	"the text of a secret":       {shopTop + "  a: {type: string, x-text-of: b}\n  b: {type: string, x-secret: masked}\n", []string{"4: a secret would show"}},
	"a text that must be":        {shopTop + "  a: {type: string, default: x, x-text-of: b}\n  b: {type: string}\n", []string{"4: may be null"}},
	"the text of a text":         {shopTop + "  a: {type: string, x-text-of: b}\n  b: {type: string, x-text-of: c}\n  c: {type: string}\n", []string{"4: \"b\" is the text of another"}},
	"half a stamp":               {shopTop + "  a: {type: object, x-stamped-by: {field: b}}\n  b: {type: string}\n", []string{"4: must be {field: NAME, value: VALUE}"}},
	"stamping a text":            {shopTop + "  a: {type: string, x-stamped-by: {field: b, value: x}}\n  b: {type: string}\n", []string{"4: a date-time or an object"}},
	"a stamp of no option":       {shopTop + "  a: {type: object, x-stamped-by: {field: b, value: y}}\n  b: {type: string, enum: [x]}\n", []string{"4: \"b\" refuses this value"}},
	"a stamp of null":            {shopTop + "  a: {type: object, x-stamped-by: {field: b, value: null}}\n  b: {type: string}\n", []string{"4: may not be null"}},
	"a stamp by a list":          {shopTop + "  a: {type: object, x-stamped-by: {field: b, value: [1]}}\n  b: {type: array}\n", []string{"4: \"b\" must be a plain value"}},
	"a stamp that does not fit":  {shopTop + "  a: {type: object, additionalProperties: false, x-stamped-by: {field: b, value: x}}\n  b: {type: string}\n", []string{"4: refuse what would be written"}},
	"a stamp by a stamp":         {shopTop + "  a: {type: object, x-stamped-by: {field: b, value: \"2024-01-01T00:00:00Z\"}}\n  b: {type: string, format: date-time, x-stamped-by: {field: c, value: 1}}\n  c: {type: integer}\n", []string{"4: \"b\" is stamped itself"}},
	"keeping by no option":       {shopTop + "  a: {type: string, enum: [x], x-keeps-updated: [x, y]}\n", []string{"4: \"a\" refuses this value"}},
	"keeping by an object":       {shopTop + "  a: {type: object, x-keeps-updated: [{}]}\n", []string{"4: \"a\" must be a plain value"}},
	"needing what is not":        {shopTop + "  a: {type: string, x-needs: b}\n", []string{"4: there is no field \"b\""}},
	"needing a list":             {shopTop + "  a: {type: string, x-needs: [b]}\n", []string{"4: x-needs must be text"}},
	"a text that takes days":     {shopTop + "  a: {type: string, x-takes-date: true}\n", []string{"4: needs a date-time"}},
	"an unknown generator":       {shopTop + "  a: {type: string, x-generate: ulid}\n", []string{"4: sequence, uuid, slug or hex"}},
	"a sequence of texts":        {shopTop + "  a: {type: string, x-generate: sequence}\n", []string{"4: values of the type integer"}},
	"a generator against rules":  {shopTop + "  a: {type: string, maxLength: 8, x-generate: uuid}\n", []string{"4: refuse what would be generated"}},
	"a prefix of nothing":        {shopTop + "  a: {type: string, x-prefix: p_}\n", []string{"4: needs x-generate"}},
	"a default against rules":    {shopTop + "  a: {type: string, enum: [x], default: y}\n", []string{"4: default breaks"}},
	"an enum that forgets null":  {shopTop + "  a: {type: [string, \"null\"], enum: [x]}\n", []string{"4: add null"}},
	"a rule no merge can keep":   {shopTop + "  a: {type: object, minProperties: 1}\n", []string{"4: minProperties may not stand"}},
	"required, but from nobody":  {shopTop + "  a: {type: string, readOnly: true}\nrequired: [a]\n", []string{"4: nothing can give"}},
	"an alias of what holds it":  {shopTop + "  a: &x {type: object, properties: {b: *x}}\n", []string{"4: nests too deep"}},
	"several at once, by line": {
		"x-model: jobs\ntype: array\nproperties:\n  a: {type: strin}\n  b: {type: string, x-bad: 1}\n  c: {type: object, x-unique: true}\n",
		[]string{"1: reserved", "2: the type of a record", "4: type is not valid", "5: x-bad", "6: unique"},
	},
}

func TestEveryFaultOfAFileIsNamedWithItsLine(t *testing.T) {
	for name, tt := range faultyFiles {
		t.Run(name, func(t *testing.T) {
			m, problems := Check("shop.yaml", []byte(tt.yaml))
			if m != nil {
				t.Fatal("got a model")
			}
			ok := len(problems) == len(tt.want)
			for i := 0; ok && i < len(problems); i++ {
				line, part, _ := strings.Cut(tt.want[i], ": ")
				ok = fmt.Sprint(problems[i].Line) == line && strings.Contains(problems[i].Detail, part) && problems[i].File == "shop.yaml"
			}
			if !ok {
				t.Errorf("got\n%v\nwant\n%s", Problems(problems), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestAModelGetsTheRolesItsFileLeavesOut(t *testing.T) {
	m := mustModel(t, "x-model: shop\ntype: object\nproperties:\n  key: {type: string, x-role: id}\n  made: {type: string, format: date-time, x-role: createdAt}\n")
	want := []string{"key", "made", "version", "updatedAt", "lastJobId"}
	columns := []string{"id", "created_at", "version", "updated_at", "last_job"}
	for i, f := range m.Fields {
		if f.Index != i || f.Name != want[i] || f.Column != columns[i] {
			t.Errorf("field %d: %d %s %s", i, f.Index, f.Name, f.Column)
		}
	}
	for role, name := range map[Role]string{RoleID: "key", RoleVersion: "version", RoleCreatedAt: "made", RoleUpdatedAt: "updatedAt", RoleLastJob: "lastJobId"} {
		if f := m.Role(role); f.Name != name || !f.ReadOnly || f.Nullable != (role == RoleLastJob) {
			t.Errorf("role %s: %+v", role, f)
		}
	}
	if f := m.Role(RoleID); f.Generate != "slug" || f.rule.maxLength != maxKey {
		t.Errorf("id: generated %q, at most %d", f.Generate, f.rule.maxLength)
	}
}

func TestTheDigestFollowsTheMeaningOfAFile(t *testing.T) {
	const base = "x-model: shop\ntype: object\nproperties:\n  title: {type: string, description: one}\n"
	digest := mustModel(t, base).Digest
	same := "# remark\nproperties:\n  title: {description: another, title: T, x-vendor-name: t, type: string}\ntype: object\nx-model: shop\nx-vendor: {paths: [a]}\n"
	if got := mustModel(t, same).Digest; got != digest {
		t.Error("a remark changed the digest")
	}
	for _, other := range []string{
		strings.Replace(base, "string", "integer", 1),
		strings.Replace(base, "title:", "name:", 1),
		strings.Replace(base, "type: string", "type: string, x-indexed: true", 1),
		strings.Replace(base, "shop", "shop2", 1),
	} {
		if mustModel(t, other).Digest == digest {
			t.Errorf("the digest did not change with\n%s", other)
		}
	}
}

func TestLoadTakesSeveralFoldersAndNamesAllFaultsAtOnce(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	write := func(dir, name, src string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	model := func(name string) string {
		return "x-model: " + name + "\ntype: object\nproperties:\n  a: {type: string}\n"
	}
	write(one, "shop.yaml", model("shop"))
	write(two, "club.yml", model("club"))
	write(two, "notes.txt", "not a model")
	r, err := Load(one, two)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, m := range r.All() {
		names = append(names, m.Name)
	}
	if got := strings.Join(names, " "); got != "accounts clientsuccess club desk mythic plane shop" {
		t.Errorf("models: %s", got)
	}

	bad := write(one, "z.yaml", "x-model: 1\n")
	again := write(two, "shop2.yaml", model("shop"))
	taken := write(two, "x.yaml", model("desk"))
	_, err = Load(one, two, filepath.Join(two, "none"))
	var problems Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{bad + ":1:", again + ":1: the name \"shop\" is taken by " + filepath.Join(one, "shop.yaml"), taken + ":1:", "none: this folder cannot be read"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in\n%v", part, err)
		}
	}
}

func TestTheExampleOfTheReadmeIsAModel(t *testing.T) {
	readme, err := os.ReadFile("shipped/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(readme), "```yaml\n")
	example, _, ok := strings.Cut(rest, "```")
	if !ok {
		t.Fatal("there is no example")
	}
	m := mustModel(t, example)
	for _, keywords := range []map[string]xType{xFile, xField} {
		for name := range keywords {
			if !strings.Contains(string(readme), "| `"+name+"` |") {
				t.Errorf("%s is not explained", name)
			}
		}
	}
	if f := field(t, m, "tier"); !f.Extensible || !f.Indexed || !f.Filterable || f.Default != "basic" {
		t.Errorf("tier: %+v", f)
	}
}
