package job

import "strings"

// An Explanation says in plain words what a code stands for. Each part is a
// sentence, without a full stop in the title.
type Explanation struct {
	Title  string // what is the matter
	Why    string // why it is so; "" where the title says it all
	Advice string // what to do about it
}

// Explain explains the code of a record that was not updated, or of a job that
// failed as a whole. ok is false for a code that is neither.
func Explain(code string) (e Explanation, ok bool) {
	e, ok = jobErrors[code]
	if ok {
		return e, true
	}
	if field, other, needs := strings.Cut(code, "_needs_"); needs {
		advice := "Give these records a value in " + other + " first, or leave " + field + " out; then retry them."
		return Explanation{Title: Title(code), Advice: advice}, true
	}
	if e, ok := rules[code]; ok {
		return e, true
	}
	advice, ok := advices[code]
	return Explanation{Title: titles[code], Advice: advice}, ok
}

// ExplainGuard explains the option that would refuse a job, as a preview names it.
func ExplainGuard(option string) (e Explanation, ok bool) {
	for code, of := range guardOptions {
		if of == option {
			return jobErrors[code], true
		}
	}
	return e, false
}

// advices says what to do about each reason of [titles].
var advices = map[string]string{
	"no_longer_matches":   "Nothing, if the filter was meant strictly. To update these records all the same, retry them with the skipped ones included.",
	"not_found":           "Nothing can be done about a record that is gone.",
	"precondition_failed": "Read the record again and decide anew; somebody has changed it meanwhile.",
	"changed_since":       "Look at who changed the record and when. It was left alone; change it by hand if the former value is right.",
	"secret_not_kept":     "Set the secret anew, with an update of its own.",
	"values_not_kept":     "Set the value you want, with a new update.",
	CodeLineInvalid:       "Correct the value, and submit the corrected rows as a file of their own.",
	CodeNoKey:             "Give the rows a key, and submit them as a file of their own.",
	CodeNoMatch:           "Compare the key with that of the record, or create the record first. A file job can also skip such rows (unmatched).",
	CodeAmbiguous:         "Match by a field, or several, that tell the records apart.",
	CodeDuplicateRow:      "Keep one row for each record, and submit these as a file of their own.",
	"unique":              "Find the record that has the value, change one of the two, and retry.",
	"constraint":          "Compare the value with the rules of the field, correct it, and submit a new update.",
	"too_large":           "Shorten what the field holds already, or set a smaller value.",
	"too_complex":         "Change fewer nested names at once, or use a simpler regular expression.",
	"too_many_options":    "Correct the value to an option that there is, and submit the corrected rows as a file of their own.",
	"too_slow":            "Retry it when the database has less to do. If it fails again, change fewer fields at once.",
}

// jobErrors explains each reason for which a job as a whole fails.
var jobErrors = map[string]Explanation{
	"max_affected": {
		Title:  "More records match than allowed",
		Advice: "Nothing was changed. Select fewer, or allow more with maxAffected, and submit again.",
	},
	"expected_count": {
		Title:  "Another number of records matches than expected",
		Advice: "Nothing was changed. Preview the update again, and submit it with the number that is right now.",
	},
	"selection_changed": {
		Title:  "Other records match than the preview showed",
		Advice: "Nothing was changed. Preview the update again, and submit it if you still agree.",
	},
	"max_failures": {
		Title:  "As many records failed as the job allows",
		Advice: "What was done stays. Put right what made the records fail, then retry the rest.",
	},
	"all_failed": {
		Title:  "Every one of the first records failed",
		Advice: "Look at why they failed. It is probably the update itself: correct it, and submit a new one.",
	},
	"no_progress": {
		Title:  "The database could carry out no part of the job",
		Advice: "What was done stays. The log of the worker says what went wrong; retry the job when that is put right.",
	},
	"filter_too_expensive": {
		Title:  "The filter takes too long",
		Advice: "Nothing was changed. Use fewer or simpler conditions, and submit again.",
	},
	"model_changed": {
		Title:  "The model has changed since the job was accepted",
		Advice: "Submit a new update with the fields that the model has now.",
	},
	"model_gone": {
		Title:  "No running process has the job's model",
		Advice: "Start a worker with the model, and submit the job again.",
	},
}

// ExplainWait explains what a job waits for, by the reason and the detail that it
// shows. ok is false for a reason that does not exist.
func ExplainWait(reason, detail string) (e Explanation, ok bool) {
	e, ok = waits[reason]
	switch {
	case !ok:
		return Explanation{Title: "Waits", Why: detail}, false
	case reason == WaitBrake:
		e.Why = detail
	case reason == WaitWorker && detail != "":
		return Explanation{
			Title: "Waits for a worker with its model", Why: detail,
			Advice: "Start a worker with the models of the API process, or cancel the job.",
		}, true
	case detail != "":
		e.Why = detail
	}
	return e, true
}

// waits explains each reason for which a job waits. The reason of the brake is
// whatever its detail says.
var waits = map[string]Explanation{
	WaitThrottled: {
		Title:  "Held back by its own throttle",
		Why:    "It has reached the number of records per second that was set for it.",
		Advice: "Nothing: it goes on by itself. Raise or remove the throttle to make it faster.",
	},
	WaitWorker: {
		Title:  "Waits for a worker",
		Why:    "None is free, none is running, or other jobs come first.",
		Advice: "Wait for its turn. If no worker is running, start one.",
	},
	WaitResolve: {
		Title:  "Waits for its turn to read the records of its filter",
		Why:    "As many jobs as may are doing so already.",
		Advice: "Nothing: it goes on by itself when one of them is done.",
	},
	WaitRedis: {
		Title:  "Waits for Redis",
		Why:    "Redis, which wakes the workers, does not answer. The job is stored safely.",
		Advice: "Bring Redis back. The job goes on by itself.",
	},
	WaitDatabase: {
		Title:  "Waits for the database",
		Why:    "The database is busy or out of reach.",
		Advice: "Look at the database. The job goes on by itself as soon as it answers.",
	},
	WaitStorage: {
		Title:  "Waits for disk space",
		Why:    "The disk of the database is full. What was done stays.",
		Advice: "Make room on the disk. The job goes on by itself.",
	},
	WaitBrake: {
		Title:  "Held by the brake",
		Advice: "It goes on by itself when an administrator releases the brake. It can be cancelled meanwhile.",
	},
}
