package settings_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"appzone/host/settings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzCompile: no schema brings the host down, and one that is accepted works.
func FuzzCompile(f *testing.F) {
	f.Add([]byte(schema), []byte(`{"token":"tok-1","db":{"login":{"password":"p"}}}`))
	f.Add([]byte(`{"properties":{"a":{"$ref":"#"}}}`), []byte(`{}`))
	f.Add([]byte(`{"if":{"required":["a"]},"then":{"properties":{"b":{"writeOnly":true}}},"unevaluatedProperties":false}`), []byte(`{"a":1,"b":2}`))
	f.Add([]byte(`{"patternProperties":{"^x":{"format":"regex"}},"propertyNames":{"maxLength":3}}`), []byte(`{"x":"("}`))
	f.Add([]byte(`{"properties":{"a":{"prefixItems":[{"const":1}],"contains":{"minimum":2},"uniqueItems":true}}}`), []byte(`{"a":[1,2,1]}`))
	f.Add([]byte(`{"$id":"https://x/y","$anchor":"a","properties":{"n":{"multipleOf":0.01}},"dependentSchemas":{"n":{"$ref":"#a"}}}`), []byte(`{"n":1e-300}`))
	f.Fuzz(func(t *testing.T, schema, put []byte) {
		s, err := settings.Compile(schema)
		if err != nil {
			return
		}
		st, err := s.Apply(settings.Stored{}, put, seal, open, monday)
		if err != nil {
			return
		}
		roundTrip(t, s, st)
	})
}

// FuzzApply: what is not exactly JSON is refused, and what is accepted is stored, shown and delivered without loss.
func FuzzApply(f *testing.F) {
	s := compile(f, `{"type":"object","properties":{"s":{"writeOnly":true},"o":{"type":"object","properties":{"s":{"writeOnly":true}}}}}`)
	for _, seed := range []string{
		`{}`, `{"s":"secret","o":{"s":null},"x":[1,2.50,1e3,true,null,"\u0000\ud800"]}`, `{"s":{"set":true}}`, `{"o":[]}`,
		`{"a":1,}`, `{"a":1 "b":2}`, `{"a":[1,]}`, `{"a"}`, `{} x`, `{"s":{"set":true,"fingerprint":{}}}`, "{\"\xff\":\"\xfe\"}", `[[[[[[`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, put []byte) {
		st, err := s.Apply(settings.Stored{}, put, seal, open, monday)
		if err != nil {
			return
		}
		assert.True(t, json.Valid(put), "accepted what is no JSON: %q", put)
		roundTrip(t, s, st)
	})
}

func roundTrip(t *testing.T, s *settings.Schema, st settings.Stored) {
	var values map[string]any
	require.NoError(t, json.Unmarshal(st.Values, &values))
	first := deliver(t, s, st)
	again, err := s.Apply(st, s.Show(st), seal, open, tuesday)
	if err != nil {
		return // a shown secret can take the place of something that a condition looks at
	}
	assert.True(t, bytes.Equal([]byte(first), []byte(deliver(t, s, again))), "sending back what was shown changed the settings")
}
