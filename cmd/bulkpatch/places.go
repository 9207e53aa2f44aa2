package main

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"bulkpatch/api/dashboard/words"
	"bulkpatch/client"
)

// A place says where on the command line a part of a request came from.
type place struct {
	in      string // body, filter, query or header, as faults name it
	pointer string // to the part
	name    string // such as --patch
}

// places are those of all parts of a request that are not named as their flags are.
type places []place

// A placedError is an error of a request whose parts have places.
type placedError struct {
	err    error
	places places
}

func (e *placedError) Error() string { return e.err.Error() }
func (e *placedError) Unwrap() error { return e.err }

// of adds the places to an error, unless that is nil.
func (p places) of(err error) error {
	if err == nil {
		return nil
	}
	return &placedError{err, p}
}

// name says where on the command line a fault is: at the flag of the longest
// pointer that leads to it, with the rest of its pointer.
func (p places) name(f client.Fault) string {
	best, rest := place{}, f.Pointer
	for _, at := range p {
		after, leads := strings.CutPrefix(f.Pointer, at.pointer)
		leads = leads && (after == "" || after[0] == '/') && at.in == f.In
		if leads && (best.name == "" || len(at.pointer) > len(best.pointer)) {
			best, rest = at, after
		}
	}
	option, isOption := strings.CutPrefix(f.Pointer, "/options/")
	param, isParam := strings.CutPrefix(f.Pointer, "?")
	switch {
	case best.name != "" && rest == "":
		return best.name
	case best.name != "":
		return best.name + " " + rest
	case isOption && f.In == client.InBody:
		return words.Flag(option)
	case isParam && param != "":
		return words.Flag(param)
	}
	return f.Pointer
}

// optionNames lists the options of jobs as the API names them.
func optionNames() (names []string) {
	for _, f := range reflect.VisibleFields(reflect.TypeFor[client.Options]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return append(names, "dryRun")
}

// apiOption matches the options that sentences of the API name. Names that are words of
// English are left as they are.
var apiOption = regexp.MustCompile(`\b(` + strings.Join(slices.DeleteFunc(optionNames(), func(name string) bool {
	return name == strings.ToLower(name)
}), "|") + `)(=true)?\b`)

// apiColumns matches the parameter of imports that sentences of the API spell out.
var apiColumns = regexp.MustCompile(`\bcolumns=(\{[^{}]*\})`)

// apiCalls are calls that sentences of the API name, and the commands that make them.
var apiCalls = strings.NewReplacer("GET /v1/brake ", "bulkpatch brake status ", "GET /v1/jobs.", "bulkpatch jobs.")

// inFlags replaces what a sentence of the API names by what the command line has: the
// flags for options and parameters, and the commands for calls.
func inFlags(sentence string) string {
	sentence = apiCalls.Replace(sentence)
	sentence = apiColumns.ReplaceAllString(sentence, "--columns '$1'")
	return apiOption.ReplaceAllStringFunc(sentence, func(option string) string {
		return words.Flag(strings.TrimSuffix(option, "=true"))
	})
}
