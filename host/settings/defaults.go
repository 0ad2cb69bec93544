package settings

import (
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// fillDefaults adds the defaults of properties that are missing. Objects that are missing are not made for the
// sake of defaults inside them, and what holds only under a condition gives none.
func fillDefaults(s *jsonschema.Schema, object map[string]any) {
	for _, sub := range always(s) {
		fillDefaults(sub, object)
	}
	for name, sub := range s.Properties {
		if _, held := object[name]; !held {
			if v, ok := defaultOf(sub); ok {
				object[name] = clone(v)
			}
		}
		if inner, ok := object[name].(map[string]any); ok {
			fillDefaults(sub, inner)
		}
	}
}

// defaultOf returns the default of s, its own before that of what it refers to.
func defaultOf(s *jsonschema.Schema) (any, bool) {
	if s.Default != nil {
		return *s.Default, true
	}
	for _, sub := range always(s) {
		if v, ok := defaultOf(sub); ok {
			return v, true
		}
	}
	return nil, false
}

// clone copies a decoded value, so that nobody writes into the schema's own.
func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for name, part := range v {
			object[name] = clone(part)
		}
		return object
	case []any:
		list := make([]any, len(v))
		for i, part := range v {
			list[i] = clone(part)
		}
		return list
	}
	return v
}
