package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheHostTellsAboutItself(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/api/v1/system", "/api/v1/samples", "/api/v1/plugins", "/api/v1/jobs", "/healthz", "/readyz", "/api/v1/openapi.json", "/api/v1/schema/manifest.json"} {
		a := r.get(path)
		assert.Contains(t, a.Header.Get("Content-Type"), "json", path)
	}
	for _, path := range []string{"/", "/api/docs", "/api/docs/reader.js", "/api/docs/reader.css", "/healthz", "/readyz", "/metrics"} {
		r.expect(call{method: "GET", path: path, token: "-"}, 200)
		r.expect(call{method: "HEAD", path: path, token: "-"}, 200)
	}
}

func TestMetricsAreForThisMachineOrForWhoMayReadThem(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	for _, want := range []string{`appzone_plugins{state="running"} 1`, `appzone_http_requests_total{method="POST",operation="uploadPlugin",status="201"} 1`,
		"go_goroutines", `appzone_info{version="test"} 1`, `appzone_jobs_total{kind="install",state="succeeded"} 1`, `appzone_plugin_transitions_total{state="running"} 1`} {
		assert.Eventually(t, func() bool { // events are counted when they arrive
			return strings.Contains(string(r.do(call{method: "GET", path: "/metrics", token: "-"}).text), want)
		}, 10*time.Second, 20*time.Millisecond, want)
	}
	forwarded := map[string]string{"X-Forwarded-For": "203.0.113.9"}
	r.expect(call{method: "GET", path: "/metrics", token: "-", header: forwarded}, 401)
	r.expect(call{method: "GET", path: "/metrics", token: r.newToken("plugins:read"), header: forwarded}, 403)
	r.expect(call{method: "GET", path: "/metrics", token: r.newToken("metrics:read"), header: forwarded}, 200)
}

func TestPathsOfStrangersAreNoLabels(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/a", "/b", "/api/v1/c"} {
		r.do(call{method: "GET", path: path})
	}
	text := string(r.get("/metrics").text)
	assert.Contains(t, text, `operation="none"`)
	assert.False(t, strings.Contains(text, "/a") && strings.Contains(text, `operation="/`))
}

func TestListsHavePages(t *testing.T) {
	r := newRig(t)
	for _, name := range []string{"Alpha", "Beta", "Gamma"} {
		require.Equal(t, 201, r.upload(htmlZip(t, name, "1.0.0")).StatusCode)
	}
	var page struct {
		Items []struct{ ID string }
		Next  *string
	}
	r.get("/api/v1/plugins?limit=2").into(t, &page)
	require.Len(t, page.Items, 2)
	require.NotNil(t, page.Next)
	next := *page.Next
	page.Next = nil
	r.get("/api/v1/plugins?limit=2&cursor="+next).into(t, &page)
	require.Len(t, page.Items, 1)
	assert.Equal(t, "gamma", page.Items[0].ID)
	assert.Nil(t, page.Next)
	r.get("/api/v1/plugins?q=BET").into(t, &page)
	require.Len(t, page.Items, 1)
	r.get("/api/v1/plugins?state=running").into(t, &page)
	assert.Empty(t, page.Items)
}
