package settings_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"appzone/host/fault"
	"appzone/host/settings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// B2, B6: a schema comes with a plugin and must not be able to hold up the host.
func TestSchemasThatAreRefused(t *testing.T) {
	var fan strings.Builder // each definition refers twice to the next: 2^40 ways through
	for i := range 40 {
		fmt.Fprintf(&fan, `"d%d":{"allOf":[{"$ref":"#/$defs/d%d"},{"$ref":"#/$defs/d%d"}]},`, i, i+1, i+1)
	}
	var patterns strings.Builder
	for i := range 11 {
		fmt.Fprintf(&patterns, `"p%d":{"pattern":"^x%d{400}$"},`, i, i)
	}
	numbers := strings.Repeat("1,", 6000) + "1"
	tests := map[string]struct{ schema, message string }{
		"remote reference":         {`{"$ref":"https://example.com/schema.json"}`, "other documents are not allowed"},
		"file reference":           {`{"$ref":"file:///etc/passwd"}`, "other documents are not allowed"},
		"relative reference":       {`{"$ref":"other.json"}`, ""},
		"dangling reference":       {`{"$ref":"#/$defs/none"}`, ""},
		"recursion":                {`{"properties":{"a":{"$ref":"#"}}}`, "must not form a cycle"},
		"empty recursion":          {`{"$ref":"#"}`, "must not form a cycle"},
		"dynamic recursion":        {`{"$dynamicAnchor":"n","properties":{"a":{"$dynamicRef":"#n"}}}`, "dynamic references"},
		"exponential references":   {`{"$ref":"#/$defs/d0","$defs":{` + fan.String() + `"d40":{}}}`, "more than 5000 parts"},
		"B6 too many patterns":     {`{"properties":{` + patterns.String() + `"z":{}}}`, "more than 4000 steps together"},
		"B6 long pattern":          {`{"pattern":"` + strings.Repeat("x", 1001) + `"}`, ""},
		"B6 pattern that unfolds":  {`{"pattern":"(abcd){300}"}`, "more than 1000 steps"},
		"B2 long default":          {`{"properties":{"a":{"default":[` + numbers + `],"items":{"allOf":[` + strings.Repeat("{},", 100) + `{}]}}}}`, "default is too large"},
		"B2 many values":           {`{"$defs":{"a":{"allOf":[` + strings.Repeat("{},", 10_000) + `{}]}}}`, "more than 10000 values"},
		"B2 long enumeration":      {`{"properties":{"a":{"enum":[` + numbers + `]}}}`, "more than 5000 parts"},
		"B6 pattern is no RE2":     {`{"properties":{"a":{"pattern":"(?=a)b"}}}`, ""},
		"B2 huge number":           {`{"properties":{"a":{"multipleOf":1e400000000}}}`, "too large or too small"},
		"B1 key twice":             {`{"type":"object","type":"array"}`, "a key twice"},
		"another draft":            {`{"$schema":"http://json-schema.org/draft-07/schema#"}`, "$schema must be"},
		"another kind of thing":    {`true`, "must be an object"},
		"wrong keyword":            {`{"properties":{"a":{"type":"strin"}}}`, "properties.a.type: "},
		"default of another type":  {`{"properties":{"a":{"type":"integer","default":"three"}}}`, "default does not pass"},
		"all of it is secret":      {`{"writeOnly":true}`, "cannot be writeOnly"},
		"secret in a list":         {`{"properties":{"a":{"items":{"properties":{"k":{"writeOnly":true}}}}}}`, `(below "a")`},
		"secret under any name":    {`{"additionalProperties":{"writeOnly":true}}`, "only possible for named properties"},
		"secret under a pattern":   {`{"patternProperties":{"^x":{"allOf":[{"writeOnly":true}]}}}`, "only possible for named properties"},
		"secret in a tuple":        {`{"properties":{"a":{"prefixItems":[{"writeOnly":true}]}}}`, "only possible for named properties"},
		"too large":                {`{"description":"` + strings.Repeat("x", settings.MaxBytes) + `"}`, "larger than"},
		"subschema of other draft": {`{"properties":{"a":{"$id":"x:y","$schema":"http://json-schema.org/draft-07/schema#","items":[{"writeOnly":true}]}}}`, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := settings.Compile(json.RawMessage(test.schema))
			require.Error(t, err)
			assert.Equal(t, "settings_schema_invalid", fault.CodeOf(err))
			assert.ErrorContains(t, err, test.message)
			assert.NotContains(t, err.Error(), "\n")
			assert.Less(t, len(err.Error()), 400)

		})
	}
}

// B2: neither alone is large, but every item would be held against every part.
func TestLongListsAgainstLargeSchemasAreRefused(t *testing.T) {
	s := compile(t, `{"type":"object","properties":{"a":{"items":{"allOf":[`+strings.Repeat(`{"type":"string"},`, 1000)+`{}]}}}}`)
	_, err := s.Apply(settings.Stored{}, json.RawMessage(`{"a":[`+strings.Repeat("1,", 20_000)+`1]}`), seal, open, monday)
	assert.ErrorContains(t, err, "too long to be checked")
	_, err = s.Apply(settings.Stored{}, json.RawMessage(`{"a":["x","y"]}`), seal, open, monday)
	assert.NoError(t, err)
}

func TestManyTextsInAFormatOfPatternsAreChecked(t *testing.T) {
	s := compile(t, `{"type":"object","properties":{"a":{"items":{"format":"regex"}}}}`)
	_, err := s.Apply(settings.Stored{}, json.RawMessage(`{"a":[`+strings.Repeat(`"x*",`, 1000)+`"y"]}`), seal, open, monday)
	assert.NoError(t, err)
	_, err = s.Apply(settings.Stored{}, json.RawMessage(`{"a":["("]}`), seal, open, monday)
	assertField(t, err, "a.0", "must be a valid regex")
}

func TestFormatsAreChecked(t *testing.T) {
	s := compile(t, `{"type":"object","properties":{"mail":{"type":"string","format":"email"},"odd":{"type":"string","format":"password"}}}`)
	_, err := s.Apply(settings.Stored{}, json.RawMessage(`{"mail":"nobody","odd":"x"}`), seal, open, monday)
	assertField(t, err, "mail", "must be a valid email")
}

func TestManyErrorsAreCutShort(t *testing.T) {
	s := compile(t, `{"type":"object","additionalProperties":{"type":"string"}}`)
	var put strings.Builder
	for i := range 500 {
		fmt.Fprintf(&put, `"k%d":1,`, i)
	}
	_, err := s.Apply(settings.Stored{}, json.RawMessage(`{`+put.String()+`"z":1}`), seal, open, monday)
	assert.Len(t, fault.From(err).Fields, 20)
}
