package settings

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// maxUnfolded is how many parts a schema may have once every reference is replaced by what it refers to. It
// bounds the work of a validation for each value: references that fan out double it at every step.
const maxUnfolded = 2000

// bound refuses a schema whose validation could take long, or whose defaults would not pass it.
func bound(s *jsonschema.Schema) error {
	sizes := map[*jsonschema.Schema]int{}
	if _, err := unfolded(s, sizes); err != nil {
		return err
	}
	for part := range sizes {
		if part.Default == nil {
			continue
		}
		v := clone(*part.Default)
		if object, ok := v.(map[string]any); ok {
			fillDefaults(part, object)
		}
		if part.Validate(v) != nil {
			return errors.New("a default does not pass its own schema")
		}
	}
	return nil
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
	total := 1
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
