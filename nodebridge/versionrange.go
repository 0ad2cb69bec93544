package nodebridge

import (
	"errors"
	"fmt"
	"strings"
)

// span is the versions from low on and below high; without a high there is no end.
type span struct {
	low  version
	high *version
}

// versionRange is alternatives, each of which is spans that must all hold.
type versionRange [][]span

// rangeMax bounds a range's text.
const rangeMax = 256

// parseRange reads the ranges that package managers for Node.js know: comparators, ^, ~, x parts,
// hyphens and ||.
func parseRange(text string) (versionRange, error) {
	if len(text) > rangeMax {
		return nil, fmt.Errorf("range is longer than %d bytes", rangeMax)
	}
	var r versionRange
	for alternative := range strings.SplitSeq(text, "||") {
		spans, err := parseAlternative(strings.TrimSpace(alternative))
		if err != nil {
			return nil, err
		}
		r = append(r, spans)
	}
	return r, nil
}

func parseAlternative(text string) ([]span, error) {
	if low, high, ok := strings.Cut(text, " - "); ok {
		return parseHyphen(strings.TrimSpace(low), strings.TrimSpace(high))
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		return []span{{}}, nil
	}
	var spans []span
	for i := 0; i < len(words); i++ {
		word := words[i]
		if strings.Trim(word, "<>=^~") == "" && i+1 < len(words) { // ">= 18"
			i++
			word += words[i]
		}
		s, err := parseComparator(word)
		if err != nil {
			return nil, err
		}
		spans = append(spans, s)
	}
	return spans, nil
}

func parseHyphen(low, high string) ([]span, error) {
	from, err := parseComparator(">=" + low)
	if err != nil {
		return nil, err
	}
	to, err := parseComparator("<=" + high)
	return []span{from, to}, err
}

func parseComparator(word string) (span, error) {
	at := strings.IndexFunc(word, func(r rune) bool { return !strings.ContainsRune("<>=^~", r) })
	if at < 0 {
		return span{}, errors.New("a version is missing after " + word)
	}
	operator := word[:at]
	v, parts, err := parsePartial(word[at:])
	if err != nil {
		return span{}, err
	}
	past := after(v, parts) // the first version that v, taken as x range, does not cover
	switch operator {
	case "", "=":
		return span{low: v, high: past}, nil
	case ">=":
		return span{low: v}, nil
	case ">":
		if past == nil {
			return span{high: &version{}}, nil
		}
		return span{low: *past}, nil
	case "<":
		return span{high: &v}, nil
	case "<=":
		return span{high: past}, nil
	case "~":
		return span{low: v, high: after(v, min(parts, 2))}, nil
	case "^":
		return span{low: v, high: after(v, caret(v, parts))}, nil
	}
	return span{}, fmt.Errorf("%q is not an operator", operator)
}

// caret tells how many parts must stay the same: up to the first that is not zero.
func caret(v version, parts int) int {
	switch {
	case v.major > 0 || parts <= 1:
		return min(parts, 1)
	case v.minor > 0 || parts == 2:
		return 2
	}
	return 3
}

// after is the next version with another one among the first parts; nil when none is given.
func after(v version, parts int) *version {
	switch parts {
	case 0:
		return nil
	case 1:
		return &version{major: v.major + 1}
	case 2:
		return &version{major: v.major, minor: v.minor + 1}
	}
	return &version{v.major, v.minor, v.patch + 1}
}

func (r versionRange) contains(v version) bool {
	for _, spans := range r {
		if holdAll(spans, v) {
			return true
		}
	}
	return false
}

func holdAll(spans []span, v version) bool {
	for _, s := range spans {
		if v.compare(s.low) < 0 || (s.high != nil && v.compare(*s.high) >= 0) {
			return false
		}
	}
	return true
}
