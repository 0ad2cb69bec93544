package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// service is a server outside of all plugins; its address has to be granted.
func service(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("from outside"))
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// fetch lets the program of a plugin ask for a URL.
func (r *rig) fetch(plugin, target string) answer {
	r.t.Helper()
	return r.do(call{method: "GET", path: "/apps/" + plugin + "/?fetch=" + url.QueryEscape(target)})
}

type grants struct {
	Permissions []struct {
		Code, Value, Origin string
		Asked, Granted      bool
		Used                *uint64
	}
	Network []struct {
		Target, Pattern     string
		Connections, Denied uint64
	}
	Granted struct {
		Network struct{ Outbound []string }
	}
	Extra []struct{ Value string }
}

func (r *rig) grants(plugin string) (g grants) {
	r.t.Helper()
	r.get("/api/v1/plugins/"+plugin+"/grants").into(r.t, &g)
	return g
}

func (r *rig) putGrants(plugin string, body any) answer {
	r.t.Helper()
	return r.expect(call{method: "PUT", path: "/api/v1/plugins/" + plugin + "/grants", json: body}, 200)
}

func (r *rig) networkWall(plugin string) string { return r.network(plugin).Level }

func (r *rig) networkReason(plugin string) string { return r.network(plugin).Reason }

// network is the plugin's wall of that name.
func (r *rig) network(plugin string) (wall struct{ Name, Level, Reason string }) {
	r.t.Helper()
	var p struct {
		Walls []struct{ Name, Level, Reason string }
	}
	r.get("/api/v1/plugins/"+plugin).into(r.t, &p)
	for _, w := range p.Walls {
		if w.Name == "network" {
			return w
		}
	}
	return wall
}

func (r *rig) pid(plugin string) int {
	r.t.Helper()
	var p struct{ PID int }
	r.get("/api/v1/plugins/"+plugin).into(r.t, &p)
	return p.PID
}

// Asked, granted, used: what was granted is reached, what was not is refused, counted and told; grants change at once, without a
// restart.
func TestWhatIsGrantedIsReached(t *testing.T) {
	r := newRig(t)
	granted, other := service(t), service(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Caller", "1.0.0", "app.js", `,"permissions":{"network":{"outbound":["`+granted+`","192.0.2.1:80"]}}`), true).StatusCode)
	pid := r.pid("caller")
	assert.Equal(t, "enforced", r.networkWall("caller"))

	a := r.fetch("caller", "http://"+granted+"/")
	assert.Equal(t, "from outside", string(a.text))
	a = r.fetch("caller", "http://"+other+"/")
	assert.Equal(t, 502, a.StatusCode)
	assert.Contains(t, string(a.text), "permissions.network.outbound")

	g := r.grants("caller")
	require.Len(t, g.Permissions, 2)
	assert.EqualValues(t, 1, *g.Permissions[0].Used)
	assert.EqualValues(t, 0, *g.Permissions[1].Used)
	require.Len(t, g.Network, 2)
	var events struct {
		Items []struct {
			Type string
			Data json.RawMessage
		}
	}
	require.Eventually(t, func() bool {
		r.get("/api/v1/plugins/caller/events").into(t, &events)
		for _, e := range events.Items {
			if e.Type == "egress.denied" && strings.Contains(string(e.Data), other) {
				return true
			}
		}
		return false
	}, 10*time.Second, 20*time.Millisecond, "a refusal is an event")

	// More than the manifest asks for, at once, and marked.
	r.putGrants("caller", map[string]any{"network": map[string]any{"outbound": []string{granted, "192.0.2.1:80", other}}})
	assert.Equal(t, "from outside", string(r.fetch("caller", "http://"+other+"/").text))
	g = r.grants("caller")
	require.Len(t, g.Extra, 1)
	assert.Equal(t, "administrator", g.Permissions[2].Origin)
	assert.False(t, g.Permissions[2].Asked)

	// One call leaves what was used.
	r.putGrants("caller", "used")
	assert.ElementsMatch(t, []string{granted, other}, r.grants("caller").Granted.Network.Outbound)
	r.putGrants("caller", map[string]any{"network": map[string]any{"outbound": []string{granted}}})
	assert.Equal(t, 502, r.fetch("caller", "http://"+other+"/").StatusCode)
	assert.Equal(t, pid, r.pid("caller"), "none of it took a restart")

	// Without any grant the program has no way out at all.
	r.putGrants("caller", map[string]any{})
	require.Eventually(t, func() bool { return r.pid("caller") != pid && r.pid("caller") != 0 }, 20*time.Second, 20*time.Millisecond)
	assert.Equal(t, 502, r.fetch("caller", "http://"+granted+"/").StatusCode)
}

func TestAnObservationRecordsWhatIsNeeded(t *testing.T) {
	r := newRig(t)
	inner := service(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Classic", "1.0.0", "app.js", ""), true).StatusCode)
	assert.Equal(t, "none", r.networkWall("classic"), "a classic plugin shares the host's network")
	pid := r.pid("classic")
	r.putGrants("classic", map[string]any{"observe": true, "expiresInSeconds": 600})
	require.Eventually(t, func() bool { return r.pid("classic") != pid && r.pid("classic") != 0 }, 20*time.Second, 20*time.Millisecond)
	assert.Equal(t, "none", r.networkWall("classic"))
	assert.Equal(t, 502, r.fetch("classic", "http://"+inner+"/").StatusCode, "what leads inward is recorded, and refused")
	g := r.grants("classic")
	require.NotEmpty(t, g.Network)
	assert.Equal(t, inner, g.Network[0].Target)

	pid = r.pid("classic")
	r.putGrants("classic", map[string]any{"observe": true, "expiresInSeconds": 1, "network": map[string]any{"outbound": []string{inner}}})
	assert.Equal(t, "from outside", string(r.fetch("classic", "http://"+inner+"/").text))
	require.Eventually(t, func() bool { return r.networkWall("classic") == "enforced" }, 20*time.Second, 50*time.Millisecond, "an observation ends by itself")
	assert.Equal(t, pid, r.pid("classic"))

	// One that ends by itself gives back the network of before, like one that is ended.
	for _, shared := range []bool{true, false} {
		grants := map[string]any{"unrestrictedNetwork": shared}
		r.putGrants("classic", grants)
		grants["observe"], grants["expiresInSeconds"] = true, 3
		r.putGrants("classic", grants)
		assert.Contains(t, r.networkReason("classic"), "being observed")
		require.Eventually(t, func() bool {
			why := r.networkReason("classic")
			return !strings.Contains(why, "being observed") && !strings.Contains(why, "reached through the host") && strings.Contains(why, "shares the host's network") == shared
		}, 20*time.Second, 50*time.Millisecond, "shared before: %t", shared)
	}

	for _, bad := range []any{"everything", map[string]any{"observe": true, "expiresInSeconds": 0}, map[string]any{"expiresInSeconds": 5},
		map[string]any{"observe": true, "expiresInSeconds": 1 << 30}, map[string]any{"unknown": true}} {
		a := r.do(call{method: "PUT", path: "/api/v1/plugins/classic/grants", json: bad})
		assert.Contains(t, []int{400, 422}, a.StatusCode, string(a.text))
	}
}

// A plugin calls another one where both name each other, and is known by the host's word for it.
func TestPluginsCallEachOther(t *testing.T) {
	r := newRig(t)
	asks := func(names string) string { return `,"permissions":{"plugins":[` + names + `]}` }
	require.Equal(t, 200, r.install(scriptZip(t, "Caller", "1.0.0", "app.js", asks(`"inbox","pages"`)), true).StatusCode)
	require.Equal(t, 200, r.install(scriptZip(t, "Inbox", "1.0.0", "app.js", asks(``)), true).StatusCode)
	require.Equal(t, 200, r.install(htmlZip(t, "Pages", "1.0.0"), false).StatusCode)

	a := r.fetch("caller", "http://inbox.appzone.internal/x?y=1")
	assert.Equal(t, 502, a.StatusCode)
	assert.Contains(t, string(a.text), "both have to name each other")
	assert.Equal(t, 502, r.fetch("inbox", "http://caller.appzone.internal/").StatusCode, "it has no way out")
	assert.Equal(t, 502, r.fetch("caller", "http://nobody.appzone.internal/").StatusCode)

	r.putGrants("inbox", map[string]any{"plugins": []string{"caller"}})
	require.Eventually(t, func() bool { return r.fetch("caller", "http://inbox.appzone.internal/x?y=1").StatusCode == 200 }, 20*time.Second, 20*time.Millisecond)
	var got struct {
		URI    string
		Header http.Header
	}
	r.fetch("caller", "http://inbox.appzone.internal/x?y=1").into(t, &got)
	assert.Equal(t, "/x?y=1", got.URI)
	assert.Equal(t, []string{"plugin:caller"}, got.Header["X-Appzone-User"], "whatever the caller says of itself, and no member's name")
	assert.Equal(t, []string{"plugin"}, got.Header["X-Appzone-Role"])
	claims, err := r.keys().Verify(got.Header.Get("X-Appzone-Identity"), "inbox")
	require.NoError(t, err)
	assert.Equal(t, [3]string{"plugin:caller", "plugin:caller", "plugin"}, [3]string{claims.User, claims.Subject, claims.Role})
	assert.NotEmpty(t, got.Header.Get("X-Request-Id"))

	r.putGrants("pages", map[string]any{"plugins": []string{"caller"}})
	assert.Equal(t, "<h1>agent</h1>", string(r.fetch("caller", "http://pages.appzone.internal/pages/agent.html").text))
	assert.Equal(t, 404, r.fetch("caller", "http://pages.appzone.internal/api/v1/plugins").StatusCode, "the host's own routes are not there")

	r.putGrants("inbox", map[string]any{})
	require.Eventually(t, func() bool { return r.fetch("caller", "http://inbox.appzone.internal/").StatusCode == 502 }, 20*time.Second, 20*time.Millisecond)
}
