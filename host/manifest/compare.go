package manifest

import (
	"cmp"
	"strings"

	"golang.org/x/mod/semver"
)

// Compare tells whether version a comes before b (-1), after it (1), or neither (0): by the precedence of semantic versions (1.0.0-rc.1
// is before 1.0.0, what follows a plus does not count). Where one of them is not semantic, runs of digits are compared as numbers and
// what is between them as text, so that 1.0.0.10 comes after 1.0.0.9.
func Compare(a, b string) int {
	va, vb := "v"+strings.TrimPrefix(a, "v"), "v"+strings.TrimPrefix(b, "v")
	if semver.IsValid(va) && semver.IsValid(vb) {
		return semver.Compare(va, vb)
	}
	for va != "" && vb != "" {
		var x, y string
		x, va = firstRun(va)
		y, vb = firstRun(vb)
		if n := compareRuns(x, y); n != 0 {
			return n
		}
	}
	return cmp.Compare(len(va), len(vb))
}

// firstRun splits off the digits that text begins with, or what is there before the first digit.
func firstRun(text string) (run, rest string) {
	number := isDigit(rune(text[0]))
	end := strings.IndexFunc(text, func(r rune) bool { return isDigit(r) != number })
	if end < 0 {
		return text, ""
	}
	return text[:end], text[end:]
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// compareRuns compares numbers of any length as numbers, and all else as text.
func compareRuns(a, b string) int {
	if isDigit(rune(a[0])) && isDigit(rune(b[0])) {
		a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
		if n := cmp.Compare(len(a), len(b)); n != 0 {
			return n
		}
	}
	return strings.Compare(a, b)
}
