package job

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxBrakeReason is how many characters the reason of a brake may have.
const MaxBrakeReason = 200

// A Brake holds the jobs of a workspace. There are two switches, and the brake is
// on while either is.
type Brake struct {
	Own Switch // of the workspace alone
	All Switch // of every workspace
}

// On reports whether the workspace is held.
func (b Brake) On() bool { return b.Own.On() || b.All.On() }

// Decisive is the switch that holds the workspace: that of every workspace where
// both are on. Where neither is, it is the workspace's own.
func (b Brake) Decisive() Switch {
	if b.All.On() {
		return b.All
	}
	return b.Own
}

// A Switch is one of the two switches of a [Brake].
type Switch struct {
	Reason string     // why it is on, "" while it is off
	Since  *time.Time // when it was last switched on or off, nil for never
	By     string     // the actor who switched it, or gave another reason; "" where no key did
}

// A WorkspaceSwitch is the switch of one workspace.
type WorkspaceSwitch struct {
	Workspace string // its name
	Switch
}

// On reports whether the switch is on.
func (s Switch) On() bool { return s.Reason != "" }

// A Reach says which switch of a [Brake] is meant.
type Reach string

// The values.
const (
	OwnWorkspace   Reach = "workspace"
	EveryWorkspace Reach = "all"
)

// ValidBrakeReason reports whether a text can be the reason of a brake: it is not
// blank, has at most [MaxBrakeReason] characters, and no control character.
func ValidBrakeReason(text string) bool {
	return strings.TrimSpace(text) != "" && utf8.RuneCountInString(text) <= MaxBrakeReason && !strings.ContainsFunc(text, unicode.IsControl)
}

// BrakedKinds lists the kinds of jobs that the brake holds: all but those that
// change one record or none.
func BrakedKinds() []Kind {
	return slices.DeleteFunc(slices.Clone(Kinds), func(k Kind) bool { return !k.Braked() })
}

// Braked reports whether the brake holds jobs of the kind.
func (k Kind) Braked() bool { return k != Single && k != PreviewKind }
