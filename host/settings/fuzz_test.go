package settings_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"appzone/host/fault"
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
		assert.LessOrEqual(t, len(st.Values), 8*settings.MaxBytes)
		noSecretIsShown(t, s, st)
		roundTrip(t, s, st)
	})
}

// noSecretIsShown: whatever a schema calls a secret is not among the plain values, is only said to be set, and is no page's to read.
func noSecretIsShown(t *testing.T, s *settings.Schema, st settings.Stored) {
	for _, pointer := range s.Secrets() {
		_, plain := at(t, st.Values, pointer)
		assert.False(t, plain, "%s is stored as it is", pointer)
		_, public := at(t, s.Public(st), pointer)
		assert.False(t, public, "%s is public", pointer)
		shown, set := at(t, s.Show(st), pointer)
		if !set {
			continue
		}
		mask, ok := shown.(map[string]any)
		require.True(t, ok, "%s is shown as %v", pointer, shown)
		assert.Equal(t, true, mask["set"])
		for key := range mask {
			assert.Contains(t, []string{"set", "fingerprint", "updatedAt"}, key)
		}
	}
}

// at is the value at a JSON pointer.
func at(t *testing.T, document []byte, pointer string) (any, bool) {
	var v any
	require.NoError(t, json.Unmarshal(document, &v))
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		object, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = object[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]; !ok {
			return nil, false
		}
	}
	return v, true
}

// FuzzSecrets: a secret is in no answer and in no error, whatever it is (H8).
func FuzzSecrets(f *testing.F) {
	s := compile(f, `{"type":"object","required":["plain"],"properties":{"s":{"type":"string","writeOnly":true,"maxLength":40,"pattern":"^secret"},
		"o":{"type":"object","properties":{"s":{"writeOnly":true}}},"plain":{"type":"string","maxLength":9}}}`)
	f.Add("x", "p")
	f.Add(strings.Repeat("long ", 20), "p")
	f.Add("\"}},{\x00\u2028<", "too long to be allowed")
	f.Fuzz(func(t *testing.T, text, plain string) {
		secret := fmt.Sprintf("secret-%x", text)
		put, err := json.Marshal(map[string]any{"s": secret, "o": map[string]any{"s": []string{secret + "!"}}, "plain": plain})
		require.NoError(t, err)
		st, err := s.Apply(settings.Stored{}, put, seal, open, monday)
		if err != nil {
			e := fault.From(err)
			assert.NotContains(t, e.Error(), secret)
			for _, field := range e.Fields {
				assert.NotContains(t, field.Message, secret)
			}
			return
		}
		for _, answer := range [][]byte{st.Values, s.Show(st), s.Public(st)} {
			assert.NotContains(t, string(answer), secret)
		}
		assert.Contains(t, deliver(t, s, st), secret)
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
