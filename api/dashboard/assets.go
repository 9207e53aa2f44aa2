package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// AssetsPath is the folder of the files that pages refer to.
const AssetsPath = "/admin/assets/"

//go:embed assets
var assetFiles embed.FS

// assets has the content of each file by the name under which it is served, which
// has a hash of the content in it; assetNames has these names by those of the files.
var assets, assetNames = loadAssets()

func loadAssets() (content map[string][]byte, names map[string]string) {
	content, names = map[string][]byte{}, map[string]string{}
	files, err := fs.Glob(assetFiles, "assets/*")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	for _, file := range files {
		text, err := assetFiles.ReadFile(file)
		if err != nil {
			panic(err) // never: the file is part of the program
		}
		base, sum := path.Base(file), sha256.Sum256(text)
		ext := path.Ext(base)
		names[base] = strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:8]) + ext
		content[names[base]] = text
	}
	return content, names
}

// assetPath returns the path of a file of assets.
func assetPath(file string) string { return AssetsPath + assetNames[file] }

// Asset answers with a file that pages refer to, and reports whether there is one of
// that name. The name changes with the content, so browsers keep the file.
func Asset(w http.ResponseWriter, name string) bool {
	content, ok := assets[name]
	if !ok {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content) // a visitor who has left needs no file
	return true
}
