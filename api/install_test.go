package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnInstallationIsBoundToItsPlan(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 201, r.upload(scriptZip(t, "Clock", "1.0.0", "app.js", "")).StatusCode)
	install := func(etag, token string, body any) answer {
		return r.do(call{method: "POST", path: "/api/v1/plugins/clock/install?wait=true", token: token, json: body, header: map[string]string{"If-Match": etag}})
	}
	requested := map[string]any{"grants": "requested", "start": true}
	assert.Equal(t, 428, install("", "", requested).StatusCode)
	assert.Equal(t, 412, install(`"old"`, "", requested).StatusCode)
	etag := r.planOf("clock")
	assert.Equal(t, "consent_required", install(etag, "", map[string]any{}).code())
	assert.Equal(t, "consent_required", install(etag, r.newToken("plugins:manage", "plugins:read"), requested).code(), "H3: who may not grant cannot consent")
	assert.Equal(t, 400, install(etag, "", map[string]any{"grants": "everything"}).StatusCode)
	assert.Equal(t, 404, r.do(call{method: "POST", path: "/api/v1/plugins/nothing/install", json: requested, header: map[string]string{"If-Match": etag}}).StatusCode)

	done := install(etag, "", requested)
	require.Equal(t, 200, done.StatusCode, string(done.text))
	var job struct {
		ID, State string
		Percent   int
		Output    []string
	}
	done.into(t, &job)
	assert.Equal(t, "succeeded", job.State)
	assert.Equal(t, 100, job.Percent)
	assert.Contains(t, job.Output, "preparing")
	assert.Equal(t, "/api/v1/jobs/"+job.ID, done.Header.Get("Location"))
	r.get("/api/v1/jobs/" + job.ID)
	r.get("/api/v1/jobs/" + job.ID + "?wait=true")
	assert.Equal(t, "job_ended", r.do(call{method: "POST", path: "/api/v1/jobs/" + job.ID + "/cancel"}).code())
	assert.Equal(t, 412, install(etag, "", requested).StatusCode, "the plan has changed by it")

	var p struct {
		Stage, State string
		Active       bool
		Listening    bool
		Walls        []any
	}
	r.get("/api/v1/plugins/clock").into(t, &p)
	assert.Equal(t, "installed", p.Stage)
	assert.Equal(t, "running", p.State)
	assert.True(t, p.Active && p.Listening)
	assert.NotEmpty(t, p.Walls)
}

func TestStartAndStopAreIdempotentJobs(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), false).StatusCode)
	post := func(verb, query string) answer {
		return r.do(call{method: "POST", path: "/api/v1/plugins/clock/" + verb + query})
	}
	begun := post("start", "")
	require.Equal(t, 202, begun.StatusCode)
	location := begun.Header.Get("Location")
	require.NotEmpty(t, location)
	var job struct{ State string }
	r.get(location+"?wait=true&timeoutSeconds=30").into(t, &job)
	assert.Equal(t, "succeeded", job.State)
	for _, verb := range []string{"start", "restart", "stop", "stop", "start"} {
		assert.Equal(t, 200, post(verb, "?wait=true").StatusCode, verb)
	}
	var list struct{ Items []any }
	r.get("/api/v1/jobs?limit=3").into(t, &list)
	assert.Len(t, list.Items, 3)
	var stats struct {
		PID    int
		Memory int64 `json:"memoryBytes"`
	}
	r.get("/api/v1/plugins/clock/stats").into(t, &stats)
	assert.Positive(t, stats.PID)

	assert.Equal(t, "installed", r.do(call{method: "DELETE", path: "/api/v1/plugins/clock"}).code())
	assert.Equal(t, 200, r.do(call{method: "POST", path: "/api/v1/plugins/clock/uninstall?wait=true", json: map[string]any{"keepData": true}}).StatusCode)
	assert.Equal(t, "not_installed", post("start", "").code())
	assert.Equal(t, 204, r.do(call{method: "DELETE", path: "/api/v1/plugins/clock"}).StatusCode)
	r.expect(call{method: "GET", path: "/api/v1/plugins/clock"}, 404)
}

// Row H3: a candidate that nobody consents to can be thrown away.
func TestACandidateIsRejected(t *testing.T) {
	r := newRig(t)
	reject := call{method: "DELETE", path: "/api/v1/plugins/clock/candidate"}
	r.expect(reject, 404, "plugin_not_found")
	require.Equal(t, 201, r.upload(scriptZip(t, "Clock", "1.0.0", "app.js", "")).StatusCode)
	r.expect(reject, 409, "not_installed")
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), false).StatusCode)
	r.expect(reject, 404, "version_not_found")
	require.Equal(t, 200, r.upload(scriptZip(t, "Clock", "1.1.0", "app.js", "")).StatusCode)
	r.expect(reject, 204)
	var p struct {
		Version   string
		Candidate any
	}
	r.get("/api/v1/plugins/clock").into(t, &p)
	assert.Equal(t, "1.0.0", p.Version)
	assert.Nil(t, p.Candidate)
}

func TestAJobThatFailsSaysWhere(t *testing.T) {
	r := newRig(t)
	a := r.install(scriptZip(t, "Broken", "1.0.0", "crash.js", ""), true)
	require.Equal(t, 422, a.StatusCode, string(a.text))
	var p struct {
		Code, Step, Detail string
		Output             []string
		Job                struct{ ID, State string }
	}
	a.into(t, &p)
	assert.Equal(t, "start_failed", p.Code)
	assert.Equal(t, "start", p.Step)
	assert.Contains(t, p.Output, "this program always fails")
	assert.Equal(t, "failed", p.Job.State)
	assert.Equal(t, "/api/v1/jobs/"+p.Job.ID, a.Header.Get("Location"))
	unavailable := r.do(call{method: "GET", path: "/apps/broken/"})
	assert.Equal(t, 503, unavailable.StatusCode)
	assert.NotEmpty(t, unavailable.Header.Get("Retry-After"))
}

func TestAJobCanBeCancelled(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 201, r.upload(scriptZip(t, "Slow", "1.0.0", "slow.js", "")).StatusCode)
	begun := r.expect(call{method: "POST", path: "/api/v1/plugins/slow/install", json: map[string]any{"grants": "requested"},
		header: map[string]string{"If-Match": r.planOf("slow")}}, 202)
	location := begun.Header.Get("Location")
	waited := r.expect(call{method: "GET", path: location + "?wait=true&timeoutSeconds=1"}, 200)
	assert.NotContains(t, string(waited.text), `"endedAt"`, "a wait that is over is no end")
	var job struct{ State string }
	r.expect(call{method: "POST", path: location + "/cancel?wait=true"}, 200).into(t, &job)
	assert.Equal(t, "cancelled", job.State)
}

func TestTheSameStartTwiceUnderOneKeyIsOneJob(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), false).StatusCode)
	start := call{method: "POST", path: "/api/v1/plugins/clock/start?wait=true", header: map[string]string{"Idempotency-Key": "one"}}
	first, second := r.expect(start, 200), r.expect(start, 200)
	assert.Equal(t, first.text, second.text)
	start.path = "/api/v1/plugins/clock/start"
	assert.Equal(t, "idempotency_key_reused", r.do(start).code(), "the query belongs to the request")
}

func TestConcurrentRequestsUnderOneKey(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 201, r.upload(scriptZip(t, "Slow", "1.0.0", "slow.js", "")).StatusCode)
	c := call{method: "POST", path: "/api/v1/plugins/slow/install?wait=true&timeoutSeconds=2", json: map[string]any{"grants": "requested"},
		header: map[string]string{"If-Match": r.planOf("slow"), "Idempotency-Key": "race"}}
	request := r.request(c)
	first := make(chan int, 1)
	go func() {
		res, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			first <- 0
			return
		}
		_ = res.Body.Close()
		first <- res.StatusCode
	}()
	require.Eventually(t, func() bool { // once the first has begun
		var jobs struct{ Items []any }
		r.get("/api/v1/jobs").into(t, &jobs)
		return len(jobs.Items) > 0
	}, 5*time.Second, 5*time.Millisecond)
	r.expect(c, 409, "idempotency_in_progress")
	assert.Equal(t, 202, <-first, "the wait is over before the job is")
	assert.Equal(t, "true", r.expect(c, 202).Header.Get("Idempotency-Replayed"))
}

func TestEditingHonoursIfMatch(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	etag := r.get("/api/v1/plugins/pages").Header.Get("ETag")
	patch := func(etag, kind, body string) answer {
		return r.do(call{method: "PATCH", path: "/api/v1/plugins/pages", body: chunked([]byte(body)), header: map[string]string{"If-Match": etag, "Content-Type": kind}})
	}
	changed := patch(etag, "application/merge-patch+json", `{"description":"mine","sidebar":"never"}`)
	require.Equal(t, 200, changed.StatusCode, string(changed.text))
	var p struct{ Description, Sidebar string }
	changed.into(t, &p)
	assert.Equal(t, "mine", p.Description)
	assert.NotEqual(t, etag, changed.Header.Get("ETag"))
	assert.Equal(t, 412, patch(etag, "application/json", `{"description":"theirs"}`).StatusCode)
	assert.Equal(t, 412, patch(`"r`, "application/json", `{}`).StatusCode)
	assert.Equal(t, 412, patch(`W/"r3"`, "application/json", `{}`).StatusCode)
	assert.Equal(t, 200, patch("*", "application/json", `{"description":null}`).StatusCode)
	assert.Equal(t, 400, patch("", "application/json", `{"version":"9"}`).StatusCode)
	assert.Equal(t, 422, patch("", "application/json", `{"sidebar":"left"}`).StatusCode)
	assert.Equal(t, 415, patch("", "text/plain", `{}`).StatusCode)
}

func TestSettings(t *testing.T) {
	r := newRig(t)
	schema := `,"settings":{"type":"object","properties":{"greeting":{"type":"string"},"token":{"type":"string","writeOnly":true}},"required":["greeting"],"additionalProperties":false}`
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", schema), false).StatusCode)
	empty := r.get("/api/v1/plugins/clock/settings")
	put := func(etag string, values any) answer {
		return r.do(call{method: "PUT", path: "/api/v1/plugins/clock/settings", json: values, header: map[string]string{"If-Match": etag}})
	}
	set := put(empty.Header.Get("ETag"), map[string]any{"greeting": "hello", "token": "s3cret"})
	require.Equal(t, 200, set.StatusCode, string(set.text))
	assert.NotContains(t, string(set.text), "s3cret", "H8")
	assert.Contains(t, string(set.text), `"set":true`)
	assert.Equal(t, 412, put(empty.Header.Get("ETag"), map[string]any{"greeting": "again"}).StatusCode)
	wrong := put("", map[string]any{"greeting": 7, "other": "x"})
	assert.Equal(t, 422, wrong.StatusCode, string(wrong.text))
	assert.NotContains(t, string(r.get("/api/v1/plugins/clock/events").text), "s3cret", "H8")
}

func TestGrantsAreShownAndReplaced(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", `,"permissions":{"network":{"outbound":["api.example.org:443"]}}`), true).StatusCode)
	var g struct {
		Missing, Extra []struct{ Code, Value string }
	}
	shown := r.get("/api/v1/plugins/clock/grants")
	shown.into(t, &g)
	assert.Empty(t, g.Missing)
	put := call{method: "PUT", path: "/api/v1/plugins/clock/grants", json: map[string]any{}, header: map[string]string{"If-Match": shown.Header.Get("ETag")}}
	r.expect(put, 200).into(t, &g)
	assert.Len(t, g.Missing, 1)
	r.expect(put, 412)
	put.header, put.json = nil, "requested"
	r.expect(put, 200).into(t, &g)
	assert.Empty(t, g.Missing)
	put.json = map[string]any{"root": true}
	r.expect(put, 400, "grants_malformed")
	put.token = r.newToken("plugins:manage")
	r.expect(put, 403, "missing_scope")
}

func TestFilesOfAPlugin(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), false).StatusCode)
	assert.Contains(t, string(r.get("/api/v1/plugins/clock/files").text), "README.md")
	file := r.get("/api/v1/plugins/clock/files/README.md")
	assert.Equal(t, "how to use it", string(file.text))
	assert.Equal(t, "application/octet-stream", file.Header.Get("Content-Type"))
	assert.Equal(t, "attachment", file.Header.Get("Content-Disposition"))
	write := func(path, text string) answer {
		return r.do(call{method: "PUT", path: "/api/v1/plugins/clock/files/" + path, body: chunked([]byte(text)), header: map[string]string{"Content-Type": "application/octet-stream"}})
	}
	require.Equal(t, 204, write("conf/config.json", `{"a":1}`).StatusCode)
	assert.Equal(t, `{"a":1}`, string(r.get("/api/v1/plugins/clock/files/conf/config.json").text))
	assert.Equal(t, "code_file", write("app.js", "evil()").code())
	for _, path := range []string{"../escape.txt", "%2e%2e%2fescape.txt", "..%2f..%2fescape.txt", "/etc/passwd", "a%00b"} {
		a := write(path, "x")
		assert.Contains(t, []int{400, 404, 405, 422}, a.StatusCode, "A1: %s: %s", path, a.text)
		got := r.do(call{method: "GET", path: "/api/v1/plugins/clock/files/" + path})
		assert.Contains(t, []int{400, 404}, got.StatusCode, "A1: %s", path)
		gone := r.do(call{method: "DELETE", path: "/api/v1/plugins/clock/files/" + path})
		assert.Contains(t, []int{400, 404, 405, 422}, gone.StatusCode, "A1: %s", path)
	}
	remove := call{method: "DELETE", path: "/api/v1/plugins/clock/files/conf/config.json"}
	require.Equal(t, 204, r.do(remove).StatusCode)
	r.expect(remove, 404, "file_not_found")
	assert.Equal(t, 200, r.do(call{method: "GET", path: "/api/v1/plugins/clock/files/README.md"}).StatusCode)
}
