package host_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

func TestTheFirstPasswordIsGeneratedAndSaidOnce(t *testing.T) { // H1
	said := map[string]string{}
	announce := func(c *host.Config) {
		c.AdminPassword = ""
		c.AnnouncePassword = func(user, password string) error { said[user] = password; return nil }
	}
	r := newRig(t, announce)
	require.Len(t, said, 1)
	first := said["admin"]
	assert.GreaterOrEqual(t, len(first), 16)
	_, actor, err := r.Login(t.Context(), host.Credentials{Username: "admin", Password: first}, host.Origin{Address: "127.0.0.1"})
	require.NoError(t, err)
	assert.Equal(t, host.RoleAdmin, actor.Role)
	clear(said)
	r.reboot(announce)
	assert.Empty(t, said)
	_, _, err = r.Login(t.Context(), host.Credentials{Username: "admin", Password: first}, host.Origin{Address: "127.0.0.1"})
	require.NoError(t, err)
}

func TestLoginRefuses(t *testing.T) {
	r := newRig(t, nil)
	for _, c := range [][2]string{{"admin", "wrong"}, {"admin", ""}, {"nobody", "for the test"}, {"", ""}} {
		_, _, err := r.Login(t.Context(), host.Credentials{Username: c[0], Password: c[1]}, host.Origin{Address: "127.0.0.1"})
		assert.Equal(t, "login_failed", fault.CodeOf(err), "%v: the same answer whatever was wrong", c)
	}
}

func TestSessions(t *testing.T) {
	r := newRig(t, nil)
	secret, _, err := r.Login(t.Context(), host.Credentials{Username: "admin", Password: "for the test"}, host.Origin{Address: "127.0.0.1"})
	require.NoError(t, err)
	actor, ok := r.BySession(secret, host.Origin{Address: "::1"})
	require.True(t, ok)
	assert.Equal(t, "admin", actor.User)
	_, ok = r.BySession(secret+"x", host.Origin{Address: "::1"})
	assert.False(t, ok)
	r.reboot(nil)
	_, ok = r.BySession(secret, host.Origin{Address: "::1"})
	assert.True(t, ok, "a session survives a restart of the host")
	require.NoError(t, r.Logout(t.Context(), secret, host.Origin{}))
	_, ok = r.BySession(secret, host.Origin{Address: "::1"})
	assert.False(t, ok)
}

func TestTokens(t *testing.T) {
	r := newRig(t, nil)
	narrow := host.Actor{User: "admin", Role: host.RoleAdmin, Scopes: []string{host.ScopeStaffManage}}
	for name, c := range map[string]struct {
		req host.TokenRequest
		by  host.Actor
	}{
		"no name":           {host.TokenRequest{Scopes: []string{"*"}}, admin},
		"no scope":          {host.TokenRequest{Name: "t"}, admin},
		"an unknown scope":  {host.TokenRequest{Name: "t", Scopes: []string{"everything"}}, admin},
		"more than its own": {host.TokenRequest{Name: "t", Scopes: []string{"*"}}, narrow},
		"a negative life":   {host.TokenRequest{Name: "t", Scopes: []string{"*"}, ExpiresInSeconds: -1}, admin},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.CreateToken(t.Context(), c.req, c.by)
			assert.Equal(t, "token_invalid", fault.CodeOf(err))
		})
	}
	made, err := r.CreateToken(t.Context(), host.TokenRequest{Name: "t", Scopes: []string{"plugins:read", "apps:clock"}}, admin)
	require.NoError(t, err)
	r.reboot(nil)
	actor, ok := r.ByToken(made.Secret, host.Origin{Address: "::1"})
	require.True(t, ok)
	assert.True(t, actor.May("plugins:read"))
	assert.False(t, actor.May("plugins:manage"))
	assert.True(t, actor.Opens("clock", "always"))
	assert.False(t, actor.Opens("other", "always"))
	require.NoError(t, r.DeleteToken(t.Context(), made.ID, admin))
	_, ok = r.ByToken(made.Secret, host.Origin{Address: "::1"})
	assert.False(t, ok, "revoked at once")
	assert.Equal(t, "token_not_found", fault.CodeOf(r.DeleteToken(t.Context(), made.ID, admin)))

	short, err := r.CreateToken(t.Context(), host.TokenRequest{Name: "short", Scopes: []string{"*"}, ExpiresInSeconds: 1}, admin)
	require.NoError(t, err)
	require.Eventually(t, func() bool { _, ok := r.ByToken(short.Secret, host.Origin{Address: "::1"}); return !ok }, 10*time.Second, 10*time.Millisecond)
}

func TestSecretsAreSealedAndDelivered(t *testing.T) { // H8
	r := newRig(t, nil)
	const planted = "planted-secret-8d1f"
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", `,"settings":{"type":"object","properties":{"token":{"type":"string","writeOnly":true},"host":{"type":"string","default":"a.example"}}}`))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	_, err := r.PutSettings(t.Context(), "p", []byte(`{"token":7}`), 0, admin)
	assert.Equal(t, "settings_invalid", fault.CodeOf(err))
	shown, err := r.PutSettings(t.Context(), "p", []byte(`{"token":"`+planted+`"}`), 0, admin)
	require.NoError(t, err)
	b, err := json.Marshal(shown)
	require.NoError(t, err)
	assert.NotContains(t, string(b), planted)
	assert.Contains(t, string(shown.Values), `"set":true`)
	job, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.Contains(t, ask(t, r, "p"), planted, "the plugin reads it")
	assert.Contains(t, ask(t, r, "p"), "a.example", "with the defaults")
	require.NoError(t, filepath.WalkDir(r.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(content), planted) {
			err = fmt.Errorf("%s holds the secret in clear", path)
		}
		return err
	}))
	pid := r.view("p").PID
	_, err = r.PutSettings(t.Context(), "p", []byte(`{"token":null}`), 0, admin)
	require.NoError(t, err)
	require.Eventually(t, func() bool { v := r.view("p"); return v.State == host.Running && v.PID != pid }, time.Minute, 5*time.Millisecond,
		"a change restarts the plugin")
	assert.NotContains(t, ask(t, r, "p"), planted)
}

// ask gets the plugin's answer to GET /.
func ask(t *testing.T, r *rig, id string) string {
	t.Helper()
	up, release, err := r.Acquire(t.Context(), id)
	require.NoError(t, err)
	defer release()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return up.Dial(ctx) }}}
	resp, err := client.Get("http://plugin/")
	require.NoError(t, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(b)
}
