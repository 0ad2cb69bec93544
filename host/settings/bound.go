package settings

import (
	"errors"
	"fmt"

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
