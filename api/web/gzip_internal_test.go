package web

import (
	"net/http"
	"testing"
)

func TestAcceptedCodings(t *testing.T) {
	for accept, want := range map[string]codings{
		"":                               {false, true},
		"gzip":                           {true, true},
		"GZip":                           {true, true},
		"x-gzip":                         {true, true},
		"br, deflate":                    {false, true},
		"br;q=1.0, gzip;q=0.8, *;q=0.1":  {true, true},
		"gzip;q=0":                       {false, true},
		"gzip; q=0.000":                  {false, true},
		"gzip;q=x":                       {false, true},
		"*":                              {true, true},
		"gzip;q=0, *":                    {false, true},
		"*;q=0":                          {false, false},
		"gzip, *;q=0":                    {true, false},
		"gzip, identity;q=0":             {true, false},
		"identity;q=0":                   {false, false},
		"identity, gzip;q=0.5":           {false, true},
		"identity;q=0.5, gzip;q=0.5":     {true, true},
		"gzip;q=0.2;x=1 , identity;q=.1": {true, true},
	} {
		if got := codingsOf(http.Header{"Accept-Encoding": {accept}}); got != want {
			t.Errorf("%q: %+v, want %+v", accept, got, want)
		}
	}
	if got := codingsOf(http.Header{"Accept-Encoding": {"br", "gzip"}}); !got.gzip {
		t.Error("the second line of the header was not read")
	}
}
