package manifest_test

import (
	"fmt"
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

// doubling is a schema of a few hundred bytes that checks 2^levels parts.
func doubling(levels int) string {
	var b strings.Builder
	for i := range levels {
		fmt.Fprintf(&b, `"d%d":{"allOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]},`, i, i+1, i+1)
	}
	fmt.Fprintf(&b, `"d%d":{"type":"object"}`, levels)
	return `{"type":"object","allOf":[{"$ref":"#/$defs/d0"}],"$defs":{` + b.String() + `}}`
}

func manyPatterns(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `"p%d":{"pattern":"a{1000}"},`, i)
	}
	return b.String() + `"z":{}`
}

func TestSettingsSchemaIsChecked(t *testing.T) {
	for name, c := range map[string]struct{ schema, want string }{
		"not an object":      {`true`, "must be an object"},
		"type missing":       {`{}`, "whose type must be"},
		"other type":         {`{"type":"array"}`, "whose type must be"},
		"invalid keyword":    {`{"type":"object","required":7}`, "not a valid JSON Schema"},
		"invalid inside":     {`{"type":"object","properties":{"a":{"type":"strin"}}}`, "not a valid JSON Schema"},
		"older draft":        {`{"type":"object","$schema":"http://json-schema.org/draft-07/schema#"}`, "2020-12"},
		"remote reference":   {`{"type":"object","properties":{"a":{"$ref":"https://example.com/x"}}}`, "of the form #/$defs/name"},
		"file reference":     {`{"type":"object","properties":{"a":{"$ref":"file:///etc/passwd"}}}`, "of the form #/$defs/name"},
		"reference to root":  {`{"type":"object","properties":{"a":{"$ref":"#"}}}`, "of the form #/$defs/name"},
		"missing reference":  {`{"type":"object","properties":{"a":{"$ref":"#/$defs/x"}}}`, "not there"},
		"recursion":          {`{"type":"object","properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"items":{"$ref":"#/$defs/x"}}}}`, "recursive"},
		"hidden recursion":   {`{"type":"object","$defs":{"x":{"items":{"$ref":"#/$defs/y"}},"y":{"$ref":"#/$defs/x"}}}`, "recursive"},
		"renamed base":       {`{"type":"object","$id":"https://example.com/"}`, "$id"},
		"dynamic reference":  {`{"type":"object","properties":{"a":{"$dynamicRef":"#meta"}}}`, "$dynamicRef"},
		"exponential":        {doubling(40), "more than 5000 parts"},
		"B6 look-behind":     {`{"type":"object","properties":{"a":{"pattern":"(?<=a)b"}}}`, "not a valid JSON Schema"},
		"B6 back-reference":  {`{"type":"object","properties":{"a":{"pattern":"(a+)\\1"}}}`, "not a valid JSON Schema"},
		"B6 huge repetition": {`{"type":"object","properties":{"a":{"pattern":"((a{1000}){1000}){1000}"}}}`, "not a valid JSON Schema"},
		"B6 many patterns":   {`{"type":"object","properties":{` + manyPatterns(20) + `}}`, "too large together"},
		"B6 many names":      {`{"type":"object","patternProperties":{"^a{900}":{},"^b{900}":{},"^(c{900}){1,1}":{},"^[d-e]{999}$":{},` + manyPatterns(9) + `}}`, "too large together"},
		"too large":          {`{"type":"object","title":"` + strings.Repeat("x", 70_000) + `"}`, "64 KiB"},
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
		"constructor B5":         `{"type":"object","properties":{"constructor":{"type":"string"}}}`,
		"$id as a property":      `{"type":"object","properties":{"$id":{"type":"string"},"$ref":{"type":"string"}}}`,
		"exponential pattern B6": `{"type":"object","properties":{"a":{"type":"string","pattern":"^(a+)+$"}}}`,
		"small doubling":         doubling(5),
	} {
		_, err := settings(schema)
		assert.NoError(t, err, name)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	m, _, err := manifest.Parse(file(t, "maximal.json"))
	require.NoError(t, err)
	assert.Equal(t, []string{"token"}, m.Secrets())
	assert.NoError(t, m.CheckSettings([]byte(`{"token":"long enough","interval":5}`)))
	for text, field := range map[string]string{
		`{"interval":5}`:                                   "",
		`{"token":"short"}`:                                "token",
		`{"token":"long enough","interval":0}`:             "interval",
		`{"token":"long enough","interval":""}`:            "interval",
		`{"token":"long enough","other":1}`:                "",
		`{"token":"long enough","servers":[{"host":"A"}]}`: "servers.0.host",
		`[]`:     "",
		`{} {}`:  "",
		`{"a":1`: "",
	} {
		err := m.CheckSettings([]byte(text))
		require.Error(t, err, text)
		assert.Equal(t, "settings_invalid", fault.CodeOf(err))
		require.NotEmpty(t, fault.From(err).Fields, text)
		assert.Equal(t, field, fault.From(err).Fields[0].Field, text)
		assert.NotContains(t, err.Error(), "short", "H8: a secret's value is not shown")
	}
	m.Parameters.Settings = nil
	assert.NoError(t, m.CheckSettings([]byte(`{}`)))
	assert.Error(t, m.CheckSettings([]byte(`{"a":1}`)))
}

// B6: a pattern that takes exponential time elsewhere takes linear time here; the test would not end otherwise.
func TestPatternsTakeLinearTime_B6(t *testing.T) {
	m, err := settings(`{"type":"object","properties":{"a":{"type":"string","pattern":"^(a+)+$"}}}`)
	require.NoError(t, err)
	assert.Error(t, m.CheckSettings([]byte(`{"a":"`+strings.Repeat("a", 50_000)+`!"}`)))
}
