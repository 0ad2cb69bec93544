package settings_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"appzone/host/fault"
	"appzone/host/settings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const schema = `{
	"type": "object",
	"properties": {
		"name":  {"type": "string", "minLength": 2, "default": "bot"},
		"token": {"type": "string", "writeOnly": true, "pattern": "^tok-"},
		"retry": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3},
		"mode":  {"enum": ["fast", "safe"]},
		"db": {
			"type": "object",
			"properties": {
				"host": {"type": "string", "default": "localhost"},
				"login": {"$ref": "#/$defs/login"}
			}
		},
		"a/b~c": {"type": "string", "writeOnly": true}
	},
	"additionalProperties": false,
	"required": ["token"],
	"$defs": {"login": {"type": "object", "properties": {"user": {"type": "string"}, "password": {"type": "string", "writeOnly": true}}}}
}`

var (
	monday  = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	tuesday = monday.AddDate(0, 0, 1)
)

// seal stands for a real box, in a form that shows where a secret is in the clear.
func seal(plain []byte) (string, error) {
	return "sealed:" + base64.StdEncoding.EncodeToString(plain), nil
}

func open(sealed string) ([]byte, error) {
	text, ok := strings.CutPrefix(sealed, "sealed:")
	if !ok {
		return nil, errors.New("not sealed")
	}
	return base64.StdEncoding.DecodeString(text)
}

func compile(t testing.TB, text string) *settings.Schema {
	t.Helper()
	s, err := settings.Compile(json.RawMessage(text))
	require.NoError(t, err)
	return s.WithFingerprint(func(secret []byte) string { return fmt.Sprint("len", len(secret)) })
}

func apply(t testing.TB, s *settings.Schema, old settings.Stored, put string, now time.Time) settings.Stored {
	t.Helper()
	st, err := s.Apply(old, json.RawMessage(put), seal, open, now)
	require.NoError(t, err)
	return st
}

func deliver(t testing.TB, s *settings.Schema, st settings.Stored) string {
	t.Helper()
	v, err := s.Deliver(st, open)
	require.NoError(t, err)
	return string(v)
}

func TestPutReplacesAllButOmittedSecrets(t *testing.T) {
	s := compile(t, schema)
	st := apply(t, s, settings.Stored{}, `{"name":"clock","token":"tok-1","db":{"host":"h","login":{"user":"u","password":"pw"}},"a/b~c":"x"}`, monday)

	assert.JSONEq(t, `{"name":"clock","db":{"host":"h","login":{"user":"u"}}}`, string(st.Values), "no secret and no default is stored in the clear")
	assert.ElementsMatch(t, []string{"/token", "/db/login/password", "/a~1b~0c"}, s.Secrets())
	assert.Len(t, st.Secrets, 3)
	assert.JSONEq(t, `{"name":"clock","token":{"set":true,"fingerprint":"len7","updatedAt":"2026-11-23T08:00:00Z"},
		"db":{"host":"h","login":{"user":"u","password":{"set":true,"fingerprint":"len4","updatedAt":"2026-11-23T08:00:00Z"}}},
		"a/b~c":{"set":true,"fingerprint":"len3","updatedAt":"2026-11-23T08:00:00Z"}}`, string(s.Show(st)))
	assert.JSONEq(t, `{"name":"clock","retry":3,"token":"tok-1","db":{"host":"h","login":{"user":"u","password":"pw"}},"a/b~c":"x"}`, deliver(t, s, st))

	again := apply(t, s, st, `{"mode":"fast","a/b~c":null}`, tuesday)
	assert.JSONEq(t, `{"mode":"fast"}`, string(again.Values), "what is omitted and no secret goes")
	assert.Equal(t, st.Secrets["/token"], again.Secrets["/token"], "an omitted secret stays as it is")
	assert.NotContains(t, again.Secrets, "/a~1b~0c", "null removes a secret")
	assert.JSONEq(t, `{"name":"bot","retry":3,"mode":"fast","token":"tok-1","db":{"host":"localhost","login":{"password":"pw"}}}`, deliver(t, s, again))
	assert.Len(t, st.Secrets, 3, "what was stored before is not touched")

	renewed := apply(t, s, again, `{"token":"tok-2","db":{"login":{"password":null}}}`, tuesday)
	assert.Equal(t, tuesday, renewed.Secrets["/token"].UpdatedAt)
	assert.NotContains(t, renewed.Secrets, "/db/login/password")
}

func TestWhatWasShownCanBeSentBack(t *testing.T) {
	s := compile(t, schema)
	st := apply(t, s, settings.Stored{}, `{"name":"clock","token":"tok-1"}`, monday)
	again := apply(t, s, st, string(s.Show(st)), tuesday)
	assert.Equal(t, st, again)

	_, err := s.Apply(settings.Stored{}, json.RawMessage(`{"token":{"set":true}}`), seal, open, monday)
	assertField(t, err, "token", "no secret is set that could stay: send its value")
}

// H8: what looks like a mask is never taken for a value, nor a mask of something else for the secret.
func TestMasksAreNoValues(t *testing.T) {
	s := compile(t, `{"type":"object","properties":{"token":{"writeOnly":true}}}`)
	st := apply(t, s, settings.Stored{}, `{"token":"tok-1"}`, monday)
	for put, refused := range map[string]bool{
		`{"token":{"set":true}}`:                              false,
		`{"token":{"set":true,"fingerprint":"len7"}}`:         false,
		`{"token":{"set":true,"fingerprint":"len8"}}`:         true,
		`{"token":{"set":true,"fingerprint":7}}`:              true,
		`{"token":{"set":false}}`:                             true,
		`{"token":{"set":false,"updatedAt":"2026-11-23"}}`:    true,
		`{"token":{"set":true,"fingerprint":"len7","x":"y"}}`: false, // an object like any other
		`{"token":{"set":"true"}}`:                            false,
	} {
		got, err := s.Apply(st, json.RawMessage(put), seal, open, tuesday)
		if refused {
			assertField(t, err, "token", "is another secret than the one that is set: leave it out to keep that one, or send a value")
			continue
		}
		require.NoError(t, err, put)
		assert.Equal(t, strings.Contains(put, "x") || strings.Contains(put, `"true"`), got.Secrets["/token"] != st.Secrets["/token"], put)
	}
}

func TestSecretStaysHiddenWhenTheSchemaChanges(t *testing.T) {
	plain := compile(t, `{"type":"object","properties":{"token":{"type":"string"}}}`)
	hidden := compile(t, `{"type":"object","properties":{"token":{"type":"string","writeOnly":true}}}`)

	st := apply(t, plain, settings.Stored{}, `{"token":"was plain"}`, monday)
	assert.JSONEq(t, `{"token":{"set":true}}`, string(hidden.Show(st)))
	assert.JSONEq(t, `{"token":"was plain"}`, deliver(t, hidden, st))

	sealed, n, err := hidden.Hide(st, seal, tuesday)
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.JSONEq(t, `{}`, string(sealed.Values), "it does not stay in the clear")
	assert.JSONEq(t, `{"token":"was plain"}`, deliver(t, hidden, sealed))
	_, n, err = hidden.Hide(sealed, seal, tuesday)
	require.NoError(t, err)
	assert.Zero(t, n)

	st = apply(t, hidden, settings.Stored{}, `{"token":"was hidden"}`, monday)
	assert.JSONEq(t, `{}`, string(plain.Show(st)))
	assert.JSONEq(t, `{}`, deliver(t, plain, st))
}

func TestSecretsOfAnyTypeAndUnderConditions(t *testing.T) {
	s := compile(t, `{"type":"object",
		"properties":{"account":{"type":"object","writeOnly":true,"properties":{"key":{"type":"string","writeOnly":true}}},"kind":{"type":"string"}},
		"if":{"properties":{"kind":{"const":"pin"}}},"then":{"properties":{"pin":{"type":"integer","writeOnly":true}}},
		"oneOf":[{"properties":{"x":{"properties":{"deep":{"writeOnly":true}}}}}]}`)
	assert.Equal(t, []string{"/account", "/pin", "/x/deep"}, s.Secrets(), "the outermost counts, and conditions are no way around")
	st := apply(t, s, settings.Stored{}, `{"account":{"key":"k","n":1.50},"pin":1234567890123456789,"kind":"pin","x":{"deep":[1,{"a":null}]}}`, monday)
	assert.JSONEq(t, `{"kind":"pin","x":{}}`, string(st.Values))
	assert.Equal(t, `{"account":{"key":"k","n":1.50},"kind":"pin","pin":1234567890123456789,"x":{"deep":[1,{"a":null}]}}`, deliver(t, s, st),
		"numbers stay as they were written")
}

func TestInvalidSettingsNameTheFieldAndNeverTheSecret(t *testing.T) {
	s := compile(t, schema)
	tests := map[string]struct{ put, field, message string }{
		"required":           {`{}`, "token", "is required"},
		"pattern of secret":  {`{"token":"hunter2"}`, "token", "does not have the form that the plugin asks for"},
		"type of secret":     {`{"token":{"hunter2":"hunter2"}}`, "token", "does not have the form that the plugin asks for"},
		"removed and needed": {`{"token":null}`, "token", "is required"},
		"unknown":            {`{"token":"tok-hunter2","nam":"x"}`, "nam", "is not a setting of this plugin"},
		"too short":          {`{"token":"tok-hunter2","name":"x"}`, "name", "must have at least 2 characters"},
		"too large":          {`{"token":"tok-hunter2","retry":10}`, "retry", "must be at most 9"},
		"not whole":          {`{"token":"tok-hunter2","retry":1.5}`, "retry", "must be of type integer"},
		"not in the list":    {`{"token":"tok-hunter2","mode":"hunter2"}`, "mode", `must be one of "fast", "safe"`},
		"nested":             {`{"token":"tok-hunter2","db":{"host":7}}`, "db.host", "must be of type string"},
		"nested secret":      {`{"token":"tok-hunter2","db":{"login":{"password":["hunter2"]}}}`, "db.login.password", "does not have the form that the plugin asks for"},
		"object replaced":    {`{"token":"tok-hunter2","db":"hunter2"}`, "db", "must be of type object"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := s.Apply(settings.Stored{}, json.RawMessage(test.put), seal, open, monday)
			assertField(t, err, test.field, test.message)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func assertField(t *testing.T, err error, field, message string) {
	t.Helper()
	var e *fault.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, fault.Invalid, e.Kind)
	assert.Equal(t, "settings_invalid", e.Code)
	assert.Contains(t, e.Fields, fault.Field{Field: field, Message: message})
}

// B1, B2, B5: what JSON readers disagree about is refused, and so is what is too large.
func TestDocumentsThatAreRefused(t *testing.T) {
	s := compile(t, `{"type":"object"}`)
	tests := map[string]struct{ put, message string }{
		"B1 same key twice":  {`{"a":1,"a":2}`, "a key twice"},
		"B1 trailing data":   {`{} {}`, "something after its end"},
		"B2 too deep":        {strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40), "nested deeper"},
		"B2 too large":       {`{"a":"` + strings.Repeat("x", settings.MaxBytes) + `"}`, "larger than 65536 bytes"},
		"B2 huge power":      {`{"a":1e999999999}`, "too large or too small"},
		"B2 tiny power":      {`{"a":1E-999999999}`, "too large or too small"},
		"B2 many digits":     {`{"a":` + strings.Repeat("9", 65) + `}`, "more than 64 characters"},
		"B5 __proto__":       {`{"__proto__":{"x":1}}`, `"__proto__" is not allowed`},
		"B5 constructor":     {`{"a":[{"constructor":1}]}`, `"constructor" is not allowed`},
		"not an object":      {`[1]`, "must be a JSON object"},
		"null":               {`null`, "must be a JSON object"},
		"nothing":            {``, "not valid JSON at byte 0"},
		"cut off":            {`{"a":`, "not valid JSON"},
		"trailing comma":     {`{"a":1,}`, "not valid JSON"},
		"trailing comma too": {`{"a":[1,]}`, "not valid JSON"},
		"no comma":           {`{"a":1 "b":2}`, "not valid JSON"},
		"key is no string":   {`{1:2}`, "not valid JSON"},
		"wrong bracket":      {`{"a":[1}`, "not valid JSON"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := s.Apply(settings.Stored{}, json.RawMessage(test.put), seal, open, monday)
			assert.Equal(t, "settings_invalid", fault.CodeOf(err))
			assert.ErrorContains(t, err, test.message)
		})
	}
}

func TestWithoutASchemaOnlyAnEmptyObjectPasses(t *testing.T) {
	_, err := settings.Compile(json.RawMessage("null"))
	require.NoError(t, err)
	s, err := settings.Compile(nil)
	require.NoError(t, err)
	st := apply(t, s, settings.Stored{}, ` {} `, monday)
	assert.Equal(t, `{}`, string(st.Values))
	_, err = s.Apply(st, json.RawMessage(`{"a":1}`), seal, open, monday)
	assertField(t, err, "a", "is not a setting of this plugin")
	assert.Equal(t, `{}`, string(s.Show(settings.Stored{})))
	assert.Equal(t, `{}`, deliver(t, s, settings.Stored{}))
}

func TestDefaults(t *testing.T) {
	s := compile(t, `{"type":"object","allOf":[{"properties":{"b":{"$ref":"#/$defs/b"}}}],
		"properties":{"a":{"type":"object","default":{"x":[1]},"properties":{"y":{"default":2}}},"c":{"type":"object","properties":{"d":{"default":1}}}},
		"anyOf":[{"properties":{"never":{"default":1}}}],
		"$defs":{"b":{"type":"string","default":"from ref"}}}`)
	assert.JSONEq(t, `{"a":{"x":[1],"y":2},"b":"from ref"}`, deliver(t, s, settings.Stored{}))
	assert.JSONEq(t, `{"a":{"x":[1],"y":2},"b":"from ref"}`, deliver(t, s, settings.Stored{}), "defaults are not used up")
	st := apply(t, s, settings.Stored{}, `{"a":{"y":3},"c":{}}`, monday)
	assert.JSONEq(t, `{"a":{"y":3},"b":"from ref","c":{"d":1}}`, deliver(t, s, st))
}

func TestPagesGetNoSecretWhereverItComesFrom(t *testing.T) {
	s := compile(t, `{"type":"object","properties":{"name":{"type":"string","default":"clock"},"token":{"writeOnly":true},"pin":{"writeOnly":true,"default":"planted"},
		"db":{"type":"object","default":{"password":"planted"},"properties":{"host":{"default":"h"},"password":{"writeOnly":true}}}}}`)
	assert.JSONEq(t, `{"name":"clock","db":{"host":"h"}}`, string(s.Public(settings.Stored{})), "a default may be a secret")
	st := apply(t, s, settings.Stored{}, `{"name":"bot","token":"planted","db":{"password":"planted","host":"x"}}`, monday)
	assert.JSONEq(t, `{"name":"bot","db":{"host":"x"}}`, string(s.Public(st)))
	st = settings.Stored{Values: json.RawMessage(`{"token":"planted"}`)}
	assert.JSONEq(t, `{"name":"clock","db":{"host":"h"}}`, string(s.Public(st)), "stored when the schema did not call it a secret")
}

func TestStoredSettingsMayGrowPastTheLimitOfWhatIsSent(t *testing.T) {
	s := compile(t, `{"type":"object","properties":{"s":{"writeOnly":true}}}`)
	text := strings.Repeat("\u2028", 10_000) // three bytes each as sent, six as stored
	st := apply(t, s, settings.Stored{}, `{"a":"`+text+`","s":"`+text+`"}`, monday)
	var got map[string]string
	require.NoError(t, json.Unmarshal([]byte(deliver(t, s, st)), &got))
	assert.Equal(t, map[string]string{"a": text, "s": text}, got)
}

func TestFingerprintWithoutKeysTellsNothingAboutTheSecret(t *testing.T) {
	s, err := settings.Compile(json.RawMessage(`{"type":"object","properties":{"s":{"writeOnly":true}}}`))
	require.NoError(t, err)
	n := 0
	random := func([]byte) (string, error) { n++; return fmt.Sprint("sealed", n), nil }
	var prints []string
	for range 2 {
		st, err := s.Apply(settings.Stored{}, json.RawMessage(`{"s":"same"}`), random, open, monday)
		require.NoError(t, err)
		prints = append(prints, st.Secrets["/s"].Fingerprint)
	}
	assert.Len(t, prints[0], 12)
	assert.NotEqual(t, prints[0], prints[1])
}

func TestErrorsOfTheKeysAreHandedOn(t *testing.T) {
	s := compile(t, schema)
	broken := errors.New("no key")
	_, err := s.Apply(settings.Stored{}, json.RawMessage(`{"token":"tok-1"}`), func([]byte) (string, error) { return "", broken }, open, monday)
	assert.ErrorIs(t, err, broken)
	st := apply(t, s, settings.Stored{}, `{"token":"tok-1"}`, monday)
	closed := func(string) ([]byte, error) { return nil, broken }
	_, err = s.Deliver(st, closed)
	assert.ErrorIs(t, err, broken)
	_, err = s.Apply(st, json.RawMessage(`{}`), seal, closed, monday)
	assert.ErrorIs(t, err, broken)
}
