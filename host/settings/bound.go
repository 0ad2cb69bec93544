package settings

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A validation holds parts of the schema against parts of the settings. These bound how many there are.
const (
	// maxUnfolded is how many parts a schema may have once every reference is replaced by what it refers to:
	// references that fan out double it at every step.
	maxUnfolded = 5000
	// maxCounted is how many values the schema as a document may have: it is itself held against a schema.
	maxCounted = 10_000
	// maxWork is the schema's parts times the values that are held against it.
	maxWork = 500_000
)

// measure counts the parts of a schema. It refuses one whose validation could take long, or whose defaults would not pass it.
func measure(s *jsonschema.Schema) (int, error) {
	sizes := map[*jsonschema.Schema]int{}
	parts, err := unfolded(s, sizes)
	if err != nil {
		return 0, err
	}
	total := 0
	for part, size := range sizes {
		if total += steps(part); total > maxPatternsSteps {
			return 0, fmt.Errorf("its patterns have more than %d steps together", maxPatternsSteps)
		}
		if err := checkDefault(part, size); err != nil {
			return 0, err
		}
	}
	return parts, nil
}

func checkDefault(s *jsonschema.Schema, parts int) error {
	if s.Default == nil {
		return nil
	}
	v := clone(*s.Default)
	if object, ok := v.(map[string]any); ok {
		fillDefaults(s, object)
	}
	if count(v)*parts > maxWork {
		return errors.New("a default is too large for its schema")
	}
	if s.Validate(v) != nil {
		return errors.New("a default does not pass its own schema")
	}
	return nil
}

// count counts the values in v, names included.
func count(v any) int {
	n := 1
	switch v := v.(type) {
	case map[string]any:
		for _, part := range v {
			n += 1 + count(part)
		}
	case []any:
		for _, part := range v {
			n += count(part)
		}
	}
	return n
}

// unfolded counts the parts of s. sizes holds what is counted, 0 for what is being counted.
func unfolded(s *jsonschema.Schema, sizes map[*jsonschema.Schema]int) (int, error) {
	if n, ok := sizes[s]; ok {
		if n == 0 {
			return 0, errors.New("references must not form a cycle")
		}
		return n, nil
	}
	if s.DynamicRef != nil || s.RecursiveRef != nil {
		return 0, errors.New("dynamic references are not allowed")
	}
	sizes[s] = 0
	total := own(s)
	for _, sub := range append(beside(s), below(s)...) {
		n, err := unfolded(sub, sizes)
		if err != nil {
			return 0, err
		}
		if total += n; total > maxUnfolded {
			return 0, fmt.Errorf("it has more than %d parts, references followed", maxUnfolded)
		}
	}
	sizes[s] = total
	return total, nil
}

// own counts what one value is held against by s itself.
func own(s *jsonschema.Schema) int {
	n := 1 + len(s.Required) + len(s.PatternProperties)
	if s.Enum != nil {
		n += len(s.Enum.Values)
	}
	for _, names := range s.DependentRequired {
		n += 1 + len(names)
	}
	for _, d := range s.Dependencies {
		names, _ := d.([]string)
		n += 1 + len(names)
	}
	return n
}

// always returns the subschemas that hold for the same value whatever it is.
func always(s *jsonschema.Schema) []*jsonschema.Schema {
	return present(append([]*jsonschema.Schema{s.Ref}, s.AllOf...))
}

// beside returns the subschemas that apply to the same value as s.
func beside(s *jsonschema.Schema) []*jsonschema.Schema {
	all := append(always(s), s.Not, s.If, s.Then, s.Else)
	all = append(append(all, s.AnyOf...), s.OneOf...)
	all = append(all, sorted(s.DependentSchemas)...)
	for _, d := range s.Dependencies {
		all = append(all, schemas(d)...)
	}
	return present(all)
}

// below returns the subschemas that apply to parts of the value.
func below(s *jsonschema.Schema) []*jsonschema.Schema {
	return append(sorted(s.Properties), belowUnnamed(s)...)
}

// belowUnnamed returns those of below that are for parts which have no fixed name.
func belowUnnamed(s *jsonschema.Schema) []*jsonschema.Schema {
	all := append([]*jsonschema.Schema{s.PropertyNames, s.UnevaluatedProperties, s.Contains, s.Items2020, s.UnevaluatedItems,
		s.ContentSchema}, s.PrefixItems...)
	for _, p := range s.PatternProperties {
		all = append(all, p)
	}
	for _, v := range []any{s.AdditionalProperties, s.Items, s.AdditionalItems} {
		all = append(all, schemas(v)...)
	}
	return present(all)
}

// schemas returns what is a schema in v, which the library types loosely.
func schemas(v any) []*jsonschema.Schema {
	switch v := v.(type) {
	case *jsonschema.Schema:
		return []*jsonschema.Schema{v}
	case []*jsonschema.Schema:
		return v
	}
	return nil
}

func present(all []*jsonschema.Schema) []*jsonschema.Schema {
	return slices.DeleteFunc(all, func(s *jsonschema.Schema) bool { return s == nil })
}

func sorted(m map[string]*jsonschema.Schema) []*jsonschema.Schema {
	list := make([]*jsonschema.Schema, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, m[k])
	}
	return list
}
