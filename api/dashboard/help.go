package dashboard

import (
	"net/http"

	"bulkpatch/client"
)

// A shortcut is what keys do. Of several groups of keys each does it.
type shortcut struct {
	Keys [][]string
	Does string
}

// A helpPage lists what the keyboard can do.
type helpPage struct {
	Anywhere, Lists, Pages  []shortcut
	Partly, Stalled, Paused shownState
}

// goKeys are the keys that follow "g", by the paths of the pages.
var goKeys = map[string]string{
	HomePath: "o", JobsPath: "j", NewPath: "n", FilesPath: "f", CustomersPath: "c", QueuesPath: "q", KeysPath: "k", AuditPath: "a", BrakePath: "b", LimitsPath: "l",
}

// Help answers with the page that helps.
func (d *Dashboard) Help(v *Visit) error {
	page := helpPage{
		Partly: stateNamed(client.StatePartiallySucceeded), Stalled: stalled, Paused: stateNamed(client.StatePaused),
		Anywhere: []shortcut{
			{[][]string{{"Ctrl", "K"}, {"⌘", "K"}}, "Go to a job, a customer, a key or a page"},
			{[][]string{{"/"}}, "Search this page, or go to something where it has no search"},
			{[][]string{{"?"}}, "Show this help"},
			{[][]string{{"Esc"}}, "Close what is open, or leave a field"},
		},
		Lists: []shortcut{
			{[][]string{{"j"}}, "Next row"},
			{[][]string{{"k"}}, "Row before"},
			{[][]string{{"Enter"}}, "Open the row"},
			{[][]string{{"x"}}, "Tick the row, or take the tick away"},
		},
	}
	for _, l := range d.links(v) {
		if l.Key() != "" {
			page.Pages = append(page.Pages, shortcut{[][]string{{"g", l.Key()}}, l.Name})
		}
	}
	return show(v, http.StatusOK, "help", d.visited(v, "Help", HelpPath, page))
}
