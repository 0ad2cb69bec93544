package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pagesZip is a plugin of pages whose settings have this schema.
func pagesZip(t *testing.T, version, page, schema string) []byte {
	return zipOf(t, map[string]string{"index.html": page, "manifest.json": fmt.Sprintf(
		`{"name":"Pages","version":%q,"description":"d","type":"html","parameters":{"views":{"admin":"index.html"},"settings":{"type":"object","properties":%s}}}`, version, schema)})
}

// planBody is what a plan says of a change.
type planBody struct {
	Changes *struct {
		Kind, Mode string
		Files      struct {
			Added, Removed, Changed struct {
				Count int
				Items []struct {
					Path          string
					Before, After *int
				}
			}
		}
		Settings struct{ Changed []string }
		Manifest []struct{ Field, Before, After string }
	}
	Needs    []struct{ Word, Message string }
	Settings struct{ Refused []struct{ Field string } }
}

// Row B9: what is lower, or other content under the same version, needs its word; who says it gets it.
func TestExplicitWords(t *testing.T) {
	r := newRig(t)
	const schema = `{"a":{"type":"string"}}`
	require.Equal(t, 200, r.install(pagesZip(t, "2.0.0", "two", schema), false).StatusCode)
	up := r.upload(pagesZip(t, "2.0.0", "other", schema))
	assert.Equal(t, []any{409, "version_exists"}, []any{up.StatusCode, up.code()})
	bad := r.upload(pagesZip(t, "2.0.0", "other", schema), "?allow=downgrade")
	assert.Equal(t, []any{400, "query_invalid"}, []any{bad.StatusCode, bad.code()})
	dry := r.upload(pagesZip(t, "2.0.0", "other", schema), "?allow=replace&dryRun=true")
	var plan planBody
	dry.into(t, &plan)
	require.NotNil(t, plan.Changes, string(dry.text))
	assert.Equal(t, "replace", plan.Changes.Kind)
	assert.Equal(t, "switch", plan.Changes.Mode)
	assert.Equal(t, "index.html", plan.Changes.Files.Changed.Items[0].Path)
	assert.Equal(t, 5, *plan.Changes.Files.Changed.Items[0].After)
	require.Equal(t, 200, r.upload(pagesZip(t, "2.0.0", "other", schema), "?allow=replace").StatusCode)
	install := func(etag string, body map[string]any) answer {
		return r.do(call{method: "POST", path: "/api/v1/plugins/pages/install?wait=true", json: body, header: map[string]string{"If-Match": etag}})
	}
	require.Equal(t, 200, install(r.planOf("pages"), map[string]any{"version": "2.0.0"}).StatusCode)
	assert.Equal(t, "other", string(r.get("/apps/pages/").text))

	require.Equal(t, 200, r.upload(pagesZip(t, "1.0.0", "one", schema)).StatusCode)
	a := r.get("/api/v1/plugins/pages/plan")
	a.into(t, &plan)
	assert.Equal(t, "downgrade", plan.Changes.Kind)
	require.Len(t, plan.Needs, 1)
	assert.Equal(t, "downgrade", plan.Needs[0].Word)
	refused := install(a.Header.Get("ETag"), nil)
	assert.Equal(t, []any{409, "downgrade"}, []any{refused.StatusCode, refused.code()})
	assert.Contains(t, string(refused.text), `\"allow\": [\"downgrade\"]`)
	unknown := install(a.Header.Get("ETag"), map[string]any{"allow": []string{"anything"}})
	assert.Equal(t, []any{422, "word_unknown"}, []any{unknown.StatusCode, unknown.code()})
	assert.Equal(t, "other", string(r.get("/apps/pages/").text))
	require.Equal(t, 200, install(a.Header.Get("ETag"), map[string]any{"allow": []string{"downgrade"}}).StatusCode)
	assert.Equal(t, "one", string(r.get("/apps/pages/").text))
}

func TestRefusedSettings(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(pagesZip(t, "1.0.0", "one", `{"a":{"type":"string"},"key":{"writeOnly":true}}`), false).StatusCode)
	r.expect(call{method: "PUT", path: "/api/v1/plugins/pages/settings", json: map[string]any{"a": "x", "key": "hidden away"}}, 200)
	require.Equal(t, 200, r.upload(pagesZip(t, "2.0.0", "two", `{"a":{"type":"integer"},"key":{"writeOnly":true}}`)).StatusCode)
	a := r.get("/api/v1/plugins/pages/plan")
	var plan planBody
	a.into(t, &plan)
	assert.Equal(t, []string{"a"}, plan.Changes.Settings.Changed)
	require.Len(t, plan.Settings.Refused, 1)
	assert.Equal(t, "a", plan.Settings.Refused[0].Field)

	install := func(body map[string]any) answer {
		return r.do(call{method: "POST", path: "/api/v1/plugins/pages/install?wait=true", json: body, header: map[string]string{"If-Match": a.Header.Get("ETag")}})
	}
	for _, body := range []map[string]any{nil, {"settings": nil}, {"settings": map[string]any{"a": "still"}}} {
		refused := install(body)
		var p struct{ Errors []struct{ Field string } }
		refused.into(t, &p)
		require.Equal(t, []any{422, "settings_refused"}, []any{refused.StatusCode, refused.code()}, string(refused.text))
		require.Len(t, p.Errors, 1)
		assert.Equal(t, "settings.a", p.Errors[0].Field)
		assert.NotContains(t, string(refused.text), "hidden away", "H8")
	}
	assert.Equal(t, "one", string(r.get("/apps/pages/").text))
	require.Equal(t, 200, install(map[string]any{"settings": map[string]any{"a": 7}}).StatusCode)
	assert.Equal(t, "two", string(r.get("/apps/pages/").text))
	var settings struct {
		Values struct {
			A   int
			Key struct{ Set bool }
		}
	}
	r.get("/api/v1/plugins/pages/settings").into(t, &settings)
	assert.Equal(t, 7, settings.Values.A)
	assert.True(t, settings.Values.Key.Set, "the secret stayed")
}

// A program that deploys may repeat itself whatever came since.
func TestARepeatedPutOfAVersionChangesNothing(t *testing.T) {
	r := newRig(t)
	put := func(version, query, text string) answer {
		return r.do(call{method: "PUT", path: "/api/v1/plugins/pages/versions/" + version + query, body: bytes.NewReader(pagesZip(t, version, text, `{}`)),
			header: map[string]string{"Content-Type": "application/zip"}})
	}
	dry := put("1.0.0", "?dryRun=true", "one")
	require.Equal(t, 200, dry.StatusCode)
	assert.Contains(t, string(dry.text), `"etag"`)
	r.expect(call{method: "GET", path: "/api/v1/plugins/pages"}, 404)
	require.Equal(t, 201, put("1.0.0", "", "one").StatusCode)
	assert.Equal(t, 409, put("1.0.0", "?dryRun=true", "other").StatusCode)
	require.Equal(t, 201, put("2.0.0", "", "two").StatusCode)
	again := put("1.0.0", "", "one")
	require.Equal(t, 200, again.StatusCode)
	var p struct{ Candidate struct{ Version string } }
	again.into(t, &p)
	assert.Equal(t, "2.0.0", p.Candidate.Version)
	assert.Equal(t, 409, put("1.0.0", "?allow=replace", "other").StatusCode, "a version that a program names has one content")
}

// Row H3: consent is asked for again, and the plan shows what for.
func TestAnUpdateShowsWhatMoreItAsksFor(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "More", "1.0.0", "app.js", `,"permissions":{}`), false).StatusCode)
	require.Equal(t, 200, r.upload(scriptZip(t, "More", "1.1.0", "app.js", `,"permissions":{"network":{"outbound":["api.example:443"]}}`)).StatusCode)
	a := r.get("/api/v1/plugins/more/plan")
	var plan struct {
		NeedsConsent bool
		Added        json.RawMessage
	}
	a.into(t, &plan)
	assert.True(t, plan.NeedsConsent)
	assert.JSONEq(t, `[{"code":"network","value":"api.example:443"}]`, string(plan.Added))
	refused := r.do(call{method: "POST", path: "/api/v1/plugins/more/install?wait=true", header: map[string]string{"If-Match": a.Header.Get("ETag")}})
	assert.Equal(t, []any{403, "consent_required"}, []any{refused.StatusCode, refused.code()})
}
