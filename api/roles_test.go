package api_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/host"
)

// updateRoles writes testdata/roles.txt anew: go test ./api -run Role -update-roles. Read what changed.
var updateRoles = flag.Bool("update-roles", false, "write the table of routes and roles anew")

const rolesFile = "testdata/roles.txt"

// visitor is somebody who calls every route.
type visitor struct {
	name string
	// role is "" for nobody, session tells whether they came by cookie, scopes bound a token (nil: none).
	role    host.Role
	session bool
	scopes  []string
	// header gives the credentials of one request.
	header func() map[string]string
	// valid is false for credentials that count for nothing; foreign for a session whose request comes from another origin.
	valid, foreign bool
}

// D5, H2: what each route answers to each visitor. Who may is said by x-access of the OpenAPI document, and a route without that, or
// without its line in the table, fails. The statuses of the table are those of an empty request about things that are not there.
func TestEveryRouteForEveryRole(t *testing.T) {
	r := newRigWith(t, (*api.Server).WithoutLimits)
	visitors := newVisitors(t, r)
	got := map[string]string{}
	for _, o := range documentedOperations(t) {
		line := []string{}
		for _, v := range visitors {
			status, code := r.visit(o, v)
			o.judge(t, v, status, code)
			line = append(line, fmt.Sprintf("%s=%d", v.name, status))
		}
		got[o.ID] = strings.Join(line, " ")
	}
	text := ""
	for _, id := range slices.Sorted(maps.Keys(got)) {
		text += id + ": " + got[id] + "\n"
	}
	if *updateRoles {
		require.NoError(t, os.WriteFile(rolesFile, []byte(text), 0o600))
	}
	want, err := os.ReadFile(rolesFile)
	require.NoError(t, err)
	for line := range strings.SplitSeq(strings.TrimSpace(string(want)), "\n") {
		id, row, _ := strings.Cut(line, ": ")
		assert.Equal(t, row, got[id], "%s", id)
		delete(got, id)
	}
	assert.Empty(t, got, "routes without a line in %s", rolesFile)
}

// documented is one operation of the document with who may call it.
type documented struct{ ID, Method, Path, Access string }

// documentedOperations are those of the OpenAPI document.
func documentedOperations(t *testing.T) []documented {
	raw, err := api.Document()
	require.NoError(t, err)
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	require.NoError(t, json.Unmarshal(raw, &doc))
	var out []documented
	for path, item := range doc.Paths {
		for method, text := range item {
			if method == "parameters" {
				continue
			}
			var o struct {
				OperationID string `json:"operationId"`
				Access      string `json:"x-access"`
			}
			require.NoError(t, json.Unmarshal(text, &o))
			known := append(host.Scopes(), api.AccessPublic, api.AccessMember, api.AccessSession)
			require.Contains(t, known, o.Access, "x-access of %s", o.OperationID)
			out = append(out, documented{o.OperationID, strings.ToUpper(method), path, o.Access})
		}
	}
	slices.SortFunc(out, func(a, b documented) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// judge holds an answer to what the document says of the operation.
func (o documented) judge(t *testing.T, v visitor, status int, code string) {
	t.Helper()
	what := fmt.Sprintf("%s for %s: %d %s", o.ID, v.name, status, code)
	denied := status == 401 || code == "missing_scope" || code == "session_required" || code == "wrong_origin"
	changes := o.Method != http.MethodGet
	switch {
	case o.Access == api.AccessPublic:
		assert.NotEqual(t, "missing_scope", code, what)
	case !v.valid:
		assert.Equal(t, 401, status, what)
	case v.foreign && changes:
		assert.Equal(t, "wrong_origin", code, what)
	case o.Access == api.AccessMember:
		assert.False(t, denied, what)
	case o.Access == api.AccessSession:
		assert.Equal(t, !v.session, denied, what)
	default:
		may := v.role == host.RoleAdmin && (v.scopes == nil || slices.Contains(v.scopes, host.ScopeAll) || slices.Contains(v.scopes, o.Access))
		assert.Equal(t, !may, code == "missing_scope", what)
	}
}

// visit makes an empty request and reads no more than its answer's head and problem.
func (r *rig) visit(o documented, v visitor) (status int, code string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	c := call{method: o.Method, path: concrete(o.Path), token: "-", header: v.header()}
	req := r.request(c).WithContext(ctx)
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(r.t, err)
	defer res.Body.Close()
	var p struct{ Code string }
	if strings.Contains(res.Header.Get("Content-Type"), "problem+json") {
		text, err := io.ReadAll(res.Body)
		require.NoError(r.t, err)
		require.NoError(r.t, json.Unmarshal(text, &p))
	}
	return res.StatusCode, p.Code
}

// newVisitors makes members of every role, with sessions and tokens, and credentials that have ended.
func newVisitors(t *testing.T, r *rig) []visitor {
	const password = "only for the visitors"
	for _, role := range []string{"user", "agent"} {
		r.expect(call{method: "POST", path: "/api/v1/staff", json: map[string]any{"username": role, "password": password, "role": role, "kind": "person"}}, 201)
	}
	for _, role := range []string{"user", "agent", "admin"} {
		r.expect(call{method: "POST", path: "/api/v1/staff", json: map[string]any{"username": role + "-service", "role": role, "kind": "service"}}, 201)
	}
	nobody := func(name string, header map[string]string) visitor {
		return visitor{name: name, header: func() map[string]string { return header }}
	}
	bearer := func(token string) map[string]string { return map[string]string{"Authorization": "Bearer " + token} }
	gone := r.newToken("*")
	r.revoke(gone)
	all := []visitor{
		nobody("anonymous", nil), nobody("unknown-token", bearer("azt_unknown")), nobody("deleted-token", bearer(gone)),
		nobody("expired-token", bearer(r.expiredToken())), nobody("unknown-session", map[string]string{"Cookie": "appzone_session=unknown"}),
		nobody("ended-session", map[string]string{"Cookie": r.endedSession(password)}),
	}
	for _, m := range []struct {
		name, password string
		role           host.Role
	}{{"agent", password, host.RoleAgent}, {"user", password, host.RoleUser}, {"admin", adminPassword, host.RoleAdmin}} {
		s := &renewed{r: r, user: m.name, password: m.password}
		all = append(all,
			visitor{name: m.name, role: m.role, session: true, valid: true, header: func() map[string]string { return s.header("") }},
			visitor{name: m.name + "-elsewhere", role: m.role, session: true, valid: true, foreign: true, header: func() map[string]string { return s.header("https://evil.example") }})
		token := r.serviceToken(m.name + "-service")
		all = append(all, visitor{name: m.name + "-service", role: m.role, scopes: []string{"*"}, valid: true, header: func() map[string]string { return bearer(token) }})
	}
	for _, scope := range append(host.Scopes()[1:], "apps:clock") {
		token := r.newToken(scope)
		all = append(all, visitor{name: scope, role: host.RoleAdmin, scopes: []string{scope}, valid: true, header: func() map[string]string { return bearer(token) }})
	}
	return all
}

// renewed is a session that is opened again when a route has ended it.
type renewed struct {
	r              *rig
	user, password string
	cookie         string
}

func (s *renewed) header(origin string) map[string]string {
	if s.cookie == "" || s.r.do(call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"Cookie": s.cookie}}).StatusCode != 200 {
		s.cookie = s.r.cookieOf(s.user, s.password)
	}
	h := map[string]string{"Cookie": s.cookie}
	if origin != "" {
		h["Origin"] = origin
	}
	return h
}

// cookieOf opens a session of a member and returns its cookie.
func (r *rig) cookieOf(user, password string) string {
	r.t.Helper()
	a := r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": user, "password": password}}, 204)
	for _, cookie := range a.Cookies() {
		if cookie.Name == "appzone_session" {
			return cookie.Name + "=" + cookie.Value
		}
	}
	require.Fail(r.t, "no session cookie")
	return ""
}

func (r *rig) endedSession(password string) string {
	r.t.Helper()
	cookie := r.cookieOf("agent", password)
	r.expect(call{method: "DELETE", path: "/api/v1/session", token: "-", header: map[string]string{"Cookie": cookie}}, 204)
	return cookie
}

func (r *rig) serviceToken(user string) string {
	r.t.Helper()
	var made struct{ Token string }
	r.expect(call{method: "POST", path: "/api/v1/tokens", json: map[string]any{"name": "test", "user": user, "scopes": []string{"*"}}}, 201).into(r.t, &made)
	return made.Token
}

// revoke deletes the token with this secret.
func (r *rig) revoke(secret string) {
	r.t.Helper()
	var me struct{ Token string }
	r.expect(call{method: "GET", path: "/api/v1/me", token: secret}, 200).into(r.t, &me)
	r.expect(call{method: "DELETE", path: "/api/v1/tokens/" + me.Token}, 204)
}

func (r *rig) expiredToken() string {
	r.t.Helper()
	token, err := r.host.CreateToken(r.t.Context(), host.TokenRequest{Name: "short", Scopes: []string{"*"}, ExpiresInSeconds: 1}, host.Actor{User: "admin", Role: host.RoleAdmin})
	require.NoError(r.t, err)
	require.Eventually(r.t, func() bool {
		_, ok := r.host.ByToken(token.Secret, host.Origin{})
		return !ok
	}, 10*time.Second, 20*time.Millisecond)
	return token.Secret
}
