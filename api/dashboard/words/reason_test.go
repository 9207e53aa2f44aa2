package words

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"bulkpatch/job"
)

// codeArgument says which argument of a function is a code.
var codeArgument = map[string]int{
	"NewProblem": 0, "BodyFault": 1, "fail": 2, "failParam": 1, "errorf": 0, "reject": 2,
}

// codeTables are the maps whose keys are codes.
var codeTables = []string{"problemTypes", "titles", "jobErrors"}

// codesOfSource collects the codes that the packages of the program give: constants
// Code…, members Code, what is passed as one, and the keys of problemTypes.
func codesOfSource(t *testing.T) map[string]string {
	t.Helper()
	codes := map[string]string{}
	for _, folder := range []string{"../../../job", "../../../filter", "../../../model", "../../../store", "../../../api"} {
		for _, path := range sourceFiles(t, folder) {
			file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				for _, code := range codesOf(n) {
					codes[code] = path
				}
				return true
			})
		}
	}
	return codes
}

// sourceFiles lists the files of a folder that are part of the program.
func sourceFiles(t *testing.T, folder string) (paths []string) {
	t.Helper()
	tests := regexp.MustCompile(`_test\.go$|/(apitest|storetest|pgtest|testdata)/`)
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".go") && !tests.MatchString("/"+path) {
			paths = append(paths, folder+"/"+path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// codesOf returns the codes that stand in one node.
func codesOf(n ast.Node) (codes []string) {
	for _, e := range expressionsOf(n) {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if code, _ := strconv.Unquote(l.Value); codeLike.MatchString(code) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

var codeLike = regexp.MustCompile(`^[a-z]+(_[a-z0-9]+)*$`)

// expressionsOf returns those parts of a node that are codes if they are literals.
func expressionsOf(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.ValueSpec:
		return declaredIn(n)
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && strings.EqualFold(key.Name, "code") {
			return []ast.Expr{n.Value}
		}
	case *ast.CallExpr:
		if at, ok := codeArgument[calledName(n)]; ok && at < len(n.Args) {
			return n.Args[at : at+1]
		}
	case *ast.ReturnStmt:
		if len(n.Results) == 2 {
			return n.Results[:1] // (code, must)
		}
	}
	return nil
}

// declaredIn returns what a declaration has of codes.
func declaredIn(n *ast.ValueSpec) (list []ast.Expr) {
	for i, name := range n.Names[:min(len(n.Names), len(n.Values))] {
		if strings.HasPrefix(name.Name, "Code") || strings.HasPrefix(name.Name, "Wait") {
			list = append(list, n.Values[i])
		}
		if table, ok := n.Values[i].(*ast.CompositeLit); ok && slices.Contains(codeTables, name.Name) {
			for _, e := range table.Elts {
				if pair, ok := e.(*ast.KeyValueExpr); ok {
					list = append(list, pair.Key)
				}
			}
		}
	}
	return list
}

// calledName returns the name of the function that is called.
func calledName(n *ast.CallExpr) string {
	switch f := n.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

func TestEveryCodeHasWords(t *testing.T) {
	codes := codesOfSource(t)
	delete(codes, job.WaitModel) // users are told WaitWorker
	examples := []string{"unique", "changed_since", "secret_not_kept", "max_affected", "no_progress", "enum", "too_many_values",
		"storage_full", "brake", "bulk_only", "no_longer_matches", "filter_too_expensive"}
	for _, code := range examples {
		if codes[code] == "" {
			t.Errorf("the search does not find %s any more", code)
		}
	}
	if len(codes) < 80 {
		t.Errorf("the search finds only %d codes", len(codes))
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		title, advice := Reason(code)
		if title == code || title == "" || strings.HasSuffix(title, ".") || !strings.HasSuffix(advice, ".") {
			t.Errorf("%s of %s has the words %q, %q", code, codes[code], title, advice)
		}
	}
}

func TestCodesOfOtherPlacesHaveWords(t *testing.T) {
	for code, want := range map[string]string{
		"permission_needs_company": "The record has no value in company, which permission needs",
		"confirmToken":             "Other records match than the preview showed",
		"job_gone":                 "The job has expired",
		"of_a_newer\nserver":       `of_a_newer\nserver`,
	} {
		if title, _ := Reason(code); title != want {
			t.Errorf("%s has the title %q", code, title)
		}
	}
	title, why, advice := Wait("brake", "the index is being rebuilt")
	if title != "Held by the brake" || why != "the index is being rebuilt" || advice == "" {
		t.Errorf("the brake: %q, %q, %q", title, why, advice)
	}
}
