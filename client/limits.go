package client

import (
	"context"
	"net/http"
)

// Limits are what the server accepts, and how much of it the caller uses now. Limits
// that a server adds later are left out.
type Limits struct {
	Requests struct {
		BodyBytes      int64 `json:"bodyBytes"` // of a body, unpacked
		LineBytes      int64 `json:"lineBytes"` // of a line of an import
		URLBytes       int64 `json:"urlBytes"`
		HeaderBytes    int64 `json:"headerBytes"`
		WaitSeconds    int64 `json:"waitSeconds"`
		NoteCharacters int64 `json:"noteCharacters"`
	} `json:"requests"`
	Rate struct {
		CallsPerSecond *int64 `json:"callsPerSecond"` // of the key in one process; nil for any number
	} `json:"rate"`
	Filters struct {
		Bytes      int64 `json:"bytes"`
		Conditions int64 `json:"conditions"`
		Values     int64 `json:"values"`
		Nesting    int64 `json:"nesting"`
	} `json:"filters"`
	Patches struct {
		Names      int64 `json:"names"`      // that merge into objects
		ValueBytes int64 `json:"valueBytes"` // of a field after a merge or a computation
	} `json:"patches"`
	Computed struct {
		Operators  int64 `json:"operators"`  // of a request
		Pipeline   int64 `json:"pipeline"`   // operators of one field
		Values     int64 `json:"values"`     // items of lists and pairs of $map
		Characters int64 `json:"characters"` // of a text that an operator is given
		Fields     int64 `json:"fields"`     // that a $format names
	} `json:"computed"`
	Options struct {
		Added      int64 `json:"added"` // to one drop-down by the workspace
		Characters int64 `json:"characters"`
	} `json:"options"`
	Pages struct {
		Items int64 `json:"items"`
		Bytes int64 `json:"bytes"`
	} `json:"pages"`
	Queries struct {
		Seconds        int64 `json:"seconds"` // of a list or a count
		PreviewSeconds int64 `json:"previewSeconds"`
	} `json:"queries"`
	OpenJobs struct {
		Bulk         UsedLimit `json:"bulk"` // all jobs of the workspace but singles
		Singles      UsedLimit `json:"singles"`
		RequestBytes UsedLimit `json:"requestBytes"` // of their filters and patches
	} `json:"openJobs"`
	Streams UsedLimit `json:"streams"` // event streams and long polls of the key, in one process
	Imports struct {
		AtOnce     int64 `json:"atOnce"`     // of the key, in one process
		AsideBytes int64 `json:"asideBytes"` // of rows without an id among rows with one
	} `json:"imports"`
	Files struct {
		Bytes          int64 `json:"bytes"` // of a file, unpacked
		Rows           int64 `json:"rows"`
		Columns        int64 `json:"columns"`
		NameCharacters int64 `json:"nameCharacters"`
		MatchFields    int64 `json:"matchFields"`    // of a file job
		WorkspaceBytes int64 `json:"workspaceBytes"` // of all files, as they are stored
		AtOnce         int64 `json:"atOnce"`         // uploads of the key, in one process
		LifeSeconds    int64 `json:"lifeSeconds"`    // of a file that no job uses
	} `json:"files"`
	Undos struct {
		IDs int64 `json:"ids"`
	} `json:"undos"`
	Keys struct {
		Secrets       int64 `json:"secrets"`       // of a key that work at a time
		Sessions      int64 `json:"sessions"`      // of a key
		FailedSignIns int64 `json:"failedSignIns"` // from one address in a minute, in one process
	} `json:"keys"`
	Webhooks struct {
		Secret         string `json:"secret"` // that signs: of the "workspace" or of the "server"; "" for none, then no job may have a webhook
		URLBytes       int64  `json:"urlBytes"`
		TimeoutSeconds int64  `json:"timeoutSeconds"` // of one attempt
		RetrySeconds   int64  `json:"retrySeconds"`   // since the first attempt, in which failed ones are repeated
		PauseSeconds   int64  `json:"pauseSeconds"`   // between the last attempt and one that is asked for
		Attempts       int64  `json:"attempts"`       // that are listed
	} `json:"webhooks"`
}

// A UsedLimit is a limit, and how much of it is used now.
type UsedLimit struct {
	Limit int64 `json:"limit"`
	Used  int64 `json:"used"`
}

// Limits reads the limits that hold for the client's key.
func (c *Client) Limits(ctx context.Context) (Limits, error) {
	var l Limits
	_, err := c.json(ctx, call{method: http.MethodGet, path: "/v1/limits"}, &l)
	return l, err
}
