package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// A commandLine is what was typed, read against the grammar. The parser stops
// at the first fault, so every word is looked at here first: what it can take
// goes on to it, and what it cannot is a fault.
type commandLine struct {
	parser   *kong.Kong
	node     *kong.Node            // the command, as far as it was named
	flags    map[string]*kong.Flag // of the command, by --name and -n
	given    map[string]bool       // names of the flags that were typed
	path     []string              // names of the command
	options  []string              // flags for the parser, each with its value
	operands []string
	faults   []string

	asks   bool // for help or the version; nothing else counts then
	unsure bool // which words are operands, after a fault that leaves it open
}

// readLine reads what was typed, all of it.
func readLine(parser *kong.Kong, typed []string) *commandLine {
	l := &commandLine{parser: parser, given: map[string]bool{}}
	l.enter(parser.Model.Node)
	for rest := typed; len(rest) > 0; {
		switch word := rest[0]; {
		case word == "--":
			l.operands = append(l.operands, rest[1:]...)
			rest = nil
		case strings.HasPrefix(word, "-") && word != "-":
			rest = l.flag(word, rest[1:])
		default:
			rest = l.word(word, rest[1:])
		}
	}
	l.finish()
	return l
}

// args is the line as the parser can take it.
func (l *commandLine) args() []string {
	args := append(append([]string{}, l.path...), l.options...)
	if len(l.operands) == 0 || l.unsure {
		return args
	}
	return append(append(args, "--"), l.operands...)
}

// command is what runs the line, such as "bulkpatch key create".
func (l *commandLine) command() string {
	return strings.Join(append([]string{l.parser.Model.Name}, l.path...), " ")
}

func (l *commandLine) fault(format string, args ...any) {
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

// enter goes on with a command, or the program as a whole.
func (l *commandLine) enter(node *kong.Node) {
	l.node, l.flags = node, map[string]*kong.Flag{}
	for _, group := range node.AllFlags(false) {
		for _, f := range group {
			l.flags["--"+f.Name] = f
			if f.Short != 0 {
				l.flags["-"+string(f.Short)] = f
			}
		}
	}
}

// flag takes a flag, with its value from the rest where it has one, and
// returns what is left.
func (l *commandLine) flag(word string, rest []string) []string {
	name, value, joined := strings.Cut(word, "=")
	f := l.flags[name]
	if f == nil && !strings.HasPrefix(word, "--") { // -oFILE
		name, value, joined = word[:2], word[2:], true
		f = l.flags[name]
	}
	switch {
	case f == nil:
		return l.unknown(word, rest)
	case f.IsBool() && !joined:
		l.set(f, "true")
		return rest
	case f.IsBool():
		l.set(f, value)
		return rest
	case joined:
		l.options = append(l.options, "--"+f.Name+"="+value)
	case len(rest) == 0 || l.isFlag(rest[0]):
		l.fault("--%s needs a value: --%s %s", f.Name, f.Name, f.FormatPlaceHolder())
	default:
		l.options = append(l.options, "--"+f.Name+"="+rest[0])
		rest = rest[1:]
	}
	l.given[f.Name] = true
	return rest
}

// set keeps the value of a flag that is on or off.
func (l *commandLine) set(f *kong.Flag, value string) {
	l.given[f.Name] = true
	if _, err := strconv.ParseBool(value); err != nil {
		l.fault("--%s is on or off: it takes no value but true or false", f.Name)
		return
	}
	l.asks = l.asks || f.Name == "help" || f.Name == "version"
	l.options = append(l.options, "--"+f.Name+"="+value)
}

// isFlag tells a flag from a value that begins with a hyphen, such as -1.
func (l *commandLine) isFlag(word string) bool {
	name, _, _ := strings.Cut(word, "=")
	return strings.HasPrefix(word, "--") || l.flags[name] != nil
}

// unknown names a flag that the command has not. Before the command there are
// none to speak of, and what follows means nothing.
func (l *commandLine) unknown(word string, rest []string) []string {
	l.unsure = true
	name, _, _ := strings.Cut(word, "=")
	if len(l.node.Children) > 0 {
		l.fault("%s stands before the command: flags come after it", name)
		return nil
	}
	l.fault("%s", l.complaint(name))
	if name == word && len(rest) > 0 && !l.isFlag(rest[0]) {
		return rest[1:] // most likely its value
	}
	return rest
}

// complaint is what the parser says of one word alone, with the name that it
// resembles.
func (l *commandLine) complaint(word string) string {
	ctx, err := kong.Trace(l.parser, append(append([]string{}, l.path...), word))
	if err == nil {
		err = ctx.Error
	}
	if err == nil { // such as --=
		return "unexpected argument " + word
	}
	return err.Error()
}

// word takes the name of a command or an operand.
func (l *commandLine) word(word string, rest []string) []string {
	if len(l.node.Children) == 0 {
		l.operands = append(l.operands, word)
		return rest
	}
	for _, child := range l.node.Children {
		if child.Name == word {
			l.path = append(l.path, word)
			l.enter(child)
			return rest
		}
	}
	l.unsure = true
	l.fault("%s", l.complaint(word))
	return nil
}

// finish names what is missing and what is too much.
func (l *commandLine) finish() {
	if l.unsure {
		return
	}
	if len(l.node.Children) > 0 {
		var names []string
		for _, child := range l.node.Children {
			names = append(names, child.Name)
		}
		l.fault("a command is missing, one of: %s", strings.Join(names, ", "))
		l.unsure = true // there is nobody to take operands
		return
	}
	l.count()
	for _, f := range l.node.Flags {
		if f.Required && !l.given[f.Name] && !l.hasVariable(f.Name) {
			l.fault("--%s is missing: --%s %s", f.Name, f.Name, f.FormatPlaceHolder())
		}
	}
}

// count compares the operands with those of the grammar.
func (l *commandLine) count() {
	known := l.node.Positional
	for i, p := range known {
		if i >= len(l.operands) && p.Required {
			l.fault("<%s> is missing: %s", p.Name, p.Help)
		}
	}
	if n := len(known); n > 0 && known[n-1].IsCumulative() {
		return
	}
	for len(l.operands) > len(known) {
		last := len(l.operands) - 1
		l.fault("unexpected argument %s", l.operands[last])
		l.operands = l.operands[:last]
	}
}

// variable is the environment variable that sets the flag now, "" where none
// does.
func (l *commandLine) variable(name string) string {
	f := l.flags["--"+name]
	if f == nil {
		return ""
	}
	for _, v := range f.Envs {
		if _, set := os.LookupEnv(v); set {
			return v
		}
	}
	return ""
}

// typed reports whether a flag was given on the line.
func (l *commandLine) typed(name string) bool { return l.given[name] }

// hasVariable reports whether a variable of the environment sets a flag to
// something.
func (l *commandLine) hasVariable(name string) bool { return os.Getenv(l.variable(name)) != "" }

// setBy returns the name by which a flag was set: its own, or that of an
// environment variable before it.
func (l *commandLine) setBy(name string) string {
	if v := l.variable(name); v != "" && !l.given[name] {
		return fmt.Sprintf("%s (--%s)", v, name)
	}
	return "--" + name
}
