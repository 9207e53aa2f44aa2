package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
)

// AssetsPath is the folder of the files that pages refer to. Below it is a folder
// with the version of the files.
const AssetsPath = "/admin/assets/"

//go:embed assets
var assetFiles embed.FS

// assets has the content of each file by its name. The version is a hash of all of
// them, so that files may refer to one another by their names.
var assets, assetsVersion = loadAssets()

func loadAssets() (content map[string][]byte, version string) {
	content = map[string][]byte{}
	files, err := fs.Glob(assetFiles, "assets/*")
	if err != nil {
		panic(err) // the pattern is wrong
	}
	sum := sha256.New()
	for _, file := range files { // in the order of their names
		text, err := assetFiles.ReadFile(file)
		if err != nil {
			panic(err) // never: the file is part of the program
		}
		content[path.Base(file)] = text
		sum.Write([]byte(path.Base(file)))
		sum.Write(text)
	}
	return content, hex.EncodeToString(sum.Sum(nil)[:8])
}

// assetPath returns the path of a file of assets.
func assetPath(file string) string {
	if _, ok := assets[file]; !ok {
		panic("there is no asset " + file) // a test opens every page
	}
	return AssetsPath + assetsVersion + "/" + file
}

// Asset answers with a file that pages refer to, and reports whether this version has
// one of that name. The version changes with the content, so browsers keep the file.
func Asset(w http.ResponseWriter, version, name string) bool {
	content, ok := assets[name]
	if !ok || version != assetsVersion {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(content) // a visitor who has left needs no file
	return true
}
