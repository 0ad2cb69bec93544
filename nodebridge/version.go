package nodebridge

import (
	"fmt"
	"strconv"
	"strings"

	"appzone/host"
	"appzone/host/fault"
)

// version is a release of Node.js; pre-release and build parts do not count.
type version struct{ major, minor, patch int }

func (v version) String() string { return fmt.Sprintf("%d.%d.%d", v.major, v.minor, v.patch) }

func (v version) compare(w version) int {
	for _, d := range [3]int{v.major - w.major, v.minor - w.minor, v.patch - w.patch} {
		if d != 0 {
			return d
		}
	}
	return 0
}

// parseVersion reads "v20.1.2" or "20.1.2-rc.1".
func parseVersion(text string) (version, error) {
	v, parts, err := parsePartial(text)
	if err != nil || parts != 3 {
		return version{}, fmt.Errorf("%q is not a version", text)
	}
	return v, nil
}

// partMax bounds a part of a version, so that the next one can be computed.
const partMax = 1_000_000

// parsePartial reads a version of which parts may be missing or "x"; it tells how many are there.
func parsePartial(text string) (v version, parts int, err error) {
	if text == "" {
		return v, 0, nil
	}
	text = strings.TrimPrefix(strings.TrimPrefix(text, "="), "v")
	text, _, _ = strings.Cut(text, "+")
	text, _, _ = strings.Cut(text, "-")
	fields := strings.Split(text, ".")
	if len(fields) > 3 {
		return version{}, 0, fmt.Errorf("%q has more than three parts", text)
	}
	to := [3]*int{&v.major, &v.minor, &v.patch}
	for i, field := range fields {
		if field == "x" || field == "X" || field == "*" {
			return v, i, nil
		}
		n, err := strconv.ParseUint(field, 10, 31)
		if err != nil || n > partMax {
			return version{}, 0, fmt.Errorf("%q is not a number of a version", field)
		}
		*to[i] = int(n)
	}
	return v, len(fields), nil
}

// requireNode holds the manifest's requires.node against the version that is there.
func requireNode(s host.Staged, have version) error {
	text := s.Manifest.Parameters.Requires.Node
	if text == "" {
		return nil
	}
	r, err := parseRange(text)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "requires_invalid",
			"parameters.requires.node %q is not a version range; write it like \">=18\" or \"^20 || ^22\"", text)
	}
	if !r.contains(have) {
		return fault.New(fault.Invalid, "node_version",
			"the plugin requires Node.js %s and this host runs it with %s: set XC_NODE_PATH to a fitting version", text, have)
	}
	return nil
}
