package manifest

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/mod/semver"
)

// comparison is one bound of a range on a version, "v" included.
type comparison struct{ op, version string }

func (c comparison) holds(version string) bool {
	n := semver.Compare(version, c.version)
	switch c.op {
	case ">=":
		return n >= 0
	case ">":
		return n > 0
	case "<=":
		return n <= 0
	case "<":
		return n < 0
	}
	return n == 0
}

// term matches one bound: an operator and one to three numbers, the last of which may be x or *.
var term = regexp.MustCompile(`^(>=|<=|>|<|=|\^|~)?v?(\d{1,9})(?:\.(\d{1,9}|x|\*))?(?:\.(\d{1,9}|x|\*))?$`)

var (
	errRange      = errors.New("not a version range")
	afterOperator = regexp.MustCompile(`(>=|<=|>|<|=|\^|~)\s+`)
)

// parseRange reads alternatives ("||") of bounds that hold together (blank or comma).
func parseRange(text string) ([][]comparison, error) {
	if len(text) > 128 {
		return nil, errRange
	}
	var alternatives [][]comparison
	for alternative := range strings.SplitSeq(text, "||") {
		alternative = afterOperator.ReplaceAllString(strings.ReplaceAll(alternative, ",", " "), "$1")
		all := []comparison{}
		for _, word := range strings.Fields(alternative) {
			bounds, err := parseTerm(word)
			if err != nil {
				return nil, err
			}
			all = append(all, bounds...)
		}
		if len(all) == 0 && strings.TrimSpace(alternative) != "*" {
			return nil, errRange
		}
		alternatives = append(alternatives, all)
	}
	return alternatives, nil
}

// parseTerm turns one word into bounds: "^1.2" becomes >=1.2.0 and <2.0.0, as npm has it.
func parseTerm(word string) ([]comparison, error) {
	if word == "*" || word == "x" {
		return nil, nil
	}
	m := term.FindStringSubmatch(word)
	if m == nil {
		return nil, errRange
	}
	var n [3]int
	given := 0
	for i, part := range m[2:] {
		v, err := strconv.Atoi(part)
		if err != nil {
			break
		}
		n[i], given = v, i+1
	}
	from := join3(n[0], n[1], n[2])
	next := above(n, max(given-1, 0))
	switch op := m[1]; {
	case op == ">" && given < 3:
		return []comparison{{">=", next}}, nil
	case op == "<=" && given < 3:
		return []comparison{{"<", next}}, nil
	case op == ">=" || op == ">" || op == "<=" || op == "<":
		return []comparison{{op, from}}, nil
	case op == "^":
		first := 0
		for first < given-1 && n[first] == 0 {
			first++
		}
		next = above(n, first)
	case op == "~":
		next = above(n, min(given-1, 1))
	case given == 3:
		return []comparison{{"=", from}}, nil
	}
	return []comparison{{">=", from}, {"<", next}}, nil
}

// above is the first version whose part at place is greater.
func above(n [3]int, place int) string {
	n[place]++
	for i := place + 1; i < 3; i++ {
		n[i] = 0
	}
	return join3(n[0], n[1], n[2])
}

func join3(a, b, c int) string {
	return "v" + strconv.Itoa(a) + "." + strconv.Itoa(b) + "." + strconv.Itoa(c)
}

// Satisfies reports whether a version ("20.1.0", with or without v) lies in a range of [Requires], which is
// written as for npm: ">=18", "^20.1", "~1.2", "18 || 20", ">=1.0 <2". An empty range holds everything; a version or
// a range that cannot be read holds nothing.
func Satisfies(version, versionRange string) bool {
	if versionRange == "" {
		return true
	}
	v := "v" + strings.TrimPrefix(version, "v")
	alternatives, err := parseRange(versionRange)
	if err != nil || !semver.IsValid(v) {
		return false
	}
	for _, all := range alternatives {
		ok := true
		for _, c := range all {
			ok = ok && c.holds(v)
		}
		if ok {
			return true
		}
	}
	return false
}
