package client_test

import (
	"context"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"bulkpatch/client"
	"bulkpatch/model"
)

// aMember is the text, and the name of a member, that stands for any other. It is the
// name of a model, so that paths are those of its customers.
const aMember = "desk"

const aTime = "2030-01-31T12:00:00Z"

// given has the values of types that are not filled member by member.
var given = map[reflect.Type]any{
	reflect.TypeFor[context.Context]():    context.Background(),
	reflect.TypeFor[io.Reader]():          strings.NewReader("{}\n"),
	reflect.TypeFor[time.Time]():          time.Date(2030, 1, 31, 12, 0, 0, 0, time.UTC),
	reflect.TypeFor[client.Format]():      client.NDJSON,
	reflect.TypeFor[model.ID]():           model.StringID(aMember),
	reflect.TypeFor[json.RawMessage]():    json.RawMessage("1"),
	reflect.TypeFor[[]client.JobOption](): []client.JobOption(nil),
	reflect.TypeFor[[]client.KeyOption](): []client.KeyOption{client.WithPreset("p"), client.WithPerson("p"), client.WithExpiry(time.Now())},
	reflect.TypeFor[func(j client.Job)](): func(client.Job) {},
	reflect.TypeFor[map[string]any]():     map[string]any{aMember: true},
}

// argument returns a value of a type with all its members set.
func argument(t *testing.T, typ reflect.Type) reflect.Value {
	t.Helper()
	v := reflect.New(typ).Elem()
	fill(v, "")
	return v
}

// fill sets all members of a value. name is that of the member that it is.
func fill(v reflect.Value, name string) {
	if value, ok := given[v.Type()]; ok {
		if value != nil {
			v.Set(reflect.ValueOf(value))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(textFor(name))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Interface:
		if v.NumMethod() == 0 {
			v.Set(reflect.ValueOf(map[string]any{aMember: true}))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), "")
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value, "")
		key := reflect.New(v.Type().Key()).Elem()
		key.SetString(aMember)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() || v.Type().Field(i).Anonymous && f.Kind() == reflect.Struct {
				fill(f, v.Type().Field(i).Name)
			}
		}
	}
}

// textFor returns a text for a member: a time for one whose name says so.
func textFor(name string) string {
	if strings.HasSuffix(name, "At") || name == "Since" || name == "Until" {
		return aTime
	}
	return aMember
}

// sampleOf returns JSON with all members that a type has, nil for none.
func sampleOf(zero any) any {
	if zero == nil {
		return nil
	}
	v := reflect.New(reflect.TypeOf(zero)).Elem()
	fill(v, "")
	text, err := json.Marshal(v.Interface())
	if err != nil {
		panic(err)
	}
	var sample any
	if err := json.Unmarshal(text, &sample); err != nil {
		panic(err)
	}
	return sample
}

// namesIn collects the names of all members as outer/inner. A member of a list has the
// name of the list, and one of a page only its own.
func namesIn(names map[string]bool, at string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if name == aMember {
				continue
			}
			if at == "" && (name == "items" || name == "nextCursor") {
				namesIn(names, "", member)
				continue
			}
			names[strings.TrimPrefix(at+"/"+name, "/")] = true
			namesIn(names, at+"/"+name, member)
		}
	case []any:
		for _, item := range v {
			namesIn(names, at, item)
		}
	}
}
