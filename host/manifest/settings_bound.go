package manifest

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
)

// maxSchemaParts bounds the schema's size with every reference written out. A schema of a few hundred bytes
// can otherwise make its checking exponential ("a refers to b twice, b to c twice, ...").
const maxSchemaParts = 5000

// maxPatternParts bounds the compiled size of all patterns together (some 100 bytes a part): "a{1000}" has a thousand.
const maxPatternParts = 10_000

// refused keywords move or hide what a reference points to, or reach outside.
var refusedKeywords = []string{"$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary"}

// boundSchema walks a schema as its checking would and returns what is wrong, or "".
func boundSchema(root map[string]any) string {
	defs, _ := root["$defs"].(map[string]any)
	w := schemaWalk{defs: defs, cost: map[string]int{}}
	w.schema(root, true)
	for name := range defs {
		w.ref("#/$defs/" + name)
	}
	return w.problem
}

type schemaWalk struct {
	defs map[string]any
	// cost of each definition that was walked; -1 while it is being walked.
	cost map[string]int
	// patterns is the compiled size of the patterns so far.
	patterns int
	problem  string
}

// any walks what stands at a schema's place: a schema, a list of them, or something else.
func (w *schemaWalk) any(v any) int {
	switch v := v.(type) {
	case map[string]any:
		return w.schema(v, false)
	case []any:
		n := 0
		for _, item := range v {
			n = w.add(n, w.any(item))
		}
		return n
	}
	return 0
}

func (w *schemaWalk) schema(s map[string]any, root bool) int {
	n := 1
	for keyword, v := range s {
		switch keyword {
		case "$defs":
			if !root {
				w.fail("may have $defs only at its top")
			}
		case "$ref":
			ref, _ := v.(string)
			n = w.add(n, w.ref(ref))
		case "pattern":
			pattern, _ := v.(string)
			w.pattern(pattern)
		case "properties", "patternProperties", "definitions", "dependentSchemas":
			named, _ := v.(map[string]any)
			for name, property := range named {
				if keyword == "patternProperties" {
					w.pattern(name)
				}
				n = w.add(n, w.any(property))
			}
		case "enum", "const", "default", "examples":
		default:
			if slices.Contains(refusedKeywords, keyword) {
				w.fail("holds the keyword " + keyword + ", which the host does not read")
			}
			n = w.add(n, w.any(v))
		}
	}
	return n
}

// ref is the cost of a reference to a definition.
func (w *schemaWalk) ref(ref string) int {
	name, ok := strings.CutPrefix(ref, "#/$defs/")
	def, found := w.defs[name]
	if !ok || strings.ContainsAny(name, "/~%") {
		w.fail(fmt.Sprintf("refers to %q; references are of the form #/$defs/name", clip(ref)))
		return 1
	}
	if !found {
		w.fail(fmt.Sprintf("refers to %q, which is not there", clip(ref)))
		return 1
	}
	cost, walked := w.cost[name]
	switch {
	case cost < 0:
		w.fail(fmt.Sprintf("refers to itself by %q; recursive settings are not possible", clip(ref)))
		return 1
	case !walked:
		w.cost[name] = -1
		cost = w.any(def)
		w.cost[name] = cost
	}
	return cost
}

// pattern counts a pattern's size. One that does not parse is left to the schema's compiler, which says why.
func (w *schemaWalk) pattern(text string) {
	if w.patterns > maxPatternParts {
		return
	}
	tree, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return
	}
	program, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return
	}
	if w.patterns += len(program.Inst); w.patterns > maxPatternParts {
		w.fail("has patterns that are too large together; use fewer, or smaller repetitions")
	}
}

func (w *schemaWalk) add(a, b int) int {
	if a+b > maxSchemaParts {
		w.fail(fmt.Sprintf("has more than %d parts with its references written out", maxSchemaParts))
		return maxSchemaParts
	}
	return a + b
}

// fail keeps one problem; the least one, so that the same schema always gets the same answer.
func (w *schemaWalk) fail(problem string) {
	if w.problem == "" || problem < w.problem {
		w.problem = problem
	}
}
