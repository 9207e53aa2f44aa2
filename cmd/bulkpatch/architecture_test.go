package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const architecture = "docs/architecture.md"

var (
	codeSpan    = regexp.MustCompile("`([^`\n]+)`")
	declaration = regexp.MustCompile(`^([a-z]+(?:/[a-z_]+)+\.go): ([A-Za-z]+(?:\.[A-Za-z]+)?)$`)
	aPath       = regexp.MustCompile(`^[a-z]+(/[A-Za-z_.]+)+$`)
	aMethod     = regexp.MustCompile(`^[A-Za-z]+\.[A-Za-z]+$`)
)

// TestTheArchitectureNamesWhatExists looks up each file, folder and declaration
// that docs/architecture.md names.
func TestTheArchitectureNamesWhatExists(t *testing.T) {
	files, named := declarations{}, map[string]bool{}
	var short []string
	for _, span := range codeSpan.FindAllStringSubmatch(document(t, architecture), -1) {
		text := span[1]
		pair := declaration.FindStringSubmatch(text)
		switch {
		case pair != nil:
			named[pair[2]] = true
			if !files.of(t, pair[1])[pair[2]] {
				t.Errorf("%s does not declare %s", pair[1], pair[2])
			}
		case aPath.MatchString(text):
			if _, err := os.Stat("../../" + text); err != nil {
				t.Errorf("it names %s: %v", text, err)
			}
		case aMethod.MatchString(text):
			short = append(short, text)
		case strings.Contains(text, ".go"):
			if text != "file.go: Name" && text != "file.go: Type.Method" {
				t.Errorf("`%s` is neither a path nor a path with a declaration", text)
			}
		}
	}
	if len(named) < 100 {
		t.Fatalf("found only %d declarations in %s", len(named), architecture)
	}
	for _, name := range short {
		if !named[name] {
			t.Errorf("`%s` is nowhere named with its file", name)
		}
	}
}

// declarations are the names that files of the project declare at their top
// level, by the paths of the files.
type declarations map[string]map[string]bool

// of returns the names that one file declares. Methods have the names of their
// types in front.
func (d declarations) of(t *testing.T, path string) map[string]bool {
	t.Helper()
	if d[path] != nil {
		return d[path]
	}
	file, err := parser.ParseFile(token.NewFileSet(), "../../"+path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, decl := range file.Decls {
		for _, name := range namesOf(decl) {
			names[name] = true
		}
	}
	d[path] = names
	return names
}

// namesOf returns the names that a declaration declares.
func namesOf(decl ast.Decl) []string {
	if fn, ok := decl.(*ast.FuncDecl); ok {
		if fn.Recv == nil {
			return []string{fn.Name.Name}
		}
		receiver := fn.Recv.List[0].Type
		if star, ok := receiver.(*ast.StarExpr); ok {
			receiver = star.X
		}
		if of, ok := receiver.(*ast.Ident); ok {
			return []string{of.Name + "." + fn.Name.Name}
		}
		return nil
	}
	var names []string
	for _, spec := range decl.(*ast.GenDecl).Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			names = append(names, s.Name.Name)
		case *ast.ValueSpec:
			for _, name := range s.Names {
				names = append(names, name.Name)
			}
		}
	}
	return names
}

// forTests are the packages that the picture of docs/architecture.md leaves out.
var forTests = []string{"api/apitest", "api/openapitest", "bench", "chaos", "store/pgtest", "store/storetest", "worker/redistest"}

var arrow = regexp.MustCompile(`(?m)^([a-z/]+) +->(.*)$`)

// TestTheArchitecturesPictureIsRight compares the picture with the imports.
func TestTheArchitecturesPictureIsRight(t *testing.T) {
	shown := map[string]string{}
	for _, line := range arrow.FindAllStringSubmatch(document(t, architecture), -1) {
		shown[line[1]] = strings.TrimSpace(line[2])
	}
	for _, p := range goList(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		if slices.Contains(forTests, name) {
			continue
		}
		var imports []string
		for _, i := range p.Imports {
			if own, ok := strings.CutPrefix(i, module+"/"); ok {
				imports = append(imports, own)
			}
		}
		want := strings.Join(imports, ", ")
		if got, ok := shown[name]; !ok || got != want {
			t.Errorf("the picture says %q of %s, which imports %q", got, name, want)
		}
		delete(shown, name)
	}
	for name := range shown {
		t.Errorf("the picture has %s, which does not exist", name)
	}
}
