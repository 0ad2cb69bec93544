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
	for i := range 101 {
		fmt.Fprintf(&patterns, `"p%d":{"pattern":"^x%d{9}$"},`, i, i)
	}
	tests := map[string]struct{ schema, message string }{
		"remote reference":         {`{"$ref":"https://example.com/schema.json"}`, "other documents are not allowed"},
		"file reference":           {`{"$ref":"file:///etc/passwd"}`, "other documents are not allowed"},
		"relative reference":       {`{"$ref":"other.json"}`, ""},
		"dangling reference":       {`{"$ref":"#/$defs/none"}`, ""},
		"recursion":                {`{"properties":{"a":{"$ref":"#"}}}`, "must not form a cycle"},
		"empty recursion":          {`{"$ref":"#"}`, "must not form a cycle"},
		"dynamic recursion":        {`{"$dynamicAnchor":"n","properties":{"a":{"$dynamicRef":"#n"}}}`, "dynamic references"},
		"exponential references":   {`{"$ref":"#/$defs/d0","$defs":{` + fan.String() + `"d40":{}}}`, "more than 2000 parts"},
		"B6 too many patterns":     {`{"properties":{` + patterns.String() + `"z":{}}}`, "more than 100 patterns"},
		"B6 long pattern":          {`{"pattern":"` + strings.Repeat("x", 501) + `"}`, "longer than 500"},
		"B6 pattern is no RE2":     {`{"properties":{"a":{"pattern":"(?=a)b"}}}`, ""},
		"B2 huge number":           {`{"properties":{"a":{"multipleOf":1e400000000}}}`, "too large or too small"},
		"B1 key twice":             {`{"type":"object","type":"array"}`, "a key twice"},
		"another draft":            {`{"$schema":"http://json-schema.org/draft-07/schema#"}`, "$schema must be"},
		"another kind of thing":    {`true`, "must be an object"},
		"wrong keyword":            {`{"type":"objekt"}`, ""},
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
		})
	}
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
