package api_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/audit"
)

// trail reads the audit trail, newest first.
func (r *rig) trail(query string) (items []audit.Entry, next string) {
	r.t.Helper()
	var page struct {
		Items []audit.Entry
		Next  *string
	}
	r.get("/api/v1/audit"+query).into(r.t, &page)
	if page.Next != nil {
		next = *page.Next
	}
	return page.Items, next
}

func kinds(items []audit.Entry) (out []string) {
	for _, e := range items {
		out = append(out, e.Kind)
	}
	return out
}

// denials waits until n denied entries are written, which happens beside the requests.
func (r *rig) denials(n int) []audit.Entry {
	r.t.Helper()
	var items []audit.Entry
	require.Eventually(r.t, func() bool {
		items, _ = r.trail("?outcome=denied")
		return len(items) >= n
	}, 10*time.Second, 5*time.Millisecond)
	return items
}

func TestTheTrailIsFilteredAndPaged(t *testing.T) {
	r := newRig(t)
	r.upload(htmlZip(t, "Pages", "1.0.0"))
	r.upload(htmlZip(t, "Other", "1.0.0"))
	all, _ := r.trail("")
	require.Len(t, all, 5, "%v", kinds(all))
	assert.Equal(t, []string{"plugin.uploaded", "plugin.uploaded", "token.created", "identity_key.created", "member.created"}, kinds(all))
	assert.Equal(t, "127.0.0.1", all[0].Address)
	assert.NotEmpty(t, all[0].RequestID)
	assert.NotEmpty(t, all[0].Token)

	at := all[1].Time.Format(time.RFC3339Nano)
	for query, want := range map[string][]uint64{
		"?kind=plugin.":                   {5, 4},
		"?kind=plugin":                    {5, 4},
		"?kind=plugin.uploaded.":          nil,
		"?plugin=pages":                   {4},
		"?actor=host":                     {2, 1},
		"?actor=admin&kind=token.created": {3},
		"?outcome=failed":                 nil,
		"?outcome=done&limit=500":         {5, 4, 3, 2, 1},
		"?since=" + at:                    {5, 4},
		"?until=" + at:                    {3, 2, 1},
		"?since=2199-01-01T00:00:00Z":     nil,
		"?cursor=4":                       {3, 2, 1},
	} {
		items, next := r.trail(query)
		var got []uint64
		for _, e := range items {
			got = append(got, e.Seq)
		}
		assert.Equal(t, want, got, query)
		assert.Empty(t, next, query)
	}
	var seen []uint64
	for next := "0"; next != ""; {
		var items []audit.Entry
		items, next = r.trail("?limit=1&cursor=" + next)
		require.Len(t, items, 1)
		seen = append(seen, items[0].Seq)
	}
	assert.Equal(t, []uint64{5, 4, 3, 2, 1}, seen)
	for _, bad := range []string{"outcome=maybe", "since=yesterday", "until=1", "cursor=x", "limit=0", "format=xml"} {
		r.expect(call{method: "GET", path: "/api/v1/audit?" + bad}, 400, "query_invalid")
	}
}

func TestTheExportIsTheTrailAsItIsWritten(t *testing.T) {
	r := newRig(t)
	for range 30 {
		r.newToken("plugins:read")
	}
	for _, c := range []call{
		{method: "GET", path: "/api/v1/audit?format=ndjson"},
		{method: "GET", path: "/api/v1/audit", header: map[string]string{"Accept": "application/x-ndjson"}},
	} {
		a := r.expect(c, 200)
		assert.Equal(t, "application/x-ndjson", a.Header.Get("Content-Type"))
		head, err := audit.ParseHead(a.Header.Get("Audit-Head"))
		require.NoError(t, err)
		v := audit.NewVerifier(&head, false)
		lines := strings.Split(strings.TrimSuffix(string(a.text), "\n"), "\n")
		for _, line := range lines {
			require.True(t, v.Add([]byte(line)))
		}
		report := v.End()
		assert.True(t, report.OK, report.Reason)
		assert.EqualValues(t, 33, report.Entries)
	}
	a := r.get("/api/v1/audit?format=ndjson&kind=member.")
	assert.Equal(t, 1, strings.Count(string(a.text), "\n"))
}

// A token that is revoked gets no more of the trail, and what it got is not taken for the whole.
func TestTheExportEndsWithItsCredentials(t *testing.T) {
	r := newRig(t)
	big := strings.Repeat("<", 2000) // six bytes each in the trail, and three times
	r.upload(htmlZip(t, "Pages", "1.0.0"))
	for range 500 { // more than the connection holds
		_, err := r.host.Edit(t.Context(), "pages", []byte(`{"description":"`+big+`"}`), 0, host.Actor{User: "admin", Role: host.RoleAdmin})
		require.NoError(t, err)
	}
	made, err := r.host.CreateToken(t.Context(), host.TokenRequest{Name: "t", Scopes: []string{"audit:read"}}, host.Actor{User: "admin", Role: host.RoleAdmin})
	require.NoError(t, err)
	res, err := http.DefaultTransport.RoundTrip(r.request(call{method: "GET", path: "/api/v1/audit?format=ndjson", token: made.Secret}))
	require.NoError(t, err)
	defer res.Body.Close()
	reader := bufio.NewReader(res.Body)
	_, err = reader.ReadSlice(':')
	require.NoError(t, err)
	require.NoError(t, r.host.DeleteToken(t.Context(), made.ID, host.Actor{User: "admin", Role: host.RoleAdmin}))
	n, err := io.Copy(io.Discard, reader)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "after %d bytes", n)
}

func TestVerify(t *testing.T) {
	r := newRig(t)
	var report audit.Report
	r.get("/api/v1/audit/verify").into(t, &report)
	assert.True(t, report.OK)
	assert.Nil(t, report.HeadFound)
	first := report.Head.Seq
	require.NotZero(t, first)
	r.newToken("*")
	r.get("/api/v1/audit/verify?head="+report.Head.String()).into(t, &report)
	assert.True(t, report.OK && *report.HeadFound)
	assert.Equal(t, first+1, report.Head.Seq)
	r.get("/api/v1/audit/verify?head="+audit.Head{Seq: first + 2, Hash: report.Head.Hash}.String()).into(t, &report)
	assert.False(t, report.OK || *report.HeadFound)
	for _, bad := range []string{"17", "x:" + report.Head.Hash, "1:" + report.Head.Hash[1:], "0:" + report.Head.Hash} {
		r.expect(call{method: "GET", path: "/api/v1/audit/verify?head=" + bad}, 400, "query_invalid")
	}
}

// Every refusal is in the trail, with who, from where, what for and why.
func TestDeniedRequestsAreInTheTrail(t *testing.T) {
	r := newRig(t)
	r.install(htmlZip(t, "Pages", "1.0.0"), true)
	cookie := r.login()
	narrow, reader, staff := r.newToken("apps:other"), r.newToken("plugins:read"), r.newToken("staff:manage")
	for _, c := range []struct {
		name          string
		call          call
		status        int
		code, subject string
		actor, plugin string
	}{
		{"an unknown token", call{method: "GET", path: "/api/v1/plugins", token: "azt_unknown"}, 401, "token_invalid", "listPlugins", "", ""},
		{"another scheme", call{method: "GET", path: "/api/v1/plugins", token: "-", header: map[string]string{"Authorization": "Basic eDp5"}}, 401, "unsupported_authorization", "listPlugins", "", ""},
		{"an ended session", call{method: "GET", path: "/api/v1/me", token: "-", header: map[string]string{"Cookie": "appzone_session=x"}}, 401, "session_ended", "getMe", "", ""},
		{"too narrow a token", call{method: "POST", path: "/api/v1/plugins/pages/start", token: reader}, 403, "missing_scope", "startPlugin", "admin", "pages"},
		{"a token that is to do more", call{method: "POST", path: "/api/v1/tokens", token: staff, json: map[string]any{"name": "more", "scopes": []string{"*"}}}, 422, "token_invalid", "createToken", "admin", ""},
		{"another origin", call{method: "POST", path: "/api/v1/tokens", token: "-", header: map[string]string{"Cookie": cookie, "Origin": "https://evil.example"}}, 403, "wrong_origin", "createToken", "", ""},
		{"a plugin that is not given", call{method: "GET", path: "/apps/pages/", token: narrow}, 404, "plugin_not_found", "plugin", "admin", "pages"},
	} {
		r.expect(c.call, c.status, c.code)
		items := r.denials(1)
		for len(items) == 0 || items[0].Code != c.code {
			items = r.denials(1)
		}
		e := items[0]
		assert.Equal(t, "request.denied", e.Kind, c.name)
		assert.Equal(t, [3]string{c.subject, c.actor, c.plugin}, [3]string{e.Subject, e.Actor, e.Plugin}, c.name)
		assert.Equal(t, "127.0.0.1", e.Address, c.name)
		assert.NotEmpty(t, e.RequestID, c.name)
	}
	assert.Len(t, r.denials(7), 7)
}

func TestWhatIsNoRefusalIsNotInTheTrail(t *testing.T) {
	r := newRig(t)
	r.expect(call{method: "GET", path: "/api/v1/plugins", token: "-"}, 401, "unauthenticated")
	r.expect(call{method: "GET", path: "/api/v1/plugins/nothing"}, 404)
	r.expect(call{method: "GET", path: "/apps/nothing/"}, 404)
	r.expect(call{method: "GET", path: "/nothing"}, 404)
	r.expect(call{method: "GET", path: "/api/v1/me", header: map[string]string{"Host": "evil.example"}}, 421)
	r.expect(call{method: "POST", path: "/api/v1/tokens", json: map[string]any{"name": ""}}, 422)
	r.expect(call{method: "GET", path: "/api/v1/plugins", token: "azt_last"}, 401)
	items := r.denials(1)
	require.Len(t, items, 1)
	assert.Equal(t, "token_invalid", items[0].Code)

	r.host.Close() // which ends the minute
	items, _, err := r.host.Audit(t.Context(), audit.Filter{Outcome: audit.Denied}, 0, 10)
	require.NoError(t, err)
	require.Len(t, items, 2, "who brings no credentials is counted")
	assert.Equal(t, "unauthenticated", items[0].Code)
	assert.Equal(t, "127.0.0.1", items[0].Address)
}

// A page that is refused in a window answers with text for people, and is in the trail all the same.
func TestPagesThatAreRefusedAreInTheTrail(t *testing.T) {
	r := newRig(t)
	person := map[string]string{"Accept": "text/html"}
	for _, path := range []string{"/pages/clock/launch?ticket=nonsense", "/pages/clock/nonsense/"} {
		a := r.do(call{method: "GET", path: path, token: "-", header: person})
		require.Equal(t, 401, a.StatusCode, path)
		require.Contains(t, a.Header.Get("Content-Type"), "text/html", path)
	}
	e := r.denials(1)[0]
	assert.Equal(t, []string{"ticket_invalid", "page", "clock"}, []string{e.Code, e.Subject, e.Plugin})
	r.host.Close()
	items, _, err := r.host.Audit(t.Context(), audit.Filter{Outcome: audit.Denied}, 0, 10)
	require.NoError(t, err)
	require.Len(t, items, 2)
	assert.Equal(t, []string{"page_ended", "page", "clock"}, []string{items[0].Code, items[0].Subject, items[0].Plugin})
}

func TestLoginsThatAreRefusedAreInTheTrail(t *testing.T) {
	r := newRig(t)
	attempt := func(name string, status int) {
		r.expect(call{method: "POST", path: "/api/v1/session", token: "-", json: map[string]string{"username": name, "password": "wrong"}}, status)
	}
	attempt("admin", 401)
	attempt("my secret pass phrase", 401)
	items := r.denials(2)
	assert.Equal(t, []string{"session.refused", "session.refused"}, kinds(items))
	assert.Equal(t, "admin", items[1].Actor)
	assert.Empty(t, items[0].Actor, "what is no account may be a password in the wrong field")
	for range 8 {
		attempt("admin", 401)
	}
	attempt("admin", 429)
	items = r.denials(3)
	assert.Equal(t, "too_many_logins", items[0].Code)
	assert.Equal(t, "login", items[0].Subject)
	text, err := json.Marshal(items)
	require.NoError(t, err)
	assert.NotContains(t, string(text), "pass phrase")
}

// A flood of refused requests is a handful of entries, and a member's refusal is seen in it.
func TestAFloodOfRefusalsIsAHandfulOfEntries(t *testing.T) {
	r := newRig(t, trustLoopback)
	reader := r.newToken("plugins:read")
	for i := range 600 {
		header := map[string]string{"X-Forwarded-For": "203.0.113." + strconv.Itoa(i%200)}
		r.expect(call{method: "GET", path: "/api/v1/plugins", token: "azt_guess", header: header}, 401)
	}
	r.expect(call{method: "GET", path: "/api/v1/staff", token: reader}, 403)
	require.Eventually(t, func() bool {
		items, _ := r.trail("?outcome=denied&actor=admin")
		return len(items) == 1
	}, 10*time.Second, 5*time.Millisecond)
	items, _ := r.trail("?outcome=denied&limit=500")
	assert.Len(t, items, 101, "100 of strangers and one of the member")
}
