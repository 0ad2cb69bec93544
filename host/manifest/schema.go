package manifest

import (
	_ "embed"
	"slices"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (2020-12) of a whole manifest.json, for editors and other tools. [Parse] checks more
// than a schema can say.
func Schema() []byte { return slices.Clone(schema) }
