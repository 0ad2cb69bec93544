package identity_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/fault"
	"appzone/host/identity"
	"appzone/host/identitytest"
)

const issuer = "https://zone.example.org"

// signs returns a signer with the key.
func signs(t *testing.T, k identity.Key) *identity.Signer {
	t.Helper()
	s := identity.NewSigner(issuer)
	require.NoError(t, s.Use(k))
	return s
}

func token(t *testing.T, s *identity.Signer, plugin, user, role string) string {
	t.Helper()
	text, err := s.Token(plugin, user, role)
	require.NoError(t, err)
	return text
}

func published(t *testing.T, keys ...identity.Key) []byte {
	t.Helper()
	var public []identity.PublicKey
	for _, k := range keys {
		public = append(public, k.Public())
	}
	set, err := identity.Publish(public)
	require.NoError(t, err)
	return set
}

func verifies(t *testing.T, keys ...identity.Key) identity.Keys {
	t.Helper()
	parsed, err := identity.ParseKeys(published(t, keys...))
	require.NoError(t, err)
	return parsed
}

func TestATokenSaysWhoAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := identity.NewKey("k1")
		got, err := verifies(t, k).Verify(token(t, signs(t, k), "clock", "änn", "agent"), "clock")
		require.NoError(t, err)
		now := time.Now().Unix()
		assert.Equal(t, identity.Claims{User: "änn", Role: "agent", Subject: "änn", Issuer: issuer, IssuedAt: now, ExpiresAt: now + 60}, got)
	})
}

// The form that other libraries read: three parts, EdDSA, a kid, and the claims by their registered names.
func TestATokenIsAnOrdinaryJWT(t *testing.T) {
	k := identity.NewKey("k1")
	parts := strings.Split(token(t, signs(t, k), "clock", "ann", "agent"), ".")
	require.Len(t, parts, 3)
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	require.NoError(t, err)
	assert.JSONEq(t, `{"alg":"EdDSA","kid":"k1","typ":"JWT"}`, string(header))
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	var says map[string]any
	require.NoError(t, json.Unmarshal(body, &says))
	assert.EqualValues(t, 60, says["exp"].(float64)-says["iat"].(float64))
	delete(says, "exp")
	delete(says, "iat")
	assert.Equal(t, map[string]any{"iss": issuer, "aud": "clock", "sub": "ann", "preferred_username": "ann", "role": "agent"}, says)
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	require.NoError(t, err)
	assert.True(t, ed25519.Verify(k.Public().Key, []byte(parts[0]+"."+parts[1]), signature))

	var set struct{ Keys []map[string]string }
	require.NoError(t, json.Unmarshal(published(t, k), &set))
	x := base64.RawURLEncoding.EncodeToString(k.Public().Key)
	assert.Equal(t, []map[string]string{{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "k1", "x": x}}, set.Keys)
}

func TestATokenIsGivenOutAgainForHalfOfItsLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := signs(t, identity.NewKey("k1"))
		first := token(t, s, "clock", "ann", "agent")
		time.Sleep(identity.Life / 2)
		assert.Equal(t, first, token(t, s, "clock", "ann", "agent"))
		for _, other := range [][3]string{{"clock", "bob", "agent"}, {"inbox", "ann", "agent"}, {"clock", "ann", "admin"}} {
			assert.NotEqual(t, first, token(t, s, other[0], other[1], other[2]))
		}
		time.Sleep(time.Second)
		assert.NotEqual(t, first, token(t, s, "clock", "ann", "agent"))
	})
}

func TestManyMembersAreNotKeptForEver(t *testing.T) {
	s := signs(t, identity.NewKey("k1"))
	s.Keep(50)
	for n := range 120 {
		token(t, s, "clock", fmt.Sprint(n), "agent")
		require.LessOrEqual(t, s.Kept(), 50)
	}
}

func TestANewKeySignsAtOnce(t *testing.T) {
	before, after := identity.NewKey("k1"), identity.NewKey("k2")
	s := signs(t, before)
	old := token(t, s, "clock", "ann", "agent")
	require.NoError(t, s.Use(after))
	next := token(t, s, "clock", "ann", "agent")
	assert.NotEqual(t, old, next)
	for name, text := range map[string]string{"old": old, "new": next} {
		_, err := verifies(t, before, after).Verify(text, "clock")
		assert.NoError(t, err, name)
	}
	_, err := verifies(t, after).Verify(old, "clock")
	assert.Equal(t, "identity_invalid", fault.CodeOf(err), "a key that is not published any more")
}

// Tokens are asked for, keys change, and files are read, all at once.
func TestSignersAndFilesAreSharedByRequests(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jwks.json")
	keys := []identity.Key{identity.NewKey("k1"), identity.NewKey("k2")}
	identitytest.Publish(t, path, keys...)
	s, f := signs(t, keys[0]), identity.NewFile(path)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for k := range 50 {
				if n == 0 {
					assert.NoError(t, s.Use(keys[k%2]))
				}
				text, err := s.Token("clock", fmt.Sprint(k%5), "agent")
				assert.NoError(t, err)
				got, err := f.Verify(text, "clock")
				assert.NoError(t, err)
				assert.Equal(t, fmt.Sprint(k%5), got.User)
			}
		})
	}
	all.Wait()
}

func TestASignerWithoutAKeySignsNothing(t *testing.T) {
	_, err := identity.NewSigner(issuer).Token("clock", "ann", "agent")
	assert.Error(t, err)
}

func TestAKeyComesBackFromItsSeed(t *testing.T) {
	k := identity.NewKey("k1")
	same, err := identity.KeyOf("k1", k.Seed())
	require.NoError(t, err)
	assert.Equal(t, k.Public(), same.Public())
	_, err = identity.KeyOf("k1", k.Seed()[1:])
	assert.Error(t, err)
}

func TestAFileVerifies(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jwks.json")
	f := identity.NewFile(path)
	identitytest.Run(t, identitytest.Subject{
		Plugin:  "clock",
		Publish: func(keys ...identity.Key) { identitytest.Publish(t, path, keys...) },
		Verify: func(t testing.TB, token string) (identity.Claims, string) {
			got, err := f.Verify(token, "clock")
			if err == nil {
				return got, ""
			}
			assert.Equal(t, "identity_invalid", fault.CodeOf(err))
			return got, err.Error()
		},
	})
}

func TestAVerifierWithoutKeysOrANameBelievesNobody(t *testing.T) {
	k := identity.NewKey("k1")
	_, err := identity.Keys{}.Verify(token(t, signs(t, k), "clock", "ann", "agent"), "clock")
	assert.ErrorContains(t, err, "no published key")
	_, err = verifies(t, k).Verify(token(t, signs(t, k), "", "ann", "agent"), "")
	assert.ErrorContains(t, err, "another plugin")
}

func TestClocksMayDifferALittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := identity.NewKey("k1")
		text := token(t, signs(t, k), "clock", "ann", "agent")
		keys := verifies(t, k)
		time.Sleep(identity.Life + 5*time.Second)
		_, err := keys.Verify(text, "clock")
		assert.NoError(t, err)
		time.Sleep(time.Second)
		_, err = keys.Verify(text, "clock")
		assert.Error(t, err)
	})
}

func TestAFileThatCannotBeReadIsReadAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jwks.json")
	f, k := identity.NewFile(path), identity.NewKey("k1")
	verify := func() error {
		_, err := f.Verify(token(t, signs(t, k), "clock", "ann", "agent"), "clock")
		return err
	}
	assert.Equal(t, "identity_keys_unreadable", fault.CodeOf(verify()))
	for _, set := range []string{"{", `{"keys":[],"x":"` + strings.Repeat("x", 64<<10) + `"}`} {
		require.NoError(t, os.WriteFile(path, []byte(set), 0o600))
		assert.Equal(t, "identity_keys_unreadable", fault.CodeOf(verify()))
	}
	identitytest.Publish(t, path, k)
	assert.NoError(t, verify())
	require.NoError(t, os.WriteFile(path, []byte(`{"keys":[{"kty":"oct","kid":"k1","k":"AAAA"}]}`), 0o600))
	assert.ErrorContains(t, verify(), "no published key", "keys of other kinds are none")
}

func FuzzVerify(f *testing.F) {
	k := identity.NewKey("k1")
	s := identity.NewSigner(issuer)
	if err := s.Use(k); err != nil {
		f.Fatal(err)
	}
	genuine, err := s.Token("clock", "ann", "agent")
	if err != nil {
		f.Fatal(err)
	}
	set, err := identity.Publish([]identity.PublicKey{k.Public()})
	if err != nil {
		f.Fatal(err)
	}
	keys, err := identity.ParseKeys(set)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(genuine)
	f.Add("a.b.c")
	f.Add(`{"payload":"","signatures":[]}`)
	body := strings.Join(strings.Split(genuine, ".")[:2], ".")
	f.Fuzz(func(t *testing.T, text string) {
		_, err := keys.Verify(text, "clock")
		if err == nil && !strings.HasPrefix(text, body) {
			t.Fatalf("%q is taken for a token", text)
		}
	})
}

func BenchmarkToken(b *testing.B) {
	s := identity.NewSigner(issuer)
	if err := s.Use(identity.NewKey("k1")); err != nil {
		b.Fatal(err)
	}
	n := 0
	for name, user := range map[string]func() string{"known": func() string { return "ann" }, "new": func() string { n++; return fmt.Sprint(n) }} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Token("clock", user(), "agent"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
