package manifest_test

import (
	"strings"
	"testing"

	"appzone/host/fault"
	"appzone/host/manifest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func settings(schema string) (*manifest.Manifest, error) {
	m, _, err := manifest.Parse([]byte(script(`,"settings":` + schema)))
	return m, err
}

func TestSettingsSchemaIsChecked(t *testing.T) {
	// What else a schema must not hold is tested where schemas are read, in host/settings.
	for name, c := range map[string]struct{ schema, want string }{
		"not an object":    {`true`, "must be an object"},
		"type missing":     {`{}`, "whose type must be"},
		"other type":       {`{"type":"array"}`, "whose type must be"},
		"invalid inside":   {`{"type":"object","properties":{"a":{"type":"strin"}}}`, "properties.a.type"},
		"remote reference": {`{"type":"object","properties":{"a":{"$ref":"https://example.com/x"}}}`, "other documents"},
		"recursion":        {`{"type":"object","properties":{"a":{"$ref":"#"}}}`, "cycle"},
		"B6 look-behind":   {`{"type":"object","properties":{"a":{"pattern":"(?<=a)b"}}}`, "cannot be used"},
		"B5 constructor":   {`{"type":"object","properties":{"constructor":{"type":"string"}}}`, "not allowed"},
		"secret in a list": {`{"type":"object","properties":{"a":{"items":{"properties":{"k":{"writeOnly":true}}}}}}`, "(below \"a\")"},
		"too large":        {`{"type":"object","title":"` + strings.Repeat("x", 70_000) + `"}`, "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := settings(c.schema)
			require.Error(t, err)
			e := fault.From(err)
			require.Len(t, e.Fields, 1)
			assert.Equal(t, "parameters.settings", e.Fields[0].Field)
			assert.Contains(t, e.Fields[0].Message, c.want)
		})
	}
}

func TestSettingsSchemaIsLenientAboutNames(t *testing.T) {
	for name, schema := range map[string]string{
		"case B1":                `{"type":"object","properties":{"token":{"type":"string"},"Token":{"type":"string"}}}`,
		"$id as a property":      `{"type":"object","properties":{"$id":{"type":"string"},"$ref":{"type":"string"}}}`,
		"exponential pattern B6": `{"type":"object","properties":{"a":{"type":"string","pattern":"^(a+)+$"}}}`,
	} {
		_, err := settings(schema)
		assert.NoError(t, err, name)
	}
}
