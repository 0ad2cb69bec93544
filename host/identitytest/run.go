package identitytest

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/identity"
)

// Subject is one verifier.
type Subject struct {
	// Plugin is the id of the plugin that verifies.
	Plugin string
	// Publish makes keys those that are published. The verifier goes on meanwhile.
	Publish func(keys ...identity.Key)
	// Verify has one token verified; refused says why it is not believed, "" where it is.
	Verify func(t testing.TB, token string) (got identity.Claims, refused string)
}

// Run holds s to the suite.
func Run(t *testing.T, s Subject) {
	k := identity.NewKey("k1")
	s.Publish(k)
	t.Run("who asks", func(t *testing.T) { s.believes(t, k) })
	t.Run("what is no identity", func(t *testing.T) { s.refuses(t, k) })
	t.Run("keys come and go", s.follows)
}

func (s Subject) believed(t *testing.T, token, user, role string) {
	t.Helper()
	got, refused := s.Verify(t, token)
	require.Empty(t, refused)
	assert.EqualValues(t, 60, got.ExpiresAt-got.IssuedAt)
	assert.Greater(t, got.IssuedAt, int64(1e9))
	got.IssuedAt, got.ExpiresAt = 0, 0
	assert.Equal(t, identity.Claims{User: user, Role: role, Subject: user, Issuer: Issuer}, got)
}

func (s Subject) refused(t *testing.T, name, token, why string) {
	t.Helper()
	_, refused := s.Verify(t, token)
	assert.Contains(t, refused, why, name)
}

func (s Subject) believes(t *testing.T, k identity.Key) {
	for _, who := range [][2]string{{"ann", "agent"}, {"änn=b \"c\\", "user"}, {"plugin:inbox", "plugin"}, {strings.Repeat("x", 200), "admin"}} {
		s.believed(t, Token(t, k, s.Plugin, who[0], who[1]), who[0], who[1])
	}
	early := func(c map[string]any) { c["iat"], c["exp"] = c["iat"].(int64)+3, c["exp"].(int64)+3 }
	s.believed(t, signed(t, k, claims(s.Plugin, early)), "ann", "agent")
	late := func(c map[string]any) { c["iat"], c["exp"] = c["iat"].(int64)-62, c["exp"].(int64)-62 }
	s.believed(t, signed(t, k, claims(s.Plugin, late)), "ann", "agent")
	listed := func(c map[string]any) { c["aud"] = []string{s.Plugin} }
	s.believed(t, signed(t, k, claims(s.Plugin, listed)), "ann", "agent")
}

func (s Subject) refuses(t *testing.T, k identity.Key) {
	stranger := identity.NewKey(k.ID)
	parts := strings.Split(Token(t, k, s.Plugin, "ann", "agent"), ".")
	unchanged := func(map[string]any) {}
	with := func(change func(map[string]any)) string { return signed(t, k, claims(s.Plugin, change)) }
	x := base64.RawURLEncoding.EncodeToString(stranger.Public().Key)
	for name, c := range map[string]struct{ token, why string }{
		"none":                        {"", "no identity"},
		"not a token":                 {"ann", "not a token"},
		"two parts":                   {parts[0] + "." + parts[1], "not a token"},
		"four parts":                  {strings.Join(parts, ".") + "." + parts[2], "not a token"},
		"not base64":                  {"a b." + parts[1] + "." + parts[2], "not a token"},
		"a header that is no object":  {encode("null") + "." + parts[1] + "." + parts[2], "not a token"},
		"too long":                    {strings.Repeat("a", 9<<10), "too long"},
		"another plugin's":            {Token(t, k, "other", "ann", "agent"), "another plugin"},
		"for several":                 {with(func(c map[string]any) { c["aud"] = []string{s.Plugin, "other"} }), "another plugin"},
		"for nobody":                  {with(func(c map[string]any) { delete(c, "aud") }), "another plugin"},
		"of a key of the same id":     {Token(t, stranger, s.Plugin, "ann", "agent"), "signature"},
		"of an unknown key":           {Token(t, identity.NewKey("k9"), s.Plugin, "ann", "agent"), "no published key"},
		"of a key named like a field": {Token(t, identity.NewKey("__proto__"), s.Plugin, "ann", "agent"), "no published key"},
		"without a key's id":          {signed(t, renamed(t, k, ""), claims(s.Plugin, unchanged)), "no published key"},
		"with a key of its own":       {encode(`{"alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"`+x+`"}}`) + "." + parts[1] + "." + parts[2], "no published key"},
		"changed":                     {parts[0] + "." + encode(`{"aud":"`+s.Plugin+`","sub":"root","preferred_username":"root","role":"admin","iat":1,"exp":99999999999}`) + "." + parts[2], "signature"},
		"signature left out":          {parts[0] + "." + parts[1] + ".", "signature"},
		"unsigned":                    {encode(`{"alg":"none","kid":"k1"}`) + "." + parts[1] + ".", "EdDSA"},
		"signed with the public half": {made(t, jose.HS256, k.Public().Key, k.ID, claims(s.Plugin, unchanged), nil), "EdDSA"},
		"expired":                     {with(func(c map[string]any) { c["iat"], c["exp"] = c["iat"].(int64)-70, c["exp"].(int64)-70 }), "has expired"},
		"of a time to come":           {with(func(c map[string]any) { c["iat"], c["exp"] = c["iat"].(int64)+60, c["exp"].(int64)+60 }), "time to come"},
		"without end":                 {with(func(c map[string]any) { delete(c, "exp") }), "no end"},
		"without beginning":           {with(func(c map[string]any) { delete(c, "iat") }), "no end"},
		"of two lines":                {with(func(c map[string]any) { c["preferred_username"] = "ann\nrole=admin" }), "control characters"},
	} {
		s.refused(t, name, c.token, c.why)
	}
}

// renamed is the same key under another id.
func renamed(t *testing.T, k identity.Key, id string) identity.Key {
	t.Helper()
	same, err := identity.KeyOf(id, k.Seed())
	require.NoError(t, err)
	return same
}

func (s Subject) follows(t *testing.T) {
	before, after := identity.NewKey("before"), identity.NewKey("after")
	old, next := Token(t, before, s.Plugin, "ann", "agent"), Token(t, after, s.Plugin, "bob", "user")
	s.Publish(before)
	s.believed(t, old, "ann", "agent")
	s.refused(t, "not published yet", next, "no published key")
	s.Publish(before, after)
	s.believed(t, old, "ann", "agent")
	s.believed(t, next, "bob", "user")
	s.Publish(after)
	s.refused(t, "withdrawn", old, "no published key")
	s.believed(t, next, "bob", "user")
}
