package settings

import (
	"maps"
	"slices"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

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
