package settings

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Difference is what a schema asks for that another did not. Properties are named by their dotted paths, sorted.
type Difference struct {
	// Added, Removed and Changed properties; one is changed if what it may hold, its default, or whether it is a secret is.
	Added, Removed, Changed []string
	// RequiredNow are required, were not, and have no default; inside an object: where that object is there.
	RequiredNow []string
}

// Since tells how s differs from the schema of a former version.
func (s *Schema) Since(former *Schema) Difference {
	old, now := former.properties(), s.properties()
	var d Difference
	for path, is := range now {
		was, known := old[path]
		switch {
		case !known:
			d.Added = append(d.Added, path)
		case !slices.Equal(was.parts, is.parts):
			d.Changed = append(d.Changed, path)
		}
		if is.required && !is.defaulted && (!known || !was.required || was.defaulted) {
			d.RequiredNow = append(d.RequiredNow, path)
		}
	}
	for path := range old {
		if _, still := now[path]; !still {
			d.Removed = append(d.Removed, path)
		}
	}
	for _, list := range [][]string{d.Added, d.Removed, d.Changed, d.RequiredNow} {
		slices.Sort(list)
	}
	return d
}

// property is what the parts of a schema say of one property. All together they have at most maxUnfolded parts.
type property struct {
	parts               []string
	required, defaulted bool
}

// properties are all that have a name, at any depth, by dotted path; * stands for the items of a list, and for names that are not fixed.
func (s *Schema) properties() map[string]*property {
	found := map[string]*property{}
	s.gather(s.compiled, nil, true, found)
	for _, p := range found {
		slices.Sort(p.parts)
		p.parts = slices.Compact(p.parts)
	}
	return found
}

// gather adds what part says of the value at at, and of what is below it. sure says that it holds for every value there.
func (s *Schema) gather(part *jsonschema.Schema, at pointer, sure bool, found map[string]*property) {
	of := func(names ...string) *property {
		path := append(slices.Clone(at), names...).dotted()
		if found[path] == nil {
			found[path] = &property{}
		}
		return found[path]
	}
	if len(at) > 0 {
		p := of()
		p.parts = append(p.parts, s.written(part))
		p.defaulted = p.defaulted || part.Default != nil
	}
	if sure {
		for _, name := range part.Required {
			of(name).required = true
		}
	}
	for _, other := range beside(part) {
		s.gather(other, at, sure && slices.Contains(always(part), other), found)
	}
	for name, inner := range part.Properties {
		s.gather(inner, append(slices.Clone(at), name), sure, found)
	}
	for _, inner := range belowUnnamed(part) {
		s.gather(inner, append(slices.Clone(at), "*"), sure, found)
	}
}

// elsewhere are the keywords that part's text leaves out: those that only people read, those that lead to other parts, and required,
// which is about other properties.
var elsewhere = strings.Fields(`title description examples $comment $id $anchor $ref $defs definitions allOf anyOf oneOf not if then else
	dependentSchemas properties items prefixItems contains unevaluatedItems unevaluatedProperties propertyNames contentSchema required`)

// written is part as it is in the document, without what is elsewhere.
func (s *Schema) written(part *jsonschema.Schema) string {
	v := s.doc
	_, fragment, _ := strings.Cut(part.Location, "#")
	for token := range strings.SplitSeq(strings.TrimPrefix(fragment, "/"), "/") {
		name, err := url.PathUnescape(token)
		if err != nil {
			return ""
		}
		name = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		switch inner := v.(type) {
		case map[string]any:
			v = inner[name]
		case []any:
			if k, err := strconv.Atoi(name); err == nil && k >= 0 && k < len(inner) {
				v = inner[k]
			}
		}
	}
	object, ok := v.(map[string]any)
	if !ok {
		return string(encode(v))
	}
	own := maps.Clone(object)
	for _, keyword := range elsewhere {
		delete(own, keyword)
	}
	if _, part := own["additionalProperties"].(map[string]any); part {
		delete(own, "additionalProperties")
	}
	return string(encode(own))
}
