package dashboard

import (
	"embed"
	"net/http"

	"bulkpatch/api/web"
)

// AssetsPath is the folder of the files that pages refer to. Below it is a folder
// with the version of the files.
const AssetsPath = "/admin/assets/"

//go:embed assets
var assetFiles embed.FS

var assets = web.NewAssets(assetFiles, "assets", AssetsPath)

// AssetPath returns the path of a file of assets, for pages elsewhere that look like
// those of the dashboard. It panics for a file that is not there.
func AssetPath(file string) string { return assets.Path(file) }

// Asset answers with a file that pages refer to, and reports whether this version has
// one of that name. The version changes with the content, so browsers keep the file.
func Asset(w http.ResponseWriter, version, name string) bool { return assets.Serve(w, version, name) }
