package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

// A commandLine holds the words of the command line, checked against the
// grammar. The parser of the library stops at the first fault. So each word is
// checked here first: valid words are passed on to the parser, and each of the
// others is recorded as a fault.
type commandLine struct {
	parser   *kong.Kong
	node     *kong.Node            // the command named so far
	flags    map[string]*kong.Flag // of the command, by --name and -n
	given    map[string]bool       // names of the flags that were typed
	path     []string              // names of the command
	options  []string              // flags for the parser, each with its value
	operands []string
	faults   []string

	asks   bool // --help or --version was given; all else is ignored then
	unsure bool // after a fault that leaves open which words are operands
}

// An onOff is the value of a flag that is on or off, and that an environment
// variable may set. At a variable with another value the parser would stop; so
// [reader.isOn] checks the value, like those of all other flags.
type onOff string

// IsBool tells the parser that the flag may be given without a value.
func (onOff) IsBool() bool { return true }

// Decode takes the value from the parser. [commandLine.set] gives one to a flag
// without a value.
func (o *onOff) Decode(ctx *kong.DecodeContext) error {
	*o = onOff(ctx.Scan.Pop().String())
	return nil
}

// readLine reads all words of the command line.
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

// args returns the valid words, in the form that the parser takes.
func (l *commandLine) args() []string {
	args := append(append([]string{}, l.path...), l.options...)
	if len(l.operands) == 0 || l.unsure {
		return args
	}
	return append(append(args, "--"), l.operands...)
}

// command returns the program and the command, such as "bulkpatch key create".
func (l *commandLine) command() string {
	return strings.Join(append([]string{l.parser.Model.Name}, l.path...), " ")
}

func (l *commandLine) fault(format string, args ...any) {
	l.faults = append(l.faults, fmt.Sprintf(format, args...))
}

// enter makes node the current command and collects its flags.
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

// flag reads a flag and its value, which may be the first word of rest. It
// returns the words after them.
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

// set stores the value of a boolean flag.
func (l *commandLine) set(f *kong.Flag, value string) {
	l.given[f.Name] = true
	if _, err := strconv.ParseBool(value); err != nil {
		l.fault("--%s is on or off: it takes no value but true or false", f.Name)
		return
	}
	l.asks = l.asks || f.Name == "help" || f.Name == "version"
	l.options = append(l.options, "--"+f.Name+"="+value)
}

// isFlag reports whether a word is a flag, and not a value such as -1.
func (l *commandLine) isFlag(word string) bool {
	name, _, _ := strings.Cut(word, "=")
	return strings.HasPrefix(word, "--") || l.flags[name] != nil
}

// unknown records the fault of a flag that the command does not have. A flag
// before the command is a fault as well; then the remaining words are ignored,
// since their meaning depends on the command.
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

// complaint returns the parser's message about one unknown word. It suggests a
// similar name if there is one.
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

// word reads the name of a command, or an operand.
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

// finish records the faults that show only at the end of the line: a missing
// command or flag, and missing or superfluous operands.
func (l *commandLine) finish() {
	if l.unsure {
		return
	}
	if len(l.node.Children) > 0 {
		var names []string
		for _, child := range l.node.Children {
			if !child.Hidden { // what scripts of shells call
				names = append(names, child.Name)
			}
		}
		l.fault("a command is missing, one of: %s", strings.Join(names, ", "))
		l.unsure = true // without a command there are no operands
		return
	}
	l.count()
	for _, f := range l.node.Flags {
		if f.Required && !l.given[f.Name] && !l.hasVariable(f.Name) {
			l.fault("--%s is missing: --%s %s", f.Name, f.Name, f.FormatPlaceHolder())
		}
	}
}

// count compares the number of operands with the grammar.
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

// variable returns the name of the environment variable that sets the flag, or
// "" if none is set.
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

// hasVariable reports whether an environment variable sets the flag to a
// non-empty value.
func (l *commandLine) hasVariable(name string) bool { return os.Getenv(l.variable(name)) != "" }

// setBy returns the name by which a flag was set: its own, or that of an
// environment variable before it.
func (l *commandLine) setBy(name string) string {
	if v := l.variable(name); v != "" && !l.given[name] {
		return fmt.Sprintf("%s (--%s)", v, name)
	}
	return "--" + name
}
