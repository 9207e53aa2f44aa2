package dashboard

import (
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"bulkpatch/auth"
	"bulkpatch/client"
)

// keysShown is how many keys a page lists.
const keysShown = 200

// endsSoon is how long before its end a key is marked.
const endsSoon = 7 * 24 * time.Hour

// A keysPage lists the keys that the visitor manages, with a form for another one.
type keysPage struct {
	Everywhere bool // they are of all workspaces
	Search     string
	Revoked    bool // a key has just been revoked
	Rows       []keyRow
	Next       string // path of the next page, "" for none
	First      string // path of the first page, "" on it
	Form       keyForm
	Webhooks   webhookSigner
}

// A keyRow is a key as pages show it.
type keyRow struct {
	client.Key
	Rights rights
	Own    bool          // the visitor is signed in with it
	Left   time.Duration // until it ends by itself
}

// EndsSoon reports whether the key ends by itself before long.
func (r keyRow) EndsSoon() bool { return r.ExpiresAt != nil && r.Left < endsSoon }

// Path is the folder of the pages about the key.
func (r keyRow) Path() string { return keyPath(r.ID) }

// Entries is the path of what was done with the key.
func (r keyRow) Entries() string {
	return withQuery(AuditPath, url.Values{"key": {strconv.FormatInt(r.ID, 10)}})
}

func keyPath(id int64) string { return KeysPath + "/" + strconv.FormatInt(id, 10) }

func (d *Dashboard) keyRowOf(v *Visit, k client.Key) keyRow {
	row := keyRow{Key: k, Rights: rightsOf(k.Scopes), Own: k.ID == v.Key.ID}
	if k.ExpiresAt != nil {
		row.Left = k.ExpiresAt.Sub(d.now())
	}
	return row
}

// Keys answers with the page that lists the live keys.
func (d *Dashboard) Keys(v *Visit) error {
	page := keysPage{Everywhere: managesAll(v), Search: v.query("q"), Revoked: v.query("done") == "revoked"}
	if v.query("cursor") != "" {
		page.First = withQuery(KeysPath, url.Values{"q": {page.Search}})
	}
	page.Form = newKeyForm(v)
	if err := d.fillKeys(v, &page); err != nil {
		return err
	}
	var err error
	if page.Webhooks, err = v.webhookSigner(); err != nil {
		return err
	}
	f := d.visited(v, "Keys", KeysPath, page)
	f.Styles = []string{adminStyle}
	return show(v, http.StatusOK, "keys", f)
}

// fillKeys reads the keys of a page that lists them, and offers their workspaces to
// who may choose one for a new key.
func (d *Dashboard) fillKeys(v *Visit, page *keysPage) error {
	workspaces := map[string]bool{}
	few := 0 // where only some fit, they are looked for among all
	if page.Search == "" {
		few = keysShown + 1
	}
	for k, err := range keysAfter(v, v.query("cursor"), few) {
		if err != nil {
			return err
		}
		if !keyContains(k, page.Search) {
			continue
		}
		if len(page.Rows) == keysShown {
			last := strconv.FormatInt(page.Rows[keysShown-1].ID, 10)
			page.Next = withQuery(KeysPath, url.Values{"q": {page.Search}, "cursor": {last}})
			break
		}
		page.Rows = append(page.Rows, d.keyRowOf(v, k))
		workspaces[k.Workspace] = true
	}
	page.Form.offer(workspaces)
	return nil
}

// managesAll reports whether the visitor manages the keys of all workspaces.
func managesAll(v *Visit) bool { return v.Key.Workspace.Name == auth.MainWorkspace }

// keysAfter reads the keys that the visitor manages, in the order of their ids, from
// behind a cursor on, so many at a time, or with 0 as many as the API gives. The cursor
// is the id of the last key before.
func keysAfter(v *Visit, cursor string, atATime int) iter.Seq2[client.Key, error] {
	query := url.Values{}
	if atATime > 0 {
		query.Set("limit", strconv.Itoa(atATime))
	}
	return func(yield func(client.Key, error) bool) {
		for {
			var page struct {
				Items      []client.Key `json:"items"`
				NextCursor string       `json:"nextCursor"`
			}
			query.Set("cursor", cursor)
			if err := v.Get(target(query, "v1", "keys"), &page); err != nil {
				yield(client.Key{}, err)
				return
			}
			for _, k := range page.Items {
				if !yield(k, nil) {
					return
				}
			}
			if cursor = page.NextCursor; cursor == "" {
				return
			}
		}
	}
}

// keyContains reports whether a key has a text in what people know it by, whatever
// the case of its letters.
func keyContains(k client.Key, text string) bool {
	text = strings.ToLower(text)
	return text == strconv.FormatInt(k.ID, 10) || slices.ContainsFunc([]string{k.Name, k.Person, k.Workspace, k.Hint}, func(s string) bool {
		return strings.Contains(strings.ToLower(s), text)
	})
}
