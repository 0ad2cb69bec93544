package main

import (
	"reflect"
	"slices"
	"strings"
)

// variablePrefix is how the names of the host's variables begin.
const variablePrefix = "XC_"

// unknownVariables are the names in environ that look like the host's own and that it does not have: mistyped, or of another version. They
// are no error, but whoever relies on one, such as on a wall that it should require, must learn that it does nothing.
func unknownVariables(environ []string) []string {
	known := map[string]bool{}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[config]()) {
		known[f.Tag.Get("env")] = true
	}
	var out []string
	for _, entry := range environ {
		if name, _, _ := strings.Cut(entry, "="); strings.HasPrefix(name, variablePrefix) && !known[name] {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
