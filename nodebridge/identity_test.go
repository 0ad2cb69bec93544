package nodebridge_test

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/identity"
	"appzone/host/identitytest"
)

// identified runs identity.js, which is told that it is the plugin clock and where the keys are.
func identified(t *testing.T, more ...string) (p *program, keys string) {
	t.Helper()
	keys = filepath.Join(t.TempDir(), "jwks.json")
	s := stage(t, "identity.js")
	also(t, s, "identity.mjs")
	return launch(t, newRuntime(t), s, append(more, "APPZONE_PLUGIN_ID=clock", "APPZONE_IDENTITY_KEYS="+keys)...), keys
}

// says is what the program answers to a request with the token.
func (p *program) says(t testing.TB, path, token string) (got identity.Claims, refused, code string) {
	t.Helper()
	req, err := http.NewRequest("GET", "http://plugin"+path, nil)
	require.NoError(t, err)
	if token != "" {
		req.Header.Set("X-AppZone-Identity", token)
	}
	res, err := p.client.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	var answer struct {
		identity.Claims
		Error, Code string
	}
	require.NoError(t, json.Unmarshal(body, &answer), string(body))
	return answer.Claims, answer.Error, answer.Code
}

// One call in the program, in its worker threads, and by what fetch has for a request.
func TestProgramsVerifyWhoAsks(t *testing.T) {
	for _, path := range []string{"/", "/worker", "/fetch", "/module"} {
		t.Run(path, func(t *testing.T) {
			p, keys := identified(t)
			identitytest.Run(t, identitytest.Subject{
				Plugin:  "clock",
				Publish: func(k ...identity.Key) { identitytest.Publish(t, keys, k...) },
				Verify: func(t testing.TB, token string) (identity.Claims, string) {
					got, refused, code := p.says(t, path, token)
					assert.Equal(t, refused != "", code == "EACCES")
					return got, refused
				},
			})
		})
	}
}

// A program that starts others of Node.js has them verify, too, where the preload is theirs: within the walls.
func TestChildrenVerifyWhoAsks(t *testing.T) {
	p, keys := identified(t, "APPZONE_NETWORK=none")
	k := identity.NewKey("k1")
	identitytest.Publish(t, keys, k)
	got, refused, _ := p.says(t, "/child", identitytest.Token(t, k, "clock", "ann", "agent"))
	assert.Empty(t, refused)
	assert.Equal(t, "ann", got.User)
}

func TestAProgramWithoutKeysBelievesNobody(t *testing.T) {
	p, _ := identified(t)
	k := identity.NewKey("k1")
	_, refused, code := p.says(t, "/", identitytest.Token(t, k, "clock", "ann", "agent"))
	assert.Contains(t, refused, "cannot be read")
	assert.Equal(t, "EACCES", code)
}

// The global is one that a program may have for itself.
func TestTheGlobalIsInNobodysWay(t *testing.T) {
	p, _ := identified(t)
	assert.JSONEq(t, `{"frozen":true,"writable":true,"enumerable":false,"wrong":["TypeError","TypeError","TypeError","TypeError"],"own":1}`, p.get(t, "/global"))
}
