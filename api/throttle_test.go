package api_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/api/limit"
)

// scarce lets members ask five times and strangers three times, in all.
func scarce(s *api.Server) { s.SetLimits(limit.New(5, time.Hour), limit.New(3, time.Hour)) }

// refused checks that an answer says how long to wait.
func refused(t *testing.T, a answer) {
	t.Helper()
	require.Equal(t, 429, a.StatusCode, string(a.text))
	assert.Equal(t, "rate_limited", a.code())
	seconds, err := strconv.Atoi(a.Header.Get("Retry-After"))
	require.NoError(t, err)
	assert.Positive(t, seconds)
	assert.Empty(t, a.Header.Get("WWW-Authenticate"), "other credentials are no help")
}

func TestEachCredentialHasItsOwnLimit(t *testing.T) {
	r := newRigWith(t, scarce)
	first, second := r.newToken("plugins:read"), r.newToken("plugins:read")
	for range 5 {
		r.expect(call{method: "GET", path: "/api/v1/plugins", token: first}, 200)
	}
	refused(t, r.do(call{method: "GET", path: "/api/v1/plugins", token: first}))
	refused(t, r.do(call{method: "GET", path: "/api/v1/me", token: first}))
	refused(t, r.do(call{method: "GET", path: "/api/v1/tokens", token: first}))
	r.expect(call{method: "GET", path: "/api/v1/plugins", token: second}, 200)
	session := map[string]string{"Cookie": r.login()}
	for range 5 {
		r.expect(call{method: "GET", path: "/api/v1/me", token: "-", header: session}, 200)
	}
	refused(t, r.do(call{method: "GET", path: "/api/v1/me", token: "-", header: session}))
	session["Cookie"] = r.login()
	refused(t, r.do(call{method: "GET", path: "/api/v1/me", token: "-", header: session}))
}

func TestWhoIsRefusedAsksLess(t *testing.T) {
	for name, c := range map[string]struct {
		call   call
		status int
	}{
		"an unknown token":   {call{path: "/api/v1/me", token: "azt_unknown"}, 401},
		"nothing":            {call{path: "/api/v1/plugins", token: "-"}, 401},
		"an unknown session": {call{path: "/api/v1/me", token: "-", header: map[string]string{"Cookie": "appzone_session=unknown"}}, 401},
		"at a plugin's door": {call{path: "/apps/clock/", token: "azt_unknown"}, 401},
		"a public document":  {call{path: "/api/v1/openapi.json", token: "-"}, 200},
	} {
		r := newRigWith(t, scarce)
		c.call.method = "GET"
		for range 3 {
			r.expect(c.call, c.status)
		}
		refused(t, r.do(c.call))
		assert.Equal(t, 200, r.do(call{method: "GET", path: "/api/v1/me"}).StatusCode, "%s: who has credentials is not bound by it", name)
		for _, free := range []string{"/healthz", "/readyz", "/metrics", "/", "/api/docs"} {
			assert.Equal(t, 200, r.do(call{method: "GET", path: free, token: "-"}).StatusCode, free)
		}
		r.login()
	}
}

// Another page can make a browser ask, but must not lock its owner out.
func TestAnotherPageCannotUseUpLogins(t *testing.T) {
	r := newRigWith(t, scarce)
	for range 20 {
		r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": "admin", "password": "guess"},
			header: map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}}, 403, "wrong_origin")
	}
	r.login()
}

func TestPluginContentIsNotLimited(t *testing.T) {
	r := newRigWith(t, func(s *api.Server) { s.SetLimits(limit.New(10, time.Hour), limit.New(3, time.Hour)) })
	require.Equal(t, 200, r.install(htmlZip(t, "Clock", "1.0.0"), true).StatusCode)
	for range 20 {
		r.expect(call{method: "GET", path: "/apps/clock/pages/admin.html"}, 200)
		r.expect(call{method: "GET", path: "/apps/clock/pages/admin.html", token: "-"}, 401)
	}
	r.expect(call{method: "GET", path: "/api/v1/me"}, 200)
}

// Behind a proxy that is trusted the clients count, each for itself; an IPv6 client with its network.
func TestLimitsAreForTheClientsAddress(t *testing.T) {
	r := newRigWith(t, scarce, trustLoopback)
	ask := func(address string) answer {
		return r.do(call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"X-Forwarded-For": address}})
	}
	for _, address := range []string{"203.0.113.9", "2001:db8:1:2::1", "2001:db8:1:3::1"} {
		for i := range 3 {
			from := address
			if strings.Contains(address, ":") {
				from += strconv.Itoa(i)
			}
			require.Equal(t, 401, ask(from).StatusCode, from)
		}
		refused(t, ask(address))
	}
	refused(t, ask("2001:db8:1:2:ffff::7"))
	refused(t, ask("::ffff:203.0.113.9"))
	assert.Equal(t, 401, ask("203.0.113.10").StatusCode)
	assert.Equal(t, 401, ask("2001:db8:1:4::1").StatusCode)

	direct := newRigWith(t, scarce)
	for i := range 3 {
		direct.expect(call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"X-Forwarded-For": "203.0.113." + strconv.Itoa(i)}}, 401)
	}
	refused(t, direct.do(call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"X-Forwarded-For": "203.0.113.77"}}))
}

func TestGuessesOfANetworkCountTogether(t *testing.T) {
	r := newRig(t, trustLoopback)
	guess := func(i int) answer {
		return r.do(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": "user" + strconv.Itoa(i), "password": "guess"},
			header: map[string]string{"X-Forwarded-For": "2001:db8::" + strconv.Itoa(i)}})
	}
	for i := range 12 {
		if a := guess(i); a.StatusCode == 429 {
			assert.Equal(t, "too_many_logins", a.code())
			return
		}
	}
	assert.Fail(t, "every address of a network had attempts of its own")
}
