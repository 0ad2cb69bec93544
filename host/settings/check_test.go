package settings_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/fault"
	"appzone/host/settings"
)

// old is a schema whose settings later ones are held against.
const old = `{"type":"object","properties":{"token":{"type":"string","writeOnly":true},"port":{"type":"integer"},"name":{"type":"string"}}}`

func TestCheckHoldsStoredSettingsAgainstAnotherSchema(t *testing.T) {
	st := apply(t, compile(t, old), settings.Stored{}, `{"token":"tok-1","port":80,"name":"x"}`, monday)
	for name, c := range map[string]struct {
		schema string
		blind  []string
		open   []string
	}{
		"the same":                         {old, nil, nil},
		"another type":                     {`{"properties":{"port":{"type":"string"}}}`, []string{"port"}, []string{"port"}},
		"no schema any more":               {``, []string{"name", "port"}, []string{"name", "port"}},
		"a required one that is missing":   {`{"required":["host"]}`, []string{"host"}, []string{"host"}},
		"a required one with a default":    {`{"properties":{"host":{"default":"h"}},"required":["host"]}`, nil, nil},
		"a required secret that is set":    {`{"properties":{"token":{"writeOnly":true}},"required":["token"]}`, nil, nil},
		"a required secret that is not":    {`{"properties":{"key":{"writeOnly":true}},"required":["key"]}`, []string{"key"}, []string{"key"}},
		"a secret of another form":         {`{"properties":{"token":{"writeOnly":true,"type":"string","pattern":"^other"}}}`, nil, []string{"token"}},
		"a secret of other forms":          {`{"properties":{"token":{"writeOnly":true,"type":"object","minProperties":1}},"required":["token"]}`, nil, []string{"token"}},
		"one of many forms":                {`{"anyOf":[{"properties":{"token":{"writeOnly":true,"pattern":"^other"}}},{"required":["host"]}]}`, nil, []string{""}},
		"a form beside a secret's":         {`{"allOf":[{"properties":{"token":{"writeOnly":true,"pattern":"^other"}}},{"required":["host"]}]}`, []string{"host"}, []string{"host", "token"}},
		"a secret that is plain, required": {`{"properties":{"token":{"type":"string"}},"required":["token"]}`, []string{"token"}, []string{"token"}},
		"a plain one that is a secret":     {`{"properties":{"name":{"writeOnly":true,"minLength":9}}}`, nil, []string{"name"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := compile(t, c.schema)
			assert.Equal(t, c.blind, fieldsOf(t, s.Check(st, nil)), "by presence")
			assert.Equal(t, c.open, fieldsOf(t, s.Check(st, open)), "by value")
		})
	}
}

func fieldsOf(t *testing.T, err error) (fields []string) {
	t.Helper()
	if err == nil {
		return nil
	}
	var e *fault.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "settings_invalid", e.Code)
	for _, f := range e.Fields {
		fields = append(fields, f.Field)
	}
	return fields
}

// H8: a schema that somebody made for it tells nothing of what a secret holds.
func TestCheckIsNoOracle(t *testing.T) {
	st := apply(t, compile(t, old), settings.Stored{}, `{"token":"tok-1"}`, monday)
	says := func(constraint string) string {
		s := compile(t, strings.ReplaceAll(constraint, "T", `"writeOnly":true`))
		if err := s.Check(st, nil); err != nil {
			return err.Error()
		}
		return ""
	}
	for _, c := range [][2]string{
		{`{"properties":{"token":{T,"pattern":"^tok"}}}`, `{"properties":{"token":{T,"pattern":"^no"}}}`},
		{`{"properties":{"token":{T,"const":"tok-1"}}}`, `{"properties":{"token":{T,"const":"x"}}}`},
		{`{"properties":{"token":{T}},"if":{"properties":{"token":{"pattern":"^tok"}}},"then":{"required":["a"]}}`,
			`{"properties":{"token":{T}},"if":{"properties":{"token":{"pattern":"^no"}}},"then":{"required":["a"]}}`},
	} {
		assert.Equal(t, says(c[0]), says(c[1]), c[0])
	}
}

func TestCheckSaysThatASecretCannotBeOpened(t *testing.T) {
	s := compile(t, old)
	st := apply(t, s, settings.Stored{}, `{"token":"tok-1"}`, monday)
	err := s.Check(st, func(string) ([]byte, error) { return nil, errors.New("another key") })
	var e *fault.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, []fault.Field{{Field: "token", Message: "cannot be opened: send its value again, or null to remove it"}}, e.Fields)
	assert.NoError(t, s.Check(st, nil))
}

func TestSinceNamesWhatChanged(t *testing.T) {
	for name, c := range map[string]struct {
		before, after string
		want          settings.Difference
	}{
		"nothing": {schema, schema, settings.Difference{}},
		"what only people read": {`{"properties":{"a":{"type":"string","description":"x"}}}`, `{"properties":{"a":{"type":"string","title":"y"}},"$comment":"c"}`,
			settings.Difference{}},
		"a schema where there was none": {``, `{"properties":{"a":{},"b":{"default":1}},"required":["a","b"]}`,
			settings.Difference{Added: []string{"a", "b"}, RequiredNow: []string{"a"}}},
		"none where there was one": {`{"properties":{"a":{"properties":{"b":{}}}}}`, ``, settings.Difference{Removed: []string{"a", "a.b"}}},
		"another type":             {`{"properties":{"a":{"type":"string"},"b":{}}}`, `{"properties":{"a":{"type":"integer"},"b":{}}}`, settings.Difference{Changed: []string{"a"}}},
		"another default":          {`{"properties":{"a":{"default":1}}}`, `{"properties":{"a":{"default":2}}}`, settings.Difference{Changed: []string{"a"}}},
		"a secret that is plain": {`{"properties":{"a":{"writeOnly":true}}}`, `{"properties":{"a":{}}}`,
			settings.Difference{Changed: []string{"a"}}},
		"inside an object": {`{"properties":{"a":{"properties":{"b":{"type":"string"},"c":{}}}}}`, `{"properties":{"a":{"properties":{"b":{"type":"integer"},"d":{}},"required":["d"]}}}`,
			settings.Difference{Added: []string{"a.d"}, Removed: []string{"a.c"}, Changed: []string{"a.b"}, RequiredNow: []string{"a.d"}}},
		"inside a list": {`{"properties":{"l":{"items":{"properties":{"b":{"maximum":1}}}}}}`, `{"properties":{"l":{"items":{"properties":{"b":{"maximum":2}}}}}}`,
			settings.Difference{Changed: []string{"l.*.b"}}},
		"behind a reference": {`{"properties":{"a/b":{"$ref":"#/$defs/x~0y"}},"$defs":{"x~y":{"minLength":1}}}`, `{"properties":{"a/b":{"$ref":"#/$defs/x~0y"}},"$defs":{"x~y":{"minLength":2}}}`,
			settings.Difference{Changed: []string{"a/b"}}},
		"only the reference's name": {`{"properties":{"a":{"$ref":"#/$defs/x"}},"$defs":{"x":{"minLength":1}}}`, `{"properties":{"a":{"$ref":"#/$defs/y"}},"$defs":{"y":{"minLength":1}}}`,
			settings.Difference{}},
		"under a condition": {`{}`, `{"properties":{"a":{}},"if":{"required":["a"]},"then":{"required":["b"],"properties":{"b":{}}},"allOf":[{"required":["a"]}]}`,
			settings.Difference{Added: []string{"a", "b"}, RequiredNow: []string{"a"}}},
		"what was optional is required": {`{"properties":{"a":{}}}`, `{"properties":{"a":{}},"required":["a"]}`, settings.Difference{RequiredNow: []string{"a"}}},
		"a default that is gone": {`{"properties":{"a":{"default":1}},"required":["a"]}`, `{"properties":{"a":{}},"required":["a"]}`,
			settings.Difference{Changed: []string{"a"}, RequiredNow: []string{"a"}}},
		"names that are not fixed": {`{"properties":{"a":{"additionalProperties":false}}}`, `{"properties":{"a":{"additionalProperties":{"type":"string"}}}}`,
			settings.Difference{Added: []string{"a.*"}, Changed: []string{"a"}}},
		"names of every script": {`{}`, `{"properties":{"größe":{},"名前":{"properties":{"x y":{}}}}}`, settings.Difference{Added: []string{"größe", "名前", "名前.x y"}}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, compile(t, c.after).Since(compile(t, c.before)))
		})
	}
}

// What a schema is held against is bounded as the schema is, references that fan out included.
func TestSinceIsBounded(t *testing.T) {
	properties := map[string]any{}
	for k := range 1500 {
		properties[fmt.Sprint("p", k)] = map[string]any{}
	}
	text, err := json.Marshal(map[string]any{"properties": properties})
	require.NoError(t, err)
	assert.Len(t, compile(t, string(text)).Since(compile(t, ``)).Added, 1500)
}
