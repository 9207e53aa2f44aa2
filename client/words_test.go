package client_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/job"
)

// TestTheConstantsAreTheServersWords compares the constants of each kind with what the
// server has: neither may have one more.
func TestTheConstantsAreTheServersWords(t *testing.T) {
	jobWords := declared(t, "../job")
	waits := jobWords.of("Wait")
	delete(waits, "WaitModel") // users are told WaitWorker
	server := map[string][]string{
		"Kind":     texts(job.Kinds),
		"State":    texts(job.States),
		"Outcome":  texts(job.Outcomes),
		"Action":   jobWords.typed("Action"),
		"Mismatch": jobWords.typed("OnMismatch"),
		"Wait":     slices.Collect(maps.Values(waits)),
		"Reason":   jobWords.keys("titles"),
		"Job":      jobWords.keys("jobErrors"),
		"Scope":    texts(auth.Scopes),
		"Preset":   auth.PresetNames(),
		"Audit":    texts(auth.Actions),
		"Code":     declared(t, "../api/web").keys("problemTypes"),
		"Fault":    append(jobWords.keys("rules"), declared(t, "../api/dashboard/words").keys("faultWords")...),
	}
	client := declared(t, ".")
	for prefix, want := range server {
		got := slices.Sorted(maps.Values(client.of(prefix)))
		slices.Sort(want)
		if len(want) == 0 || !slices.Equal(got, want) {
			t.Errorf("the constants %s… are\n%q, and the server has\n%q", prefix, got, want)
		}
	}
}

// TestTheCodesSayTheirStatus compares the comment of each code with the server's list.
func TestTheCodesSayTheirStatus(t *testing.T) {
	words := declared(t, ".")
	for name, code := range words.of("Code") {
		p, _ := web.ProblemTypeOf(code)
		if want := fmt.Sprintf("%d: %s", p.Status, p.Title); words.comments[name] != want {
			t.Errorf("%s says %q instead of %q", name, words.comments[name], want)
		}
	}
}

// TestEveryExportedNameIsDocumented looks for a comment at each type, function, method and
// group of constants.
func TestEveryExportedNameIsDocumented(t *testing.T) {
	names := 0
	for _, file := range filesOf(t, ".") {
		for _, d := range file.Decls {
			var name, said string
			switch d := d.(type) {
			case *ast.FuncDecl:
				name, said = d.Name.Name, d.Doc.Text()
			case *ast.GenDecl:
				if spec, ok := d.Specs[0].(*ast.TypeSpec); ok {
					name = spec.Name.Name
				} else if spec, ok := d.Specs[0].(*ast.ValueSpec); ok {
					name = spec.Names[0].Name
				}
				said = d.Doc.Text()
			}
			if !ast.IsExported(name) {
				continue
			}
			names++
			if !strings.HasSuffix(strings.TrimSpace(said), ".") && !strings.HasSuffix(strings.TrimSpace(said), ":") {
				t.Errorf("%s is documented as %q", name, said)
			}
		}
	}
	if names < 100 {
		t.Errorf("there are only %d exported names", names)
	}
}

// texts returns words as texts.
func texts[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = string(w)
	}
	return out
}

// declarations are the texts that a package declares.
type declarations struct {
	constants map[string]string
	comments  map[string]string            // behind the constants
	types     map[string]string            // of the constants that have one
	tables    map[string]*ast.CompositeLit // by the names of the variables
}

// declared reads the files of a package.
func declared(t *testing.T, folder string) declarations {
	t.Helper()
	d := declarations{constants: map[string]string{}, comments: map[string]string{}, types: map[string]string{}, tables: map[string]*ast.CompositeLit{}}
	for _, file := range filesOf(t, folder) {
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Names) == 1 && len(spec.Values) == 1 {
				d.add(spec)
			}
			return true
		})
	}
	return d
}

// filesOf parses the files of a package that are no tests.
func filesOf(t *testing.T, folder string) (parsed []*ast.File) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in %s, %v", folder, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		parsed = append(parsed, file)
	}
	return parsed
}

// add adds a constant or a variable.
func (d declarations) add(spec *ast.ValueSpec) {
	name := spec.Names[0].Name
	if table, ok := spec.Values[0].(*ast.CompositeLit); ok {
		d.tables[name] = table
	}
	text, ok := textOf(spec.Values[0])
	if !ok {
		return
	}
	d.constants[name] = text
	d.comments[name] = strings.TrimSpace(spec.Comment.Text())
	if typ, ok := spec.Type.(*ast.Ident); ok {
		d.types[name] = typ.Name
	}
}

// textOf returns the text of a literal.
func textOf(e ast.Expr) (text string, ok bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

// of returns the constants whose names have a prefix.
func (d declarations) of(prefix string) map[string]string {
	out := map[string]string{}
	for name, text := range d.constants {
		if strings.HasPrefix(name, prefix) {
			out[name] = text
		}
	}
	return out
}

// typed returns the constants of a type.
func (d declarations) typed(typ string) []string {
	var list []string
	for name, text := range d.constants {
		if d.types[name] == typ {
			list = append(list, text)
		}
	}
	return list
}

// keys returns the keys of a map, as far as they are literals or constants of the package.
func (d declarations) keys(table string) []string {
	var list []string
	if d.tables[table] == nil {
		return nil
	}
	for _, e := range d.tables[table].Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			text, ok := textOf(pair.Key)
			if name, named := pair.Key.(*ast.Ident); named {
				text, ok = d.constants[name.Name]
			}
			if ok {
				list = append(list, text)
			}
		}
	}
	return list
}
