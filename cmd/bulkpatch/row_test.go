package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestATableEndsWhereItsListFails prints the rows before an error, and nothing of a list
// that begins with one.
func TestATableEndsWhereItsListFails(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		rows int
		err  error
		want string
	}{
		{0, nil, "N  TWICE\n"},
		{2, nil, "N  TWICE\n0  0\n1  2\n"},
		{2, broken, "N  TWICE\n0  0\n1  2\n"},
		{0, broken, ""},
	} {
		list := func(yield func(int, error) bool) {
			for n := range tt.rows {
				if !yield(n, nil) {
					return
				}
			}
			if tt.err != nil {
				yield(0, tt.err)
			}
		}
		var out strings.Builder
		n, err := printTable(&out, "N\tTWICE", list, func(w io.Writer, n int) { printRow(w, fmt.Sprint(n), fmt.Sprint(2*n)) })
		if n != tt.rows || !errors.Is(err, tt.err) || out.String() != tt.want {
			t.Errorf("%d rows and %v: %d, %v, %q", tt.rows, tt.err, n, err, &out)
		}
	}
}
