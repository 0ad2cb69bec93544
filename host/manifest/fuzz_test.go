package manifest_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"unicode/utf8"

	"appzone/host/fault"
	"appzone/host/manifest"

	"github.com/stretchr/testify/require"
)

// FuzzParse: whatever is accepted keeps the promises of the package and is the same when written and read
// again; whatever is refused is refused with a code and a place or a field.
func FuzzParse(f *testing.F) {
	for _, name := range []string{"documented-script.json", "documented-html.json", "maximal.json"} {
		f.Add(file(f, name))
	}
	f.Add([]byte(html))
	f.Add([]byte(script(`,"settings":{"type":"object","properties":{"a":{"pattern":"^a+$"}}}`)))
	f.Add([]byte(script(`,"permissions":{"network":{"outbound":["[::1]:*"]}}`)))
	f.Add([]byte(strings.Replace(html, `"name"`, `"Name":"other","name"`, 1)))
	f.Add([]byte(script(`,"extra":{"a":1,"\u0041":[{"b":{},"b":{}}]}`)))
	f.Add([]byte(script(`,"settings":{"properties":{"a":{},"A":{}}}`)))
	f.Add([]byte("{\"a\":\"b,\n\"c\":'x'}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, warnings, err := manifest.Parse(data)
		for _, w := range warnings {
			require.NotEmpty(t, w.Code)
			require.Positive(t, w.Line)
		}
		if err != nil {
			e := fault.From(err)
			require.Equal(t, fault.Invalid, e.Kind)
			require.True(t, utf8.ValidString(e.Error()))
			require.True(t, e.Code != "manifest_invalid" || len(e.Fields) > 0)
			return
		}
		invariants(t, m)
		if json.Valid(data) {
			everyKeyOnce(t, json.NewDecoder(bytes.NewReader(data)), false)
		}
		text, err := json.Marshal(m)
		require.NoError(t, err)
		again, _, err := manifest.Parse(text)
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}

func invariants(t *testing.T, m *manifest.Manifest) {
	t.Helper()
	require.True(t, manifest.ValidID(m.ID))
	for _, text := range []string{m.Name, m.Version, m.Description, m.Author.Name, m.Author.Email, m.Author.Website, m.Icon, m.Parameters.ScriptName} {
		require.False(t, strings.ContainsFunc(text, manifest.Invisible))
	}
	p := m.Parameters
	for _, path := range []string{p.ScriptPath, p.WASMPath} {
		require.True(t, path == "" || fs.ValidPath(path) && !strings.HasPrefix(path, "-"))
	}
	for _, view := range []string{p.Views.Admin, p.Views.Agent} {
		lower := strings.ToLower(view)
		require.True(t, view == "" || fs.ValidPath(view) && !strings.Contains(view, ":") ||
			strings.HasPrefix(lower, "http://") || strings.HasPrefix(lower, "https://"), view)
	}
	if p.Settings != nil {
		require.True(t, json.Valid(p.Settings))
	}
	limits := m.EffectiveLimits()
	require.Positive(t, min(limits.MemoryMB, limits.CPUPercent, limits.PIDs, limits.OpenFiles, limits.DataMB, limits.LogKBps))
}

// everyKeyOnce reads one value of a manifest that was accepted: no reader may find another value under the same name (B1), or a
// prototype (B5). In a schema names that differ by case are different names.
func everyKeyOnce(t *testing.T, d *json.Decoder, schema bool) {
	t.Helper()
	token, err := d.Token()
	require.NoError(t, err)
	switch token {
	case json.Delim('['):
		for d.More() {
			everyKeyOnce(t, d, schema)
		}
	case json.Delim('{'):
		var met []string
		for d.More() {
			token, err := d.Token()
			require.NoError(t, err)
			key := token.(string)
			require.NotEqual(t, "__proto__", key)
			for _, other := range met {
				require.False(t, other == key || !schema && strings.EqualFold(other, key), "%q beside %q", key, other)
			}
			met = append(met, key)
			everyKeyOnce(t, d, schema || strings.EqualFold(key, "settings"))
		}
	default:
		return
	}
	_, err = d.Token()
	require.NoError(t, err)
}
