package nodebridge

import (
	"regexp"
	"strings"
)

const (
	nameMax      = 214 // the registry's own limit
	specifierMax = 256
)

var (
	namePattern = regexp.MustCompile(`^(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~_][A-Za-z0-9._~-]*$`)
	// rangePattern holds what versions, ranges and tags are written with: no colon, slash, @ or #.
	rangePattern     = regexp.MustCompile(`^[A-Za-z0-9 .^~<>=|*+_-]*$`)
	archivePattern   = regexp.MustCompile(`(?i)\.(tgz|tar|tar\.gz)$`)
	referencePattern = regexp.MustCompile(`^\$[A-Za-z0-9@/._~-]+$`)
)

// validName tells whether a package of this name can exist in a registry. It is never a path.
func validName(name string) bool {
	return len(name) <= nameMax && name != "node_modules" && namePattern.MatchString(name)
}

// fromRegistry tells whether a dependency's specifier can only mean a package of the registry: a version,
// a range, a tag, or an alias of one. Everything else (git, a path, an address) makes npm run
// or read something else.
func fromRegistry(specifier string) bool {
	specifier = strings.TrimSpace(specifier)
	if len(specifier) > specifierMax {
		return false
	}
	if alias, ok := strings.CutPrefix(specifier, "npm:"); ok {
		at := strings.LastIndexByte(alias, '@')
		if at <= 0 {
			return validName(alias)
		}
		return validName(alias[:at]) && plainRange(alias[at+1:])
	}
	return plainRange(specifier)
}

func plainRange(text string) bool {
	return rangePattern.MatchString(text) && !strings.HasPrefix(text, ".") && !strings.HasPrefix(text, "~/") &&
		!archivePattern.MatchString(text)
}
