package dashboard

import (
	"strings"

	"bulkpatch/client"
	"bulkpatch/job"
)

// A filterChoice is an entry of a list to choose from.
type filterChoice struct {
	Value, Words string
	Chosen       bool
}

// chosen marks the filterChoice with a value. A value that there is not becomes one.
func chosen(value string, list ...filterChoice) []filterChoice {
	for i := range list {
		if list[i].Chosen = list[i].Value == value; list[i].Chosen {
			return list
		}
	}
	return append(list, filterChoice{value, strings.NewReplacer(",", ", ", "_", " ").Replace(value), true})
}

// StateChoices lists the states to choose from.
func (f jobFilter) StateChoices() []filterChoice {
	list := []filterChoice{{"", "Any state", false}, {openStates, "Open: not ended", false}, {failedStates, "Ended with failures", false}}
	for _, s := range job.States {
		words := stateNamed(string(s)).Word
		list = append(list, filterChoice{string(s), strings.ToUpper(words[:1]) + words[1:], false})
	}
	return chosen(f.State, list...)
}

// kindNames are the kinds as a list names them.
var kindNames = map[string]string{"bulk": "bulk updates", "single": "single updates", "file": "files", "undo": "undos", "retry": "retries", "preview": "previews"}

func kindName(kind string) string {
	if name, ok := kindNames[kind]; ok {
		return name
	}
	return kind
}

// mainKindWords names the kinds that are listed by default.
func mainKindWords() string {
	names := make([]string, len(mainKinds))
	for i, k := range mainKinds {
		names[i] = strings.TrimSuffix(kindName(string(k)), " updates")
	}
	words := strings.Join(names, ", ")
	return strings.ToUpper(words[:1]) + words[1:]
}

// KindChoices lists the kinds to choose from.
func (f jobFilter) KindChoices() []filterChoice {
	list := []filterChoice{{"", mainKindWords(), false}, {allKinds, "All kinds", false}}
	for _, k := range job.Kinds {
		name := kindName(string(k))
		list = append(list, filterChoice{string(k), "Only " + name, false})
	}
	return chosen(f.Kind, list...)
}

// WhenChoices lists how far back jobs may be made.
func (f jobFilter) WhenChoices() []filterChoice {
	list := []filterChoice{{"", "Any time", false}}
	for _, s := range spans {
		list = append(list, filterChoice{s.name, s.words, false})
	}
	return chosen(f.When, list...)
}

// modelChoices lists the models to choose from.
func (f jobFilter) modelChoices(models []client.Model) []filterChoice {
	list := []filterChoice{{"", "All models", false}}
	for _, m := range models {
		list = append(list, filterChoice{m.Name, m.Name, false})
	}
	return chosen(f.Model, list...)
}
