package api

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"bulkpatch/api/compat"
	"bulkpatch/api/web"
	"bulkpatch/auth"
	"bulkpatch/model"
)

// takeKey reads a key from the members of a body.
func (in *input) takeKey(k *auth.Key, members map[string]jsontext.Value, now time.Time) {
	if name := take(members, "name"); name == nil {
		in.fail(web.InBody, "/name", "required", "This must be given.")
	} else {
		in.takeName(&k.Name, name, "/name")
	}
	if workspace := take(members, "workspace"); workspace != nil {
		in.takeName(&k.Workspace.Name, workspace, "/workspace")
	}
	preset, scopes := given(take(members, "preset")), given(take(members, "scopes"))
	if preset == nil && scopes == nil {
		in.fail(web.InBody, "/scopes", "required", "Give a preset, or at least one of the scopes: "+auth.JoinScopes(auth.Scopes)+".")
	}
	in.takePreset(k, preset)
	in.takeScopes(k, scopes)
	in.takePerson(k, given(take(members, "person")))
	in.takeExpiry(k, given(take(members, "expiresAt")), now)
	in.unknownMembers(members, "")
}

// takeName reads the name of a key or a workspace.
func (in *input) takeName(to *string, v jsontext.Value, pointer string) {
	if code, must := setText(to, v); code != "" {
		in.fail(web.InBody, pointer, code, must)
	} else if !auth.ValidName(*to) {
		in.fail(web.InBody, pointer, "format", "A name has 1 to 64 letters, digits, dots, dashes or underscores, and begins with a letter or a digit.")
	}
}

// takePreset reads the name of a preset, and gives the key its scopes.
func (in *input) takePreset(k *auth.Key, v jsontext.Value) {
	if v == nil {
		return
	}
	var name string
	if code, must := setText(&name, v, auth.PresetNames()...); code != "" {
		in.fail(web.InBody, "/preset", code, must)
		return
	}
	i := slices.IndexFunc(auth.Presets, func(p auth.Preset) bool { return p.Name == name })
	k.Scopes = append(k.Scopes, auth.Presets[i].Scopes...)
}

// takeScopes reads the list of scopes, and gives the key those that it lacks.
func (in *input) takeScopes(k *auth.Key, v jsontext.Value) {
	if v == nil {
		return
	}
	items, ok := compat.Items(v)
	if !ok {
		in.fail(web.InBody, "/scopes", "type", "This must be a list of scopes.")
		return
	}
	if len(items) == 0 {
		in.fail(web.InBody, "/scopes", "too_short", "Give at least one scope.")
	}
	for i, item := range items {
		var scope string
		setText(&scope, item)
		switch {
		case !slices.Contains(auth.Scopes, auth.Scope(scope)):
			in.fail(web.InBody, "/scopes/"+strconv.Itoa(i), "enum", oneOf(auth.Scopes))
		case !slices.Contains(k.Scopes, auth.Scope(scope)):
			k.Scopes = append(k.Scopes, auth.Scope(scope))
		}
	}
}

// takePerson reads whose key it is.
func (in *input) takePerson(k *auth.Key, v jsontext.Value) {
	if v == nil {
		return
	}
	if code, must := setText(&k.Person, v); code != "" {
		in.fail(web.InBody, "/person", code, must)
	} else if !auth.ValidPerson(k.Person) {
		in.fail(web.InBody, "/person", "format", fmt.Sprintf("This must be a text of 1 to %d characters, without control characters.", auth.MaxPerson))
	}
}

// takeExpiry reads when the key expires.
func (in *input) takeExpiry(k *auth.Key, v jsontext.Value, now time.Time) {
	if v == nil {
		return
	}
	var text string
	if code, must := setText(&text, v); code != "" {
		in.fail(web.InBody, "/expiresAt", code, must)
		return
	}
	micros, ok := model.ParseTime(text)
	switch {
	case !ok:
		in.fail(web.InBody, "/expiresAt", "format", "This must be a time as RFC 3339 has it, such as 2030-01-31T12:00:00Z.")
	case micros <= now.UnixMicro():
		in.fail(web.InBody, "/expiresAt", "out_of_range", "This must be in the future.")
	default:
		at := time.UnixMicro(micros).UTC()
		k.ExpiresAt = &at
	}
}

// overlap reads how long the old secret of a rotated key works, 0 unless the body
// says otherwise. The body is optional.
func (s *server) overlap(c *call, in *input) (time.Duration, error) {
	if c.r.ContentLength == 0 {
		return 0, nil // whatever its media type
	}
	raw, err := s.body(c)
	if err != nil || len(raw) == 0 {
		return 0, err
	}
	members, ok := in.members(raw, "")
	if !ok {
		return 0, nil
	}
	var seconds *int64
	if v := given(take(members, "overlapSeconds")); v != nil {
		most := int64(auth.MaxOverlap / time.Second)
		code, _ := setCount(&seconds, v, 0)
		if code == "" && *seconds > most {
			code = "out_of_range"
		}
		if code != "" {
			in.fail(web.InBody, "/overlapSeconds", code, fmt.Sprintf("This must be a whole number from 0 to %d, which is 7 days.", most))
		}
	}
	in.unknownMembers(members, "")
	if seconds == nil {
		return 0, nil
	}
	return time.Duration(*seconds) * time.Second, nil
}
