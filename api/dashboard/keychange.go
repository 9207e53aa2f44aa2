package dashboard

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/client"
)

// A madeKey is the answer to a call that makes a secret.
type madeKey struct {
	client.Key
	Secret string `json:"secret"`
}

// A secretPage shows a secret, once.
type secretPage struct {
	Title  string
	Secret string
	Key    keyRow
	Former string // what becomes of the former secret, a sentence; "" for a new key
}

func (d *Dashboard) showSecret(v *Visit, title, former string, made madeKey) error {
	page := secretPage{Title: title, Secret: made.Secret, Key: d.keyRowOf(v, made.Key), Former: former}
	f := d.visited(v, title, KeysPath, page)
	f.Styles, f.Scripts = []string{adminStyle}, []string{"copy.js"}
	return show(v, http.StatusOK, "keysecret", f)
}

// CreateKey takes the form for a new key, and shows its secret.
func (d *Dashboard) CreateKey(v *Visit) error {
	form := takeKeyForm(v)
	request := form.request(d.now())
	if len(form.Faults) > 0 {
		return d.askAgain(v, form)
	}
	var made madeKey
	_, err := v.Send(http.MethodPost, "/v1/keys", request, &made)
	var p *web.Problem
	if errors.As(err, &p) && p.Status < http.StatusInternalServerError && p.Code != "missing_scope" {
		form.refuse(p)
		return d.askAgain(v, form)
	}
	if err != nil {
		return err
	}
	return d.showSecret(v, "The key is created", "", made)
}

// keyOfPath reads the key that the page's path names.
func keyOfPath(v *Visit) (client.Key, error) {
	id, err := strconv.ParseInt(v.Request.PathValue("key"), 10, 64)
	if err != nil || id <= 0 {
		return client.Key{}, errNoKey
	}
	for k, err := range keysAfter(v, strconv.FormatInt(id-1, 10), 1) {
		switch {
		case err != nil || k.ID == id:
			return k, err
		case k.ID > id:
			return client.Key{}, errNoKey
		}
	}
	return client.Key{}, errNoKey
}

var errNoKey = web.NewProblem("key_not_found", "There is no key with this id, or it has ended.")

// A rotation is the page that asks before a key gets another secret.
type rotation struct {
	Key      keyRow
	Overlaps []choice
	Wrong    string // why the last try did nothing, a sentence; "" for none
}

// overlaps lists how many seconds the former secret may go on working, with a day at first: time to bring the new secret to all
// who use the key.
func overlaps() []choice {
	return []choice{
		{"0", "Not at all: it ends now", false},
		{"3600", "1 hour", false},
		{"86400", "24 hours", true},
		{strconv.Itoa(int(auth.MaxOverlap / time.Second)), "7 days", false},
	}
}

// AskRotateKey answers with the page that asks before a key is rotated.
func (d *Dashboard) AskRotateKey(v *Visit) error {
	k, err := keyOfPath(v)
	if err != nil {
		return err
	}
	return d.askRotation(v, http.StatusOK, rotation{Key: d.keyRowOf(v, k), Overlaps: overlaps()})
}

func (d *Dashboard) askRotation(v *Visit, status int, page rotation) error {
	f := d.visited(v, "Rotate the key "+page.Key.Name, KeysPath, page)
	f.Styles = []string{adminStyle}
	return show(v, status, "keyrotate", f)
}

// RotateKey takes that page's form, and shows the new secret.
func (d *Dashboard) RotateKey(v *Visit) error {
	seconds, err := strconv.ParseInt(v.Form.Get("overlap"), 10, 64)
	if err != nil {
		if _, err := keyOfPath(v); err != nil {
			return err
		}
		return web.NewProblem("invalid_request", "Choose how long the former secret goes on working.")
	}
	var made madeKey
	_, err = v.Send(http.MethodPost, target(nil, "v1", "keys", v.Request.PathValue("key"), "rotate"), map[string]int64{"overlapSeconds": seconds}, &made)
	var p *web.Problem
	if errors.As(err, &p) && p.Code == "too_many_secrets" {
		return d.rotationRefused(v)
	}
	if err != nil {
		return err
	}
	return d.showSecret(v, "The key has a new secret", formerSecret(v, seconds, made.ID), made)
}

// rotationRefused asks again, and says that too many secrets of the key work.
func (d *Dashboard) rotationRefused(v *Visit) error {
	k, err := keyOfPath(v)
	if err != nil {
		return err
	}
	wrong := fmt.Sprintf("%d secrets of this key work already, which is the limit. Wait until one of them ends, or end all of them now.", auth.MaxSecrets)
	return d.askRotation(v, http.StatusConflict, rotation{Key: d.keyRowOf(v, k), Overlaps: overlaps(), Wrong: wrong})
}

// formerSecret says what becomes of the former secret.
func formerSecret(v *Visit, seconds, key int64) string {
	text := "The former secret has ended, and what it had open ends within a second."
	if seconds > 0 {
		text = "The former secret works for another " + words.Lasting(time.Duration(seconds)*time.Second) + ". Bring the new one to all who use the key before."
	}
	if key == v.Key.ID {
		text += " You signed in with it: sign in with the new secret from then on."
	}
	return text
}

// AskRevokeKey answers with the page that asks before a key is revoked.
func (d *Dashboard) AskRevokeKey(v *Visit) error {
	k, err := keyOfPath(v)
	if err != nil {
		return err
	}
	warning, err := revokeWarning(v, k)
	if err != nil {
		return err
	}
	c := confirmation{
		Title: "Revoke the key “" + k.Name + "”?",
		Lines: []string{
			"It stops working at once. Whatever it has open ends within a second: imports, exports, event streams, and who has signed in with it.",
			"Jobs that were made with it go on.",
			"A revoked key cannot be brought back. Its name becomes free.",
		},
		Warning: warning,
		Action:  keyPath(k.ID) + "/revoke", Button: "Revoke the key", Danger: true, Back: KeysPath,
	}
	if k.Person != "" {
		c.Lines = append([]string{"It is the key of " + words.Isolated(k.Person) + "."}, c.Lines...)
	}
	return d.confirm(v, KeysPath, c)
}

// revokeWarning says what else ends with a key.
func revokeWarning(v *Visit, k client.Key) (text string, err error) {
	last, err := isLastAdmin(v, k)
	if k.ID == v.Key.ID {
		text = "You are signed in with this key: revoking it signs you out. "
	}
	switch {
	case last && k.Workspace == auth.MainWorkspace:
		text += "It is the last key of an administrator of main: afterwards nobody can manage keys here. Only “bulkpatch key create” on the server makes another one."
	case last:
		text += "It is the last key of an administrator of this workspace: afterwards only an administrator of main can manage its keys."
	}
	return text, err
}

// isLastAdmin reports whether a key is the only one of its workspace with the scope
// admin.
func isLastAdmin(v *Visit, k client.Key) (bool, error) {
	admin := func(k client.Key) bool { return slices.Contains(k.Scopes, string(auth.Admin)) }
	if !admin(k) {
		return false, nil
	}
	for other, err := range keysAfter(v, "", 0) {
		if err != nil || other.ID != k.ID && other.Workspace == k.Workspace && admin(other) {
			return false, err
		}
	}
	return true, nil
}

// RevokeKey revokes a key. Who has signed in with it is led to the sign-in.
func (d *Dashboard) RevokeKey(v *Visit) error {
	id := v.Request.PathValue("key")
	if _, err := v.Send(http.MethodDelete, target(nil, "v1", "keys", id), nil, nil); err != nil {
		return err
	}
	if id == strconv.FormatInt(v.Key.ID, 10) {
		return v.redirect(SignInPath)
	}
	return v.redirect(KeysPath + "?done=revoked")
}
