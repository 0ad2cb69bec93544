package settings

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// pointer leads to a property of nested objects, by its names.
type pointer []string

// String is the pointer as RFC 6901 writes it.
func (p pointer) String() string {
	var b strings.Builder
	for _, name := range p {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
	}
	return b.String()
}

// dotted is the pointer as error messages name fields.
func (p pointer) dotted() string { return strings.Join(p, ".") }

// inside says that p is at or below q.
func (p pointer) inside(q pointer) bool { return len(p) >= len(q) && slices.Equal(p[:len(q)], q) }

// findSecrets returns where secrets are. A property is one if any part of the schema, conditional ones
// included, says so: what may be a secret is kept as one.
func findSecrets(s *jsonschema.Schema) ([]pointer, error) {
	found := map[string]pointer{}
	if err := collect(s, nil, found); err != nil {
		return nil, err
	}
	var list []pointer
	for _, key := range slices.Sorted(maps.Keys(found)) {
		p := found[key]
		if !slices.ContainsFunc(list, func(outer pointer) bool { return p.inside(outer) }) {
			list = append(list, p)
		}
	}
	return list, nil
}

func collect(s *jsonschema.Schema, at pointer, found map[string]pointer) error {
	if s.WriteOnly {
		if len(at) == 0 {
			return errors.New("the settings as a whole cannot be writeOnly: mark single properties")
		}
		found[at.String()] = at
		return nil
	}
	for _, sub := range beside(s) {
		if err := collect(sub, at, found); err != nil {
			return err
		}
	}
	for name, sub := range s.Properties {
		if err := collect(sub, append(slices.Clone(at), name), found); err != nil {
			return err
		}
	}
	for _, sub := range belowUnnamed(s) {
		if anySecret(sub) {
			return fmt.Errorf("writeOnly is only possible for named properties of objects, not inside lists or patterns (below %q)", at.dotted())
		}
	}
	return nil
}

func anySecret(s *jsonschema.Schema) bool {
	return s.WriteOnly || slices.ContainsFunc(append(beside(s), below(s)...), anySecret)
}

// get returns the value at p. held says that there is one; blocked that something other than an object is in the way.
func (p pointer) get(object map[string]any) (v any, held, blocked bool) {
	for i, name := range p {
		v, held = object[name]
		if !held || i == len(p)-1 {
			return v, held, false
		}
		if object, held = v.(map[string]any); !held {
			return nil, false, true
		}
	}
	return nil, false, false
}

// remove takes the value at p out of its object.
func (p pointer) remove(object map[string]any) {
	last := len(p) - 1
	for _, name := range p[:last] {
		object, _ = object[name].(map[string]any)
	}
	delete(object, p[last])
}

// set puts v at p, and makes the objects on the way. It does nothing if something else is in the way.
func (p pointer) set(object map[string]any, v any) {
	last := len(p) - 1
	for _, name := range p[:last] {
		if _, held := object[name]; !held {
			object[name] = map[string]any{}
		}
		next, ok := object[name].(map[string]any)
		if !ok {
			return
		}
		object = next
	}
	object[p[last]] = v
}
