package api_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/api"
	"appzone/host"
	"appzone/host/webhook"
)

const webhooksPath = "/api/v1/webhooks"

// told is a message as a receiver got it.
type told struct {
	host.Event
	header http.Header
	body   []byte
}

// receiver is a server that passes on what it is told.
func receiver(t *testing.T, status int) (url string, got chan told) {
	got = make(chan told, 1000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		m := told{header: r.Header.Clone(), body: body}
		_ = json.Unmarshal(body, &m.Event)
		got <- m
		w.Header().Set("Location", "http://169.254.169.254/")
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	return server.URL, got
}

// next waits for a message.
func next(t *testing.T, got chan told) told {
	t.Helper()
	select {
	case m := <-got:
		return m
	case <-time.After(20 * time.Second):
		require.Fail(t, "nothing is told")
		return told{}
	}
}

type webhookAnswer struct {
	ID, URL, Secret, DisabledReason, CreatedBy string
	Events                                     []string
	Plugin, FormerSecretUntil                  *string
	Enabled                                    bool
	Deliveries                                 host.WebhookDeliveries
}

func (r *rig) createWebhook(body map[string]any) (webhookAnswer, string) {
	r.t.Helper()
	a := r.expect(call{method: "POST", path: webhooksPath, json: body}, 201)
	var w webhookAnswer
	a.into(r.t, &w)
	assert.Equal(r.t, webhooksPath+"/"+w.ID, a.Header.Get("Location"))
	return w, webhooksPath + "/" + w.ID
}

func TestAReceiverIsToldOfEventsAndCanVerifyThem(t *testing.T) {
	r := newRig(t)
	url, got := receiver(t, 200)
	w, at := r.createWebhook(map[string]any{"url": url + "/in?key=topsecret", "events": []string{"profile.*"}})
	require.True(t, strings.HasPrefix(w.Secret, webhook.SecretPrefix))
	assert.True(t, w.Enabled)
	for n := range 5 {
		r.expect(call{method: "POST", path: "/api/v1/profiles", json: map[string]any{"name": fmt.Sprint("P", n), "role": "user"}}, 201)
	}
	r.expect(call{method: "DELETE", path: "/api/v1/profiles/p0"}, 204)
	var seen []uint64
	for n := range 6 {
		m := next(t, got)
		assert.Equal(t, []string{"profile.created", "profile.deleted"}[n/5], m.Type)
		seen = append(seen, m.Seq)
		seconds, err := strconv.ParseInt(m.header.Get("webhook-timestamp"), 10, 64)
		require.NoError(t, err)
		signature, err := webhook.Sign(w.Secret, m.header.Get("webhook-id"), time.Unix(seconds, 0), m.body)
		require.NoError(t, err)
		assert.Equal(t, signature, m.header.Get("webhook-signature"))
	}
	assert.True(t, slices.IsSorted(seen), "in order: %v", seen)
	require.Eventually(t, func() bool {
		var now webhookAnswer
		r.get(at).into(t, &now)
		return now.Deliveries.Delivered == 6 && now.Deliveries.LastSuccessAt != nil
	}, 10*time.Second, 10*time.Millisecond)
	var list struct{ Items []host.WebhookAttempt }
	r.get(at+"/deliveries").into(t, &list)
	require.Len(t, list.Items, 6)
	assert.Equal(t, seen[5], list.Items[0].Seq, "the newest first")
}

func TestWebhooksAreManaged(t *testing.T) {
	r := newRig(t)
	url, _ := receiver(t, 200)
	w, at := r.createWebhook(map[string]any{"url": url, "enabled": false, "plugin": "clock", "events": []string{"plugin.state", "plugin.state"}})
	assert.Equal(t, []string{"plugin.state"}, w.Events)
	assert.Equal(t, "admin", w.CreatedBy)
	shown := r.get(at)
	etag := shown.Header.Get("ETag")
	assert.NotContains(t, string(shown.text), "whsec_")

	edited := r.expect(call{method: "PATCH", path: at, json: map[string]any{"plugin": nil, "events": nil}, header: map[string]string{"If-Match": etag}}, 200)
	var now webhookAnswer
	edited.into(t, &now)
	assert.Nil(t, now.Plugin)
	assert.Empty(t, now.Events)
	r.expect(call{method: "PATCH", path: at, json: map[string]any{"enabled": true}, header: map[string]string{"If-Match": etag}}, 412, "webhook_changed")
	same := r.expect(call{method: "PATCH", path: at, json: map[string]any{"url": url}}, 200)
	assert.Equal(t, edited.Header.Get("ETag"), same.Header.Get("ETag"), "nothing changed")

	var rotated webhookAnswer
	r.expect(call{method: "POST", path: at + "/secret", header: map[string]string{"If-Match": etag}}, 412, "webhook_changed")
	r.expect(call{method: "POST", path: at + "/secret"}, 200).into(t, &rotated)
	assert.NotEqual(t, w.Secret, rotated.Secret)
	assert.NotNil(t, rotated.FormerSecretUntil)

	r.expect(call{method: "DELETE", path: at, header: map[string]string{"If-Match": etag}}, 412, "webhook_changed")
	r.expect(call{method: "DELETE", path: at}, 204)
	for _, c := range []call{{method: "GET", path: at}, {method: "DELETE", path: at}, {method: "POST", path: at + "/test"}, {method: "POST", path: at + "/secret"}, {method: "GET", path: at + "/deliveries"}} {
		r.expect(c, 404, "webhook_not_found")
	}
	var kinds []string
	entries, _ := r.trail("?kind=webhook.")
	for _, e := range entries {
		kinds = append(kinds, e.Kind)
	}
	assert.ElementsMatch(t, []string{"webhook.created", "webhook.edited", "webhook.secret", "webhook.deleted"}, kinds)
}

// E3, E5, E6: what a receiver cannot be is refused before anything is sent.
func TestAReceiverThatCannotBeIsRefused(t *testing.T) {
	r := newRig(t)
	many := make([]string, 51)
	for i := range many {
		many[i] = fmt.Sprintf("t%d", i)
	}
	for name, body := range map[string]map[string]any{
		"none":                 {},
		"a path":               {"url": "/in"},
		"what cannot be seen":  {"url": "https://receiver.example/?\u202egpj"}, // row B10
		"another scheme":       {"url": "ftp://receiver.example/"},
		"a file":               {"url": "file:///etc/passwd"},
		"no host":              {"url": "https:///in"},
		"a password":           {"url": "https://user:secret@receiver.example/"},
		"a fragment":           {"url": "https://receiver.example/#x"},
		"too long":             {"url": "https://receiver.example/" + strings.Repeat("x", 2048)},
		"metadata":             {"url": "http://169.254.169.254/latest/meta-data"},
		"metadata in IPv6":     {"url": "http://[::ffff:169.254.169.254]/"},
		"the link":             {"url": "http://[fe80::1]/"},
		"an address as number": {"url": "http://2852039166/"},
		"a plugin's name":      {"url": "http://clock.appzone.internal/"},
		"many types":           {"url": "https://receiver.example/", "events": many},
		"no type":              {"url": "https://receiver.example/", "events": []string{"Plugin State"}},
		"a star inside":        {"url": "https://receiver.example/", "events": []string{"plugin.*.x"}},
		"no plugin":            {"url": "https://receiver.example/", "plugin": "../etc"},
		"a wrong type":         {"url": "https://receiver.example/", "enabled": "yes"},
	} {
		a := r.do(call{method: "POST", path: webhooksPath, json: body})
		assert.Equal(t, 422, a.StatusCode, "%s: %s", name, a.text)
		assert.NotContains(t, string(a.text), "secret@", name)
	}
	r.expect(call{method: "POST", path: webhooksPath, json: map[string]any{"url": "https://receiver.example/", "secret": "mine"}}, 400)
}

// E1, E2, E4: a test tells what the receiver answers, follows nothing, and takes an administrator.
func TestAWebhookIsTested(t *testing.T) {
	r := newRig(t)
	for status, trouble := range map[int]string{204: "", 500: "500", 302: "sends elsewhere"} {
		url, got := receiver(t, status)
		_, at := r.createWebhook(map[string]any{"url": url, "enabled": false})
		var a host.WebhookAttempt
		r.expect(call{method: "POST", path: at + "/test"}, 200).into(t, &a)
		require.NotNil(t, a.Status)
		assert.Equal(t, status, *a.Status)
		assert.Contains(t, a.Error, trouble)
		assert.Equal(t, trouble == "", a.Error == "")
		m := next(t, got)
		assert.Equal(t, "webhook.test", m.Type)
		assert.Equal(t, "admin", m.Actor)
		r.expect(call{method: "POST", path: at + "/test", token: r.newToken(host.ScopePluginsManage)}, 403, "missing_scope")
	}
	unknown := httptest.NewTLSServer(http.NotFoundHandler())
	defer unknown.Close()
	_, own := r.createWebhook(map[string]any{"url": unknown.URL, "enabled": false})
	assert.Contains(t, string(r.expect(call{method: "POST", path: own + "/test"}, 502, "webhook_unreachable").text), "failed to verify certificate")
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	_, at := r.createWebhook(map[string]any{"url": closed.URL + "/topsecret", "enabled": false})
	a := r.expect(call{method: "POST", path: at + "/test"}, 502, "webhook_unreachable")
	assert.Contains(t, string(a.text), "refused")
	var list struct{ Items []host.WebhookAttempt }
	deliveries := r.get(at + "/deliveries")
	deliveries.into(t, &list)
	require.Len(t, list.Items, 1)
	assert.NotContains(t, string(a.text)+string(deliveries.text), "topsecret")
}

// E4: who makes the host ask a service of the house that is none for webhooks learns nothing of what it answers.
func TestAnAnswerThatIsNoneIsNotTold(t *testing.T) {
	r := newRig(t)
	for name, c := range map[string]struct{ answer, want string }{
		"no HTTP":         {"-ERR unknown command 'topsecret'\r\n", "not HTTP"},
		"no header":       {"HTTP/1.1 200 OK\r\ntopsecret\r\n\r\n", "not HTTP"},
		"no length":       {"HTTP/1.1 200 OK\r\nContent-Length: topsecret\r\n\r\n", "not HTTP"},
		"no transfer":     {"HTTP/1.1 200 OK\r\nTransfer-Encoding: topsecret\r\n\r\n", "not HTTP"},
		"nothing":         {"", "without an answer"},
		"half an answer":  {"HTTP/1.1 200 OK\r\ntopsecret: to", "without an answer"},
		"TLS without TLS": {"HTTP/1.1 200 OK\r\n\r\n", "tls: "},
	} {
		url := "http://" + answering(t, c.answer)
		if c.want == "tls: " {
			url = "https" + strings.TrimPrefix(url, "http")
		}
		_, at := r.createWebhook(map[string]any{"url": url, "enabled": false})
		a := r.expect(call{method: "POST", path: at + "/test"}, 502, "webhook_unreachable")
		assert.Contains(t, string(a.text), c.want, name)
		trail := r.expect(call{method: "GET", path: "/api/v1/audit?limit=500"}, 200)
		assert.NotContains(t, string(a.text)+string(trail.text)+string(r.get(at+"/deliveries").text), "topsecret", name)
	}
}

// answering is a listener that answers so, whatever is said to it.
func answering(t *testing.T, with string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 64<<10))
			_, _ = conn.Write([]byte(with))
			_ = conn.Close()
		}
	}()
	return l.Addr().String()
}

// H8: neither a secret nor what a URL holds of one is in the trail, in events, or in an answer but the first.
func TestSecretsOfWebhooksStayWhereTheyAre(t *testing.T) {
	r := newRig(t)
	url, got := receiver(t, 500)
	w, at := r.createWebhook(map[string]any{"url": url + "/pathsecret?key=topsecret"})
	var rotated webhookAnswer
	r.expect(call{method: "POST", path: at + "/secret"}, 200).into(t, &rotated)
	r.expect(call{method: "POST", path: at + "/test"}, 200)
	next(t, got)
	r.expect(call{method: "DELETE", path: at}, 204)
	everything := ""
	for _, path := range []string{"/api/v1/audit?limit=500", "/api/v1/events?limit=500", webhooksPath} {
		everything += string(r.expect(call{method: "GET", path: path, header: map[string]string{"Accept": "application/json"}}, 200).text)
	}
	assert.Contains(t, everything, "webhook.tested")
	for _, secret := range []string{w.Secret, rotated.Secret, "whsec_", "topsecret", "pathsecret"} {
		assert.NotContains(t, everything, secret)
	}
}

func TestWebhooksAreBounded(t *testing.T) {
	r := newRigWith(t, (*api.Server).WithoutLimits)
	var first string
	for n := range 100 {
		_, at := r.createWebhook(map[string]any{"url": fmt.Sprintf("https://receiver.example/%03d", n), "enabled": false})
		if n == 0 {
			first = at
		}
	}
	one := map[string]any{"url": "https://receiver.example/", "enabled": false}
	r.expect(call{method: "POST", path: webhooksPath, json: one}, 409, "too_many_webhooks")
	var page struct {
		Items []webhookAnswer
		Next  *string
	}
	r.get(webhooksPath+"?limit=60").into(t, &page)
	require.Len(t, page.Items, 60)
	r.get(webhooksPath+"?limit=60&cursor="+*page.Next).into(t, &page)
	assert.Len(t, page.Items, 40)
	assert.Nil(t, page.Next)
	r.get(webhooksPath+"?q=/042").into(t, &page)
	assert.Len(t, page.Items, 1)
	r.expect(call{method: "DELETE", path: first}, 204)
	r.createWebhook(one)
}
