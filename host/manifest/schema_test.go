package manifest_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"appzone/host/manifest"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tailscale/hujson"
)

func compiled(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(manifest.Schema()))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("urn:manifest", doc))
	schema, err := c.Compile("urn:manifest")
	require.NoError(t, err)
	return schema
}

func fits(t testing.TB, schema *jsonschema.Schema, text []byte) error {
	t.Helper()
	plain, err := hujson.Standardize(text)
	require.NoError(t, err)
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(plain))
	require.NoError(t, err)
	return schema.Validate(value)
}

func TestSchemaAcceptsWhatParseAccepts(t *testing.T) {
	schema := compiled(t)
	for name, text := range map[string][]byte{
		"documented script":               file(t, "documented-script.json"),
		"documented html, brace in place": append(file(t, "documented-html.json"), '}'),
		"every field":                     file(t, "maximal.json"),
		"smallest html":                   []byte(html),
		"smallest script":                 []byte(script("")),
	} {
		m, _, err := manifest.Parse(text)
		require.NoError(t, err, name)
		assert.NoError(t, fits(t, schema, text), name)
		again, err := json.Marshal(m)
		require.NoError(t, err)
		assert.NoError(t, fits(t, schema, again), "%s, written again", name)
	}
}

func TestSchemaRefusesWhatItCan(t *testing.T) {
	schema := compiled(t)
	for name, text := range map[string]string{
		"html without views":    `{"name":"a","version":"1","description":"d","type":"html","parameters":{}}`,
		"script without name":   `{"name":"a","version":"1","description":"d","type":"script","parameters":{"scriptPath":"a.js"}}`,
		"wasm without its path": script(`,"runtime":"wasm"`),
		"absolute path":         strings.Replace(script(""), "index.js", "/index.js", 1),
		"unknown policy":        script(`,"restart":{"policy":"sometimes"}`),
	} {
		assert.Error(t, fits(t, schema, []byte(text)), name)
	}
}

// Every field of the structs stands in the schema, documented, and the reverse.
func TestSchemaAndStructsHaveTheSameFields(t *testing.T) {
	var schema map[string]any
	require.NoError(t, json.Unmarshal(manifest.Schema(), &schema))
	delete(schema["properties"].(map[string]any), "$schema")
	compareFields(t, "", reflect.TypeFor[manifest.Manifest](), schema)
}

func compareFields(t *testing.T, path string, typ reflect.Type, schema map[string]any) {
	t.Helper()
	properties, _ := schema["properties"].(map[string]any)
	var names []string
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Tag.Get("manifest") == "derived" {
			continue
		}
		names = append(names, name)
		property, _ := properties[name].(map[string]any)
		if !assert.NotNil(t, property, "%s%s is not in the schema", path, name) {
			continue
		}
		inner := f.Type
		if inner.Kind() == reflect.Slice && inner.Elem().Kind() == reflect.Struct {
			inner = inner.Elem()
			property, _ = property["items"].(map[string]any)
		}
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		if inner.Kind() == reflect.Struct {
			compareFields(t, path+name+".", inner, property)
		}
	}
	assert.ElementsMatch(t, names, slices.Collect(maps.Keys(properties)), "fields of %q", path)
}

// The maximal example really uses every field.
func TestMaximalExampleIsMaximal(t *testing.T) {
	m, warnings, err := manifest.Parse(file(t, "maximal.json"))
	require.NoError(t, err)
	assert.Empty(t, warnings)
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.Kind() != reflect.Struct {
			assert.False(t, v.IsZero(), "%s is not used", path)
			return
		}
		for i := range v.NumField() {
			walk(path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
	walk("Manifest", reflect.ValueOf(m))
}
