package host_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/identity"
)

// keysPlugin answers with the keys that it sees.
func keysPlugin([]string) int {
	l, err := net.FileListener(os.NewFile(3, "listener"))
	if err != nil {
		return 1
	}
	_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		set, err := os.ReadFile(os.Getenv("APPZONE_IDENTITY_KEYS"))
		if err != nil {
			set = []byte(err.Error())
		}
		_, _ = w.Write(set)
	}))
	return 0
}

func (r *rig) identityToken() string {
	r.Helper()
	token, err := r.IdentityToken("clock", "ann", "agent")
	require.NoError(r, err)
	return token
}

// trusted tells whether keys verify a token.
func (r *rig) trusted(keys []byte, token string) bool {
	r.Helper()
	parsed, err := identity.ParseKeys(keys)
	require.NoError(r, err, string(keys))
	claims, err := parsed.Verify(token, "clock")
	if err == nil {
		assert.Equal(r, "ann", claims.User)
		assert.Equal(r, "https://console.example", claims.Issuer)
	}
	return err == nil
}

// keyRecord is what the store has of a key.
type keyRecord struct {
	ID        string     `json:"id"`
	CreatedAt time.Time  `json:"createdAt"`
	Public    []byte     `json:"public"`
	Sealed    string     `json:"sealed,omitempty"`
	RetiredAt *time.Time `json:"retiredAt,omitempty"`
}

func (r *rig) keyRecords() (all []keyRecord) {
	r.Helper()
	err := r.store.View(context.Background(), func(w host.Reader) error {
		return w.Scan("identity-keys", "", "", func(_ string, decode func(any) error) (bool, error) {
			var k keyRecord
			err := decode(&k)
			all = append(all, k)
			return true, err
		})
	})
	require.NoError(r, err)
	return all
}

// age makes every recorded key older.
func (r *rig) age(by time.Duration) {
	r.Helper()
	keys := r.keyRecords()
	err := r.store.Update(context.Background(), func(w host.Writer) error {
		for _, k := range keys {
			k.CreatedAt = k.CreatedAt.Add(-by)
			if k.RetiredAt != nil {
				at := k.RetiredAt.Add(-by)
				k.RetiredAt = &at
			}
			if err := w.Put("identity-keys", k.ID, k); err != nil {
				return err
			}
		}
		return nil
	})
	require.NoError(r, err)
}

func (r *rig) rotateIdentity(withdraw bool) {
	r.Helper()
	_, err := r.RotateIdentityKeys(r.Context(), withdraw, admin)
	require.NoError(r, err)
}

// A program sees a new key without a restart, and before a token of it comes; the keys of before stay until they are withdrawn.
func TestProgramsSeeTheKeysOfTheMoment(t *testing.T) {
	r := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{ownRuntime{entry: "keys"}} })
	r.mustUpload(`{"name":"clock","version":"1.0.0","description":"d","type":"script","parameters":{"scriptName":"s","scriptPath":"index.js","permissions":{}}}`)
	require.Equal(t, host.JobSucceeded, r.install("clock", true).State)
	seen := func() []byte { return []byte(ask(t, r, "clock")) }
	first := r.identityToken()
	assert.JSONEq(t, string(r.IdentityKeys()), string(seen()))
	assert.True(t, r.trusted(seen(), first))

	r.rotateIdentity(false)
	second := r.identityToken()
	assert.NotEqual(t, first, second)
	assert.True(t, r.trusted(seen(), first))
	assert.True(t, r.trusted(seen(), second))
	assert.JSONEq(t, string(r.IdentityKeys()), string(seen()))

	r.rotateIdentity(true)
	assert.False(t, r.trusted(seen(), first))
	assert.False(t, r.trusted(seen(), second))
	assert.True(t, r.trusted(seen(), r.identityToken()))
	assert.Len(t, r.keyRecords(), 1)
}

func TestAnIdentityKeySignsOnAfterABoot(t *testing.T) {
	r := newRig(t, nil)
	token, keys := r.identityToken(), r.IdentityKeys()
	r.reboot(nil)
	assert.JSONEq(t, string(keys), string(r.IdentityKeys()))
	assert.True(t, r.trusted(r.IdentityKeys(), token))
	assert.True(t, r.trusted(keys, r.identityToken()))
}

func TestTheSecretHalfOfAKeyIsSealedAndGoesWithItsUse(t *testing.T) {
	r := newRig(t, nil)
	r.rotateIdentity(false)
	signing, retired := 0, 0
	for _, k := range r.keyRecords() {
		if k.RetiredAt == nil {
			signing++
			assert.Regexp(t, `^s1\.[0-9a-f]{8}\.`, k.Sealed)
		} else {
			retired++
			assert.Empty(t, k.Sealed)
		}
	}
	assert.Equal(t, [2]int{1, 1}, [2]int{signing, retired})
	assert.Equal(t, 2, strings.Count(r.audit(), "identity_key.created"), "the host's first, and the administrator's")
	for _, k := range r.keyRecords() {
		assert.Contains(t, r.audit(), k.ID)
		if k.Sealed != "" {
			assert.NotContains(t, r.audit(), k.Sealed)
		}
	}
}

func TestIdentityKeysAreReplacedInTime(t *testing.T) {
	r := newRig(t, nil)
	token := r.identityToken()
	r.age(29 * 24 * time.Hour)
	r.reboot(nil)
	assert.Len(t, r.keyRecords(), 1)
	assert.True(t, r.trusted(r.IdentityKeys(), r.identityToken()))

	r.age(2 * 24 * time.Hour)
	r.reboot(nil)
	assert.Len(t, r.keyRecords(), 2)
	assert.True(t, r.trusted(r.IdentityKeys(), r.identityToken()))
	assert.True(t, r.trusted(r.IdentityKeys(), token), "of the key of before")

	r.age(61 * time.Minute)
	r.reboot(nil)
	assert.Len(t, r.keyRecords(), 1)
	assert.False(t, r.trusted(r.IdentityKeys(), token), "its tokens are over for an hour")
	assert.True(t, r.trusted(r.IdentityKeys(), r.identityToken()))
}

// The keys are the host's own, and replaced: that they cannot be opened keeps nobody down.
func TestALostSecretKeyCostsAnIdentityKeyAndNoBoot(t *testing.T) {
	r := newRig(t, with(oldKey))
	token := r.identityToken()
	r.reboot(with(newKey))
	assert.Len(t, r.keyRecords(), 2)
	assert.True(t, r.trusted(r.IdentityKeys(), r.identityToken()))
	assert.True(t, r.trusted(r.IdentityKeys(), token))
}

func TestAnIdentityKeyIsSealedAnewWithANewSecretKey(t *testing.T) {
	r := newRig(t, with(oldKey))
	token := r.identityToken()
	r.reboot(with(newKey, oldKey))
	r.reboot(with(newKey))
	assert.Len(t, r.keyRecords(), 1, "the same key all the time")
	assert.True(t, r.trusted(r.IdentityKeys(), token))
	assert.True(t, r.trusted(r.IdentityKeys(), r.identityToken()))
}

func TestIdentityKeysAreBounded(t *testing.T) {
	r := newRig(t, nil)
	var err error
	for n := 0; err == nil; n++ {
		require.Less(t, n, 20)
		_, err = r.RotateIdentityKeys(t.Context(), false, admin)
	}
	assert.Equal(t, "too_many_identity_keys", fault.CodeOf(err))
	assert.True(t, r.trusted(r.IdentityKeys(), r.identityToken()))
	r.rotateIdentity(true)
	assert.True(t, r.trusted(r.IdentityKeys(), r.identityToken()))
}

// Row F2: somebody must come in to make room, also where a key cannot be written down.
func TestAFullDiskDoesNotKeepIdentitiesFromBeingSigned(t *testing.T) {
	r := newRig(t, with(oldKey))
	store := &failing{err: fault.New(fault.NoSpace, "disk_full", "the disk is full")}
	r.reboot(func(c *host.Config) {
		with(newKey)(c)
		store.Store, c.Store = c.Store, store
	})
	token := r.identityToken()
	assert.True(t, r.trusted(r.IdentityKeys(), token))
	_, err := r.RotateIdentityKeys(t.Context(), false, admin)
	assert.Equal(t, "disk_full", fault.CodeOf(err))
	assert.Equal(t, token, r.identityToken(), "the key of before signs on")
	assert.True(t, r.trusted(r.IdentityKeys(), token))
	store.set(nil)
	r.rotateIdentity(false)
	assert.Len(t, r.keyRecords(), 3, "that key, too, is written down now")
}

func TestNobodyWaitsForTheDiskToVerifyTokens(t *testing.T) {
	r, store := newStuckRig(t)
	before := r.identityToken()
	ended := store.begin(t, func() error {
		_, err := r.RotateIdentityKeys(context.Background(), false, admin)
		return err
	})
	within(t, func() {
		keys := r.IdentityKeys()
		assert.True(t, r.trusted(keys, before))
		assert.True(t, r.trusted(keys, r.identityToken()))
	})
	store.release()
	require.NoError(t, <-ended)
	assert.True(t, r.trusted(r.IdentityKeys(), r.identityToken()))
}
