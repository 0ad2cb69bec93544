package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
)

// description is the OpenAPI document, ready to hold answers to.
type description struct {
	paths    map[string]map[string]operation
	patterns map[string]*regexp.Regexp
	doc      map[string]any
	compiler *jsonschema.Compiler

	mu       sync.Mutex
	compiled map[string]*jsonschema.Schema
}

type operation struct {
	OperationID string `json:"operationId"`
	Responses   map[string]map[string]any
}

var describe = sync.OnceValues(func() (*description, error) {
	raw, err := api.Document()
	if err != nil {
		return nil, err
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	d := &description{patterns: map[string]*regexp.Regexp{}, doc: doc.(map[string]any), compiled: map[string]*jsonschema.Schema{}}
	var paths struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(raw, &paths); err != nil {
		return nil, err
	}
	d.paths = map[string]map[string]operation{}
	for path, item := range paths.Paths {
		d.paths[path] = map[string]operation{}
		for method, text := range item {
			if method == "parameters" {
				continue
			}
			var o operation
			if err := json.Unmarshal(text, &o); err != nil {
				return nil, err
			}
			d.paths[path][strings.ToUpper(method)] = o
		}
		pattern := regexp.MustCompile(`\\\{path\\\}`).ReplaceAllString(regexp.QuoteMeta(path), ".+")
		pattern = regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(pattern, "[^/]+")
		d.patterns[path] = regexp.MustCompile("^" + pattern + "$")
	}
	closeObjects(d.doc)
	d.compiler = jsonschema.NewCompiler()
	d.compiler.AssertFormat()
	return d, d.compiler.AddResource("openapi.json", d.doc)
})

// closeObjects makes every object schema that lists its properties refuse others, so that an answer
// cannot have a field that is not described.
func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["properties"].(map[string]any); ok && v["type"] == "object" {
			if _, said := v["additionalProperties"]; !said {
				v["additionalProperties"] = false
			}
		}
		for _, each := range v {
			closeObjects(each)
		}
	case []any:
		for _, each := range v {
			closeObjects(each)
		}
	}
}

// find is the operation of a request; ok is false for paths that are not described.
func (d *description) find(method, path string) (template string, o operation, ok bool) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	best := ""
	for p, pattern := range d.patterns {
		if pattern.MatchString(path) && (best == "" || strings.Count(p, "{") < strings.Count(best, "{")) {
			if _, has := d.paths[p][method]; has {
				best = p
			}
		}
	}
	o, ok = d.paths[best][method]
	return best, o, ok
}

// checkAnswer holds an answer to the document: its status is described, and its body fits the schema.
func checkAnswer(t *testing.T, method, path string, res *http.Response, body []byte) {
	t.Helper()
	d, err := describe()
	require.NoError(t, err)
	template, o, ok := d.find(method, path)
	if !ok {
		return
	}
	status := http.StatusText(res.StatusCode)
	key := jsonNumber(res.StatusCode)
	response, ok := o.Responses[key]
	if !ok {
		require.GreaterOrEqual(t, res.StatusCode, 400, "%s %s: status %s is not described", method, template, status)
		key = "default"
		response = o.Responses[key]
	}
	if method == http.MethodHead || len(body) == 0 {
		return
	}
	pointer := "/paths/" + escape(template) + "/" + strings.ToLower(method) + "/responses/" + key
	if ref, ok := response["$ref"].(string); ok {
		pointer = strings.TrimPrefix(ref, "#")
	}
	kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
	d.check(t, pointer+"/content/"+escape(kind), kind, body)
}

func jsonNumber(n int) string { b, _ := json.Marshal(n); return string(b) }

func escape(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(s)
}

// check validates a body of the media type at pointer.
func (d *description) check(t *testing.T, pointer, kind string, body []byte) {
	t.Helper()
	media, ok := d.at(pointer)
	require.True(t, ok, "%s: content type %s is not described", pointer, kind)
	if _, ok := media.(map[string]any)["schema"]; !ok || !strings.Contains(kind, "json") {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	schema := d.compiled[pointer]
	if schema == nil {
		var err error
		schema, err = d.compiler.Compile("openapi.json#" + (&url.URL{Path: pointer + "/schema"}).EscapedPath())
		require.NoError(t, err)
		d.compiled[pointer] = schema
	}
	documents := [][]byte{body}
	if strings.HasSuffix(kind, "ndjson") {
		documents = bytes.Split(bytes.TrimSpace(body), []byte("\n"))
	}
	for _, text := range documents {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err, string(text))
		require.NoError(t, schema.Validate(v), "%s: %s", pointer, text)
	}
}

func (d *description) at(pointer string) (any, bool) {
	var v any = d.doc
	for _, key := range strings.Split(pointer, "/")[1:] {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(key)]; !ok {
			return nil, false
		}
	}
	return v, true
}

func TestRoutesAndDocumentAreTheSame(t *testing.T) {
	r := newRig(t)
	d, err := describe()
	require.NoError(t, err)
	table, described := map[string]string{}, map[string]string{}
	for _, o := range r.server.Operations() {
		table[o.Method+" "+o.Path] = o.ID
		assert.True(t, r.server.Registered()[o.Method+" "+api.FiberPath(o.Path)], "%s is not registered", o.ID)
	}
	for path, item := range d.paths {
		for method, o := range item {
			described[method+" "+path] = o.OperationID
		}
	}
	assert.Equal(t, described, table)
}

func TestEveryRegisteredPathIsKnown(t *testing.T) {
	r := newRig(t)
	known := map[string]bool{"/icon.svg": true, "/apps/:id": true, "/hooks/:id/*": true, "/apps/:id/*": true, "/pages/:id/*": true, "/": true, "/api/docs": true, "/api/docs/reader.js": true, "/api/docs/reader.css": true}
	for _, name := range []string{"appzone.js", "appzone.d.ts", "shell.js", "simulator", "simulator.js", "simulator.css"} {
		known["/sdk/"+name] = true
	}
	for _, o := range r.server.Operations() {
		known[api.FiberPath(o.Path)] = true
	}
	for route := range r.server.Registered() {
		_, path, _ := strings.Cut(route, " ")
		assert.True(t, known[path], "%s is neither described nor known", route)
	}
}
