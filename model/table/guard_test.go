package table

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestStringsThatMayBeFormulasAreMarked(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+49 30": "'+49 30", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1",
		"'": "''", "'x": "''x", "''=": "'''=", "=": "'=",
		"": "", "a=1": "a=1", " =1": " =1", "\n=1": "\n=1", "O'Neil": "O'Neil", "007": "007", "***": "***",
	} {
		if got := Guarded.Mark([]byte(text)) + text; got != want {
			t.Errorf("%q became %q", text, got)
		}
		if got := Unguarded.Mark([]byte(text)); got != "" {
			t.Errorf("unguarded, %q got the mark %q", text, got)
		}
	}
}

func TestAMarkIsRemovedOnce(t *testing.T) {
	for cell, want := range map[string]string{
		"'=1": "=1", "'+1": "+1", "'-1": "-1", "'@a": "@a", "'\ta": "\ta", "'\ra": "\ra", "''": "'", "''=": "'=", "'''": "''",
		"'": "'", "'x": "'x", "' =": "' =", "": "", "=1": "=1", "a'=": "a'=",
	} {
		if got := Guarded.Unmark(cell); got != want {
			t.Errorf("%q became %q", cell, got)
		}
		if got := Unguarded.Unmark(cell); got != cell {
			t.Errorf("unguarded, %q became %q", cell, got)
		}
	}
}

func TestEveryStringComesBackFromItsMark(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.StringOf(rapid.RuneFrom([]rune("'=+-@\t\r\n a"))), rapid.String()).Draw(t, "text")
		if got := Guarded.Unmark(Guarded.Mark([]byte(text)) + text); got != text {
			t.Fatalf("%q came back as %q", text, got)
		}
	})
}

// TestAGuardedTableIsReadWithoutItsMarks has marks in the header, in cells with
// and without quotes, and in a table that quotes everything.
func TestAGuardedTableIsReadWithoutItsMarks(t *testing.T) {
	for name, test := range map[string]struct {
		in     string
		guard  Guard
		header string
		want   string
	}{
		"guarded":           {"'-a,'b\n'=1,\"'\t2\"\n'x,''\n", Guarded, "-a|'b", "2-2 (=1) \"\\t2\"\n3-3 ('x) (')\n"},
		"tabs":              {"a\tb\n'=1\t'-2\n", Guarded, "a|b", "2-2 (=1) (-2)\n"},
		"all in quotes":     {"\"'-a\",\"b\"\n\"'=1\",\"''\"\n", Guarded, "-a|b", "2-2 (=1) (')\n"},
		"not guarded":       {"'-a,'b\n'=1,'-2\n", Unguarded, "'-a|'b", "2-2 ('=1) ('-2)\n"},
		"a lone apostrophe": {"a,b\n',\n", Guarded, "a|b", "2-2 (') ()\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := NewCSV(strings.NewReader(test.in), 0, test.guard)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(c.Header(), "|"); got != test.header {
				t.Errorf("the header is %q", got)
			}
			if got := told(t, c); got != test.want {
				t.Errorf("got\n%s", got)
			}
		})
	}
}
