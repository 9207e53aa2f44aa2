package api

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/job"
)

// vendorLogin answers a vendor's user name and password with a token. The
// password is an API key, and the token is the same key; the user name is
// ignored. Nothing is stored, and the answer only says whether the key exists.
func (s *server) vendorLogin(c *call) error {
	c.w.Header().Set("Cache-Control", "no-store")
	password, err := c.password()
	if err != nil {
		return err
	}
	_, err = s.keys.find(c.ctx(), password)
	if errors.Is(err, job.ErrNotFound) {
		return web.NewProblem("invalid_key", "The user name or the password is wrong. The password must be an API key.")
	}
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, c.surface.Token(password))
}

// maxLoginForm is the size of a vendor's login, in bytes.
const maxLoginForm = 4 << 10

// password reads the password out of a form or a JSON object.
func (c *call) password() (string, error) {
	media, err := c.media()
	if err != nil {
		return "", err
	}
	raw, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxLoginForm))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return "", web.NewProblem("too_large", "A login may have at most "+strconv.Itoa(maxLoginForm)+" bytes.")
	}
	if err != nil {
		return "", err
	}
	in := &input{}
	var password string
	var given bool
	if media == web.TypeForm {
		form, err := url.ParseQuery(string(raw))
		if err != nil {
			in.fail(web.InBody, "", "invalid_form", "The form is not properly encoded.")
			return "", in.err()
		}
		password, given = form.Get("password"), form.Has("password")
	} else if members, ok := in.members(raw, ""); ok {
		password, given = compat.String(members["password"])
	} else {
		return "", in.err()
	}
	if !given {
		in.fail(web.InBody, "/password", "required", "Give the password, which is an API key, as text.")
	}
	return password, in.err()
}
