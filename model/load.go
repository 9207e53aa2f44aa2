package model

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

//go:embed shipped/*.yaml
var shippedFiles embed.FS

// A Registry holds the loaded models. It is immutable.
type Registry struct {
	models []*Model
	byName map[string]*Model
}

// Model finds a model by its name.
func (r *Registry) Model(name string) (*Model, bool) {
	m, ok := r.byName[name]
	return m, ok
}

// All lists the models by name.
func (r *Registry) All() []*Model { return slices.Clone(r.models) }

// With returns the registry with one more model.
func (r *Registry) With(m *Model) *Registry { return newRegistry(append(r.All(), m)) }

func newRegistry(models []*Model) *Registry {
	r := &Registry{models: slices.Clone(models), byName: map[string]*Model{}}
	slices.SortFunc(r.models, func(a, b *Model) int { return strings.Compare(a.Name, b.Name) })
	for _, m := range r.models {
		r.byName[m.Name] = m
	}
	return r
}

// A Problem is one fault of a model file.
type Problem struct {
	File   string
	Line   int // from 1; 0 where the file could not be read
	Detail string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Detail
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Detail)
}

// Problems are all faults of some model files. It is an error; its text has
// a line for each.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Load reads the shipped models and every *.yaml and *.yml file in dirs. No two
// models can have the same name, except for an equal copy of a shipped model.
// The error is of type [Problems] and has every problem of every file.
func Load(dirs ...string) (*Registry, error) {
	l := loading{models: Shipped().All(), files: map[string]string{}}
	for _, dir := range dirs {
		files, err := modelFiles(dir)
		if err != nil {
			l.problems = append(l.problems, Problem{File: dir, Detail: "this folder cannot be read"})
		}
		for _, file := range files {
			l.load(file)
		}
	}
	if len(l.problems) > 0 {
		return nil, l.problems
	}
	return newRegistry(l.models), nil
}

// loading gathers the models and problems of several files.
type loading struct {
	models   []*Model
	files    map[string]string // where each user's model is from
	problems Problems
}

func (l *loading) load(file string) {
	src, err := os.ReadFile(file)
	if err != nil {
		l.problems = append(l.problems, Problem{File: file, Detail: "this file cannot be read"})
		return
	}
	m, problems := Check(file, src)
	l.problems = append(l.problems, problems...)
	if m == nil {
		return
	}
	if other, taken := l.files[m.Name]; taken {
		l.problems = append(l.problems, Problem{file, 1, fmt.Sprintf("the name %q is taken by %s", m.Name, other)})
		return
	}
	l.files[m.Name] = file
	// A copy of a shipped file is that model; Check has compared them.
	if _, shipped := Shipped().Model(m.Name); !shipped {
		l.models = append(l.models, m)
	}
}

func modelFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, nil
}

// shipped reads the embedded files once. It panics on a problem in them, which
// the tests would have found.
var shipped = sync.OnceValue(func() *Registry {
	names, err := fs.Glob(shippedFiles, "shipped/*.yaml")
	if err != nil {
		panic(err)
	}
	var models []*Model
	for _, name := range names {
		src, err := shippedFiles.ReadFile(name)
		if err != nil {
			panic(err)
		}
		m, problems := build(path.Base(name), src)
		if len(problems) > 0 {
			panic(Problems(problems).Error())
		}
		models = append(models, m)
	}
	return newRegistry(models)
})

// Shipped returns the models that come with the program: desk, plane,
// clientsuccess, accounts and mythic.
func Shipped() *Registry { return shipped() }

// Check reads one model file and returns all of its problems in the order of the
// lines. The model is nil if there are any. A file with the name of a shipped
// model must mean the same as that one.
func Check(file string, src []byte) (*Model, []Problem) {
	m, problems := build(file, src)
	if m == nil {
		return nil, problems
	}
	if s, ok := Shipped().Model(m.Name); ok && s.Digest != m.Digest {
		return nil, []Problem{{file, 1, fmt.Sprintf("the name %q is taken by a model that comes with the program", m.Name)}}
	}
	return m, nil
}
