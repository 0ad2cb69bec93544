package host

import (
	"strings"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// nameMax is the longest name that somebody gives a token or a profile, in bytes.
const nameMax = 100

// takeName is the name without blanks around it. It adds to e what is wrong with it: others read it, in a terminal, too (row B10).
func takeName(e *fault.Error, name string) string {
	name = strings.TrimSpace(name)
	switch {
	case name == "" || len(name) > nameMax:
		e.WithField("name", "must have 1 to %d bytes", nameMax)
	case strings.ContainsFunc(name, manifest.Invisible):
		e.WithField("name", "must have no line ends, no control characters, and none that cannot be seen")
	}
	return name
}
