package manifest

import (
	"regexp"
	"strings"
)

// maxDesktop is how many kinds of desktop events a plugin may ask for.
const maxDesktop = 32

var (
	desktopType    = regexp.MustCompile(`^(screenPop|(call|chat)\.[a-z][A-Za-z0-9]{0,31})$`)
	desktopPattern = regexp.MustCompile(`^(screenPop|(call|chat)\.([a-z][A-Za-z0-9]{0,31}|\*))$`)
)

// ValidDesktopType tells whether kind is a desktop event's: screenPop, call.<word> or chat.<word>, the word of up to 32 letters and
// digits that begin with a small one.
func ValidDesktopType(kind string) bool { return desktopType.MatchString(kind) }

// DesktopMatches tells whether a pattern of permissions.desktop, "call.ringing" or "call.*", means the kind, or all of the pattern kind.
func DesktopMatches(pattern, kind string) bool {
	family, all := strings.CutSuffix(pattern, "*")
	return pattern == kind || all && family != "" && strings.HasPrefix(kind, family)
}
