package api_test

import (
	"context"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// counted is what a plugin's history says in all.
type counted struct{ Requests, Errors, Restarts int }

// history is the sum of all steps of the window.
func (r *rig) history(id, query string) (sum counted) {
	r.t.Helper()
	var h struct {
		StepSeconds int
		Points      []struct {
			counted
			P95Ms *float64
		}
	}
	r.get("/api/v1/plugins/"+id+"/stats/history"+query).into(r.t, &h)
	require.NotEmpty(r.t, h.Points)
	for _, p := range h.Points {
		assert.Equal(r.t, p.Requests > 0, p.P95Ms != nil)
		sum.Requests += p.Requests
		sum.Errors += p.Errors
		sum.Restarts += p.Restarts
	}
	return sum
}

func TestHistoryCountsWhatComesToAPlugin(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), true).StatusCode)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	r.expect(call{method: "GET", path: "/apps/pages/pages/admin.html"}, 200)
	r.expect(call{method: "GET", path: "/apps/pages/nothing"}, 404)
	r.expect(call{method: "GET", path: "/apps/pages/pages/admin.html", token: "-"}, 401) // which never came to it
	for range 3 {
		r.expect(call{method: "GET", path: "/apps/clock/"}, 200)
	}
	for _, window := range []string{"", "?window=hour", "?window=day"} {
		assert.Equal(t, counted{Requests: 2}, r.history("pages", window), window)
		assert.Equal(t, counted{Requests: 3}, r.history("clock", window), window)
	}
	r.expect(call{method: "POST", path: "/api/v1/plugins/clock/stop?wait=true"}, 200)
	r.expect(call{method: "GET", path: "/apps/clock/"}, 503)
	assert.Equal(t, counted{Requests: 4, Errors: 1}, r.history("clock", ""))
	var stats struct {
		RequestsTotal, ErrorsTotal int
		P95Ms                      *float64
	}
	r.get("/api/v1/plugins/clock/stats").into(t, &stats)
	assert.Equal(t, []int{4, 1}, []int{stats.RequestsTotal, stats.ErrorsTotal})
	assert.NotNil(t, stats.P95Ms)
	r.expect(call{method: "GET", path: "/api/v1/plugins/clock/stats/history?window=week"}, 400, "query_invalid")
	r.expect(call{method: "GET", path: "/api/v1/plugins/none/stats/history"}, 404, "plugin_not_found")
}

func TestHistoryCountsRequestsOfPagesRoutesAndPlugins(t *testing.T) {
	r := newRig(t, withDomain)
	asks := `,"permissions":{"plugins":["pages"],"public":[{"path":"/webhook","methods":["POST"]}]}`
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", asks), true).StatusCode)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)
	r.expect(call{method: "POST", path: "/hooks/clock/webhook", token: "-"}, 200)
	r.expect(call{method: "POST", path: "/hooks/clock/other", token: "-"}, 404) // which is nothing of the plugin's
	assert.Equal(t, counted{Requests: 1}, r.history("clock", ""))

	cookie, address := r.openPage("pages", "", r.login())
	r.expect(r.follow(address, cookie), 200)
	r.expect(r.follow(address, ""), 401)
	assert.Equal(t, counted{Requests: 1}, r.history("pages", ""))

	r.putGrants("pages", map[string]any{"plugins": []string{"clock"}})
	require.Equal(t, 200, r.fetch("clock", "http://pages.appzone.internal/pages/agent.html").StatusCode)
	assert.Equal(t, counted{Requests: 2}, r.history("pages", ""))
	assert.Equal(t, counted{Requests: 2}, r.history("clock", ""), "it was asked to ask")
}

func TestHistoryCountsRestarts(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	var stats struct{ PID, Restarts int }
	r.get("/api/v1/plugins/clock/stats").into(t, &stats)
	require.NoError(t, syscall.Kill(stats.PID, syscall.SIGKILL))
	require.Eventually(t, func() bool {
		r.get("/api/v1/plugins/clock/stats").into(t, &stats)
		return stats.Restarts == 1
	}, 10*time.Second, 10*time.Millisecond)
	assert.Equal(t, counted{Restarts: 1}, r.history("clock", ""))
}

// A page that is left while it waits for an answer is no failure of the plugin.
func TestHistoryTakesNoClientThatLeftForAnError(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	ctx, leave := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer leave()
	_, err := http.DefaultTransport.RoundTrip(r.request(call{method: "GET", path: "/apps/clock/wait"}).WithContext(ctx))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Eventually(t, func() bool { return r.history("clock", "").Requests == 1 }, 10*time.Second, 20*time.Millisecond)
	assert.Equal(t, counted{Requests: 1}, r.history("clock", ""))
}
