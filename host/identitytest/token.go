package identitytest

import (
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"appzone/host/identity"
)

// Issuer is who signs, in all tokens of the suite.
const Issuer = "https://zone.example.org"

// Publish puts keys into a file that programs read, as the host does: whole, in the place of what was there.
func Publish(t testing.TB, file string, keys ...identity.Key) {
	t.Helper()
	var public []identity.PublicKey
	for _, k := range keys {
		public = append(public, k.Public())
	}
	set, err := identity.Publish(public)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file+".next", set, 0o644))
	require.NoError(t, os.Rename(file+".next", file))
}

// Token is a genuine one.
func Token(t testing.TB, k identity.Key, plugin, user, role string) string {
	t.Helper()
	s := identity.NewSigner(Issuer)
	require.NoError(t, s.Use(k))
	token, err := s.Token(plugin, user, role)
	require.NoError(t, err)
	return token
}

// claims are those of a good token, with a change.
func claims(plugin string, change func(map[string]any)) map[string]any {
	now := time.Now().Unix()
	c := map[string]any{"iss": Issuer, "aud": plugin, "sub": "ann", "preferred_username": "ann", "role": "agent", "iat": now, "exp": now + 60}
	change(c)
	return c
}

// signed signs any claims.
func signed(t testing.TB, k identity.Key, claims map[string]any) string {
	t.Helper()
	return made(t, jose.EdDSA, ed25519.NewKeyFromSeed(k.Seed()), k.ID, claims, nil)
}

// made signs anything with anything.
func made(t testing.TB, alg jose.SignatureAlgorithm, key any, kid string, claims map[string]any, header map[jose.HeaderKey]any) string {
	t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, &jose.SignerOptions{ExtraHeaders: header})
	require.NoError(t, err)
	text, err := jwt.Signed(s).Claims(claims).Serialize()
	require.NoError(t, err)
	return text
}

func encode(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
