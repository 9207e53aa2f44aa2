package api

import (
	"time"

	"bulkpatch/auth"
	"bulkpatch/filter"
	"bulkpatch/job"
	"bulkpatch/model"
	"bulkpatch/model/table"
)

// A limitsJSON is the answer to GET /v1/limits: the limits that hold for the
// caller in this process. Each is the constant or the setting that is enforced.
type limitsJSON struct {
	Requests requestLimits `json:"requests"`
	Rate     rateLimit     `json:"rate"`
	Filters  filterLimits  `json:"filters"`
	Patches  patchLimits   `json:"patches"`
	Computed computeLimits `json:"computed"`
	Options  choiceLimits  `json:"options"`
	Pages    pageLimits    `json:"pages"`
	Queries  queryLimits   `json:"queries"`
	OpenJobs openJobLimits `json:"openJobs"`
	Streams  usedLimit     `json:"streams"` // event streams and long polls of the key
	Imports  importLimits  `json:"imports"`
	Files    fileLimits    `json:"files"`
	Undos    undoLimits    `json:"undos"`
	Keys     keyLimits     `json:"keys"`
	Webhooks webhookLimits `json:"webhooks"`
}

type (
	// A usedLimit is a limit with how much of it is used now.
	usedLimit struct {
		Limit int64 `json:"limit"`
		Used  int64 `json:"used"`
	}
	requestLimits struct {
		BodyBytes      int64 `json:"bodyBytes"` // of a body, unpacked
		LineBytes      int   `json:"lineBytes"` // of a line of an import
		URLBytes       int   `json:"urlBytes"`
		HeaderBytes    int   `json:"headerBytes"`
		WaitSeconds    int   `json:"waitSeconds"` // of ?wait and of Prefer: wait
		NoteCharacters int   `json:"noteCharacters"`
	}
	rateLimit struct {
		CallsPerSecond *int `json:"callsPerSecond"` // of a key; null for any number
	}
	filterLimits struct {
		Bytes      int `json:"bytes"`
		Conditions int `json:"conditions"`
		Values     int `json:"values"`
		Nesting    int `json:"nesting"`
	}
	patchLimits struct {
		Names      int `json:"names"`      // that merge into objects
		ValueBytes int `json:"valueBytes"` // of a field after a merge or a computation
	}
	computeLimits struct {
		Operators  int `json:"operators"`  // of a request
		Pipeline   int `json:"pipeline"`   // operators of one field
		Values     int `json:"values"`     // items of lists and pairs of $map
		Characters int `json:"characters"` // of a text that an operator is given
		Fields     int `json:"fields"`     // that a $format names
	}
	choiceLimits struct {
		Added      int `json:"added"` // to one drop-down by the workspace
		Characters int `json:"characters"`
	}
	pageLimits struct {
		Items int `json:"items"`
		Bytes int `json:"bytes"`
	}
	queryLimits struct {
		Seconds        int `json:"seconds"` // of a list or a count
		PreviewSeconds int `json:"previewSeconds"`
	}
	openJobLimits struct {
		Bulk         usedLimit `json:"bulk"` // all jobs but singles
		Singles      usedLimit `json:"singles"`
		RequestBytes usedLimit `json:"requestBytes"` // of filters and patches
	}
	importLimits struct {
		AtOnce     int   `json:"atOnce"`     // of the key, in this process
		AsideBytes int64 `json:"asideBytes"` // of rows without an id among rows with one
	}
	fileLimits struct {
		Bytes          int64 `json:"bytes"`
		Rows           int64 `json:"rows"`
		Columns        int   `json:"columns"`
		NameCharacters int   `json:"nameCharacters"`
		MatchFields    int   `json:"matchFields"`    // of a file job
		WorkspaceBytes int64 `json:"workspaceBytes"` // of all files of the workspace, as they are stored
		AtOnce         int   `json:"atOnce"`         // uploads of the key, in this process
		LifeSeconds    int   `json:"lifeSeconds"`    // of a file that no job uses
	}
	undoLimits struct {
		IDs int `json:"ids"`
	}
	keyLimits struct {
		Secrets       int `json:"secrets"`       // of a key that work at a time
		Sessions      int `json:"sessions"`      // of a key
		FailedSignIns int `json:"failedSignIns"` // from one address in a minute, in this process
	}
	webhookLimits struct {
		Secret         *string `json:"secret"` // that signs: of the workspace or of the server; null for none, then no job may have a webhook
		URLBytes       int     `json:"urlBytes"`
		TimeoutSeconds int     `json:"timeoutSeconds"` // of one attempt
		RetrySeconds   int     `json:"retrySeconds"`   // since the first attempt, in which failed ones are repeated
		PauseSeconds   int     `json:"pauseSeconds"`   // between the last attempt and one that is asked for
		Attempts       int     `json:"attempts"`       // that are listed
	}
)

// limits shows the limits, and how much of them the caller uses. The count of
// open jobs may be a second old.
func (s *server) limits(c *call) error {
	if err := c.input().err(); err != nil {
		return err
	}
	used, most, err := s.Store.OpenUse(c.ctx(), c.workspace())
	if err != nil {
		return err
	}
	out := s.fixedLimits()
	out.OpenJobs = openJobLimits{
		Bulk:         usedLimit{most.Bulks, used.Bulks},
		Singles:      usedLimit{most.Singles, used.Singles},
		RequestBytes: usedLimit{most.Bytes, used.Bytes},
	}
	signer, err := s.webhookSigner(c)
	if err != nil {
		return err
	}
	out.Webhooks.Secret = textOrNull(signer)
	out.Streams = usedLimit{MaxStreams, s.calls.openStreams(c.key.ID)}
	return c.answer(200, out)
}

// fixedLimits returns the limits that are the same for all callers.
func (s *server) fixedLimits() limitsJSON {
	out := limitsJSON{
		Requests: requestLimits{s.MaxBody, MaxLine, MaxURL, MaxHeaders, seconds(MaxWait), job.MaxNote},
		Filters:  filterLimits{filter.MaxBytes, filter.MaxConditions, filter.MaxValues, filter.MaxDepth},
		Patches:  patchLimits{model.MaxNames, job.MaxValue},
		Computed: computeLimits{model.MaxOperators, model.MaxPipeline, model.MaxComputeValues, model.MaxComputeText, model.MaxFormatParts},
		Options:  choiceLimits{model.MaxNewChoices, model.MaxNewChoice},
		Pages:    pageLimits{maxLimit, job.PageBytes},
		Queries:  queryLimits{seconds(job.QueryLimit), seconds(PreviewLimit)},
		Imports:  importLimits{importsOfKey, maxAside},
		Files: fileLimits{
			s.maxFile(), s.maxFileRows(), table.MaxFileColumns, MaxFileName, maxMatch,
			job.MaxFilesBytes, uploadsOfKey, seconds(job.FileLife),
		},
		Undos:    undoLimits{maxChosenIDs},
		Keys:     keyLimits{auth.MaxSecrets, auth.MaxSessions, maxSignIns},
		Webhooks: webhookLimits{nil, job.MaxWebhook, seconds(job.WebhookTimeout), seconds(job.WebhookPeriod), seconds(job.WebhookPause), job.MaxWebhookTries},
	}
	if s.Rate > 0 {
		out.Rate.CallsPerSecond = &s.Rate
	}
	return out
}

func seconds(d time.Duration) int { return int(d / time.Second) }
