package words

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"bulkpatch/client"
)

// goFrame is a program with the imports, a call and what it prints.
const goFrame = `package main

import (
	"context"
%s	"fmt"
	"log"
	"os"

	"bulkpatch/client"
)

func main() {
	c, err := client.New(os.Getenv("BULKPATCH_SERVER"), os.Getenv("BULKPATCH_KEY"))
	if err != nil {
		log.Fatal(err)
	}
	%s
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(%s)
}
`

// Go returns a Go program that makes a job like this one. It takes the server and
// the key from the environment. It is "" where the job does not show its whole
// request, or has an option that the client does not know.
func Go(j client.Job) string {
	switch {
	case j.Kind == "undo" && j.Undo.UndoOf != nil:
		return goProgram("", "j, err := c.Undo(context.Background(), "+strconv.Quote(*j.Undo.UndoOf)+")", "j.ID, j.State")
	case j.Kind == "retry" && j.RetryOf != nil:
		call := fmt.Sprintf("j, err := c.Retry(context.Background(), %q, %q)", *j.RetryOf, onMismatch(j))
		return goProgram("", call, "j.ID, j.State")
	case j.Kind == "undo", j.Kind == "retry":
		return ""
	}
	submission, ok := goSubmission(j)
	switch {
	case !ok:
		return ""
	case j.Kind == "preview":
		return goProgram("encoding/json", "p, err := c.PreviewSubmission(context.Background(), "+submission+")", "p.Matched, p.WouldChange, p.WouldFail")
	}
	return goProgram("encoding/json", "j, err := c.Submit(context.Background(), "+submission+")", "j.ID, j.State")
}

// goProgram returns a program with one more import, "" for none.
func goProgram(extra, call, printed string) string {
	if extra != "" {
		extra = "\t" + strconv.Quote(extra) + "\n"
	}
	return fmt.Sprintf(goFrame, extra, call, printed)
}

// goSubmission returns the literal of a submission.
func goSubmission(j client.Job) (text string, ok bool) {
	parts, ok := partsOf(j)
	if !ok {
		return "", false
	}
	options, ok := goOptions(j.Request.Options)
	if !ok {
		return "", false
	}
	members := [][2]string{{"Model", strconv.Quote(parts.model)}}
	if parts.idJSON != nil {
		members = append(members, [2]string{"ID", goJSON(parts.idJSON)})
	} else {
		members = append(members, [2]string{"Filter", goJSON(parts.filter)})
	}
	if parts.patch != nil {
		members = append(members, [2]string{"Patch", goJSON(parts.patch)})
	}
	if parts.compute != nil {
		members = append(members, [2]string{"Compute", goJSON(parts.compute)})
	}
	if options != "" {
		members = append(members, [2]string{"Options", options})
	}
	return goLiteral("client.Submission", members), true
}

// goLiteral writes the literal of a struct as gofmt does, one member a line.
func goLiteral(name string, members [][2]string) string {
	longest := 0
	for _, m := range members {
		longest = max(longest, len(m[0]))
	}
	var b strings.Builder
	b.WriteString(name + "{\n")
	for _, m := range members {
		fmt.Fprintf(&b, "\t\t%-*s %s,\n", longest+1, m[0]+":", m[1])
	}
	b.WriteString("\t}")
	return b.String()
}

// goJSON writes JSON as a raw message.
func goJSON(raw []byte) string {
	if strconv.CanBackquote(string(raw)) {
		return "json.RawMessage(`" + string(raw) + "`)"
	}
	return "json.RawMessage(" + strconv.Quote(string(raw)) + ")"
}

// goOptions writes options as a literal, "" for none.
func goOptions(raw []byte) (text string, ok bool) {
	var o client.Options
	if !isGiven(raw) {
		return "", true
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if d.Decode(&o) != nil {
		return "", false
	}
	var members []string
	v := reflect.ValueOf(o)
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsZero() {
			members = append(members, v.Type().Field(i).Name+": "+goValue(f))
		}
	}
	if len(members) == 0 {
		return "", true
	}
	return "client.Options{" + strings.Join(members, ", ") + "}", true
}

// goValue writes the value of an option.
func goValue(v reflect.Value) string {
	if v.Kind() == reflect.Pointer {
		return fmt.Sprintf("new(%s(%v))", v.Type().Elem(), v.Elem())
	}
	return fmt.Sprintf("%#v", v)
}
