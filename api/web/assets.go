package web

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
)

// Assets are the files that pages refer to. Their paths have a version, which is a hash
// of all of them: browsers may keep what they have, and files may refer to one another
// by their names.
type Assets struct {
	root, version string
	content       map[string][]byte
}

// NewAssets returns the files of one folder of an embedded file system. root is the path
// below which they are served, with a slash at its end. It panics if the folder cannot be
// read, which is a mistake in the program.
func NewAssets(files fs.ReadFileFS, folder, root string) *Assets {
	a := &Assets{root: root, content: map[string][]byte{}}
	names, err := fs.Glob(files, folder+"/*")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	sum := sha256.New()
	for _, name := range names { // in the order of their names
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err) // never: the file is part of the program
		}
		a.content[path.Base(name)] = text
		sum.Write([]byte(path.Base(name)))
		sum.Write(text)
	}
	a.version = hex.EncodeToString(sum.Sum(nil)[:8])
	return a
}

// Path returns the path of a file. It panics for a file that is not there; each package
// with pages has a test that opens all of them.
func (a *Assets) Path(file string) string {
	if _, ok := a.content[file]; !ok {
		panic("there is no asset " + file)
	}
	return a.root + a.version + "/" + file
}

// Serve answers with a file, and reports whether this version has one of that name.
func (a *Assets) Serve(w http.ResponseWriter, version, name string) bool {
	content, ok := a.content[name]
	if !ok || version != a.version {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content) // a visitor who has left needs no file
	return true
}
