//go:build !race

package sandbox_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/identity"
)

// publish puts keys where the plugin finds them, as the host does.
func (p *plugin) publish(keys ...identity.Key) {
	p.t.Helper()
	if p.keys == "" {
		p.keys = p.dir("keys")
	}
	var public []identity.PublicKey
	for _, k := range keys {
		public = append(public, k.Public())
	}
	set, err := identity.Publish(public)
	require.NoError(p.t, err)
	p.write("keys/.next", set)
	require.NoError(p.t, os.Rename(p.path("keys/.next"), p.path("keys/jwks.json")))
}

func signed(t *testing.T, k identity.Key, plugin, user, role string) string {
	t.Helper()
	s := identity.NewSigner("https://zone.example.org")
	require.NoError(t, s.Use(k))
	token, err := s.Token(plugin, user, role)
	require.NoError(t, err)
	return token
}

// expired is a genuine token of a while ago.
func expired(t *testing.T, k identity.Key) string {
	t.Helper()
	key := jose.JSONWebKey{Key: ed25519.NewKeyFromSeed(k.Seed()), KeyID: k.ID}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: key}, nil)
	require.NoError(t, err)
	now := time.Now().Unix()
	token, err := jwt.Signed(s).Claims(map[string]any{"aud": "guest", "iat": now - 70, "exp": now - 10}).Serialize()
	require.NoError(t, err)
	return token
}

// notEdDSA is a token of another algorithm, whose key is the published half.
func notEdDSA(t *testing.T, k identity.Key) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: k.Public().Key, KeyID: k.ID}}, nil)
	require.NoError(t, err)
	token, err := jwt.Signed(s).Claims(map[string]any{"aud": "guest", "iat": 1, "exp": 99999999999}).Serialize()
	require.NoError(t, err)
	return token
}

// One call in each kit: the same is believed and refused, in the same words.
func TestKitsVerifyWhoAsks(t *testing.T) {
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	eachKit(t, func(t *testing.T, p *plugin) {
		before, after := identity.NewKey("k1"), identity.NewKey("k2")
		p.publish(before)
		i := p.run()
		ask := func(token string) (status int, got map[string]any) {
			var headers []string
			if token != "" {
				headers = []string{"X-AppZone-Identity", token}
			}
			res, body := i.ask("GET", "/identity", "", headers...)
			require.NoError(t, json.Unmarshal([]byte(body), &got), body)
			return res.StatusCode, got
		}
		believed := func(token, user, role string) {
			t.Helper()
			status, got := ask(token)
			require.Equal(t, 200, status, got)
			assert.EqualValues(t, 60, got["expiresAt"].(float64)-got["issuedAt"].(float64))
			assert.Greater(t, got["issuedAt"].(float64), 1e9)
			delete(got, "issuedAt")
			delete(got, "expiresAt")
			assert.Equal(t, map[string]any{"user": user, "role": role, "subject": user, "issuer": "https://zone.example.org"}, got)
		}
		refused := func(name, token, why string) {
			t.Helper()
			status, got := ask(token)
			assert.Equal(t, 403, status, "%s: %s", name, got)
			assert.Contains(t, got["error"], why, name)
		}

		good := signed(t, before, "guest", "änn=b", "agent")
		believed(good, "änn=b", "agent")
		believed(signed(t, before, "guest", "plugin:inbox", "plugin"), "plugin:inbox", "plugin")
		parts := strings.Split(good, ".")
		refused("none", "", "no identity")
		refused("another plugin's", signed(t, before, "other", "ann", "admin"), "another plugin")
		refused("changed", parts[0]+"."+encode(`{"aud":"guest","sub":"root","preferred_username":"root","role":"admin","iat":1,"exp":99999999999}`)+"."+parts[2], "signature")
		refused("unsigned", encode(`{"alg":"none","kid":"k1"}`)+"."+parts[1]+".", "EdDSA")
		refused("another algorithm", notEdDSA(t, before), "EdDSA")
		refused("expired", expired(t, before), "has expired")
		refused("too long", strings.Repeat("a", 10<<10), "")
		refused("line", signed(t, before, "guest", "ann\nrole=admin", "agent"), "control characters")

		refused("not published yet", signed(t, after, "guest", "ann", "agent"), "no published key")
		p.publish(before, after)
		believed(signed(t, after, "guest", "ann", "agent"), "ann", "agent")
		believed(good, "änn=b", "agent")
		p.publish(after)
		refused("withdrawn", good, "no published key")
	})
}
