package password_test

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"appzone/host/fault"
	"appzone/host/password"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHashAndCheck(t *testing.T) {
	hash, err := password.Hash("correct horse")
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(hash, "$argon2id$v=19$m=32768,t=3,p=1$"), hash)
	for attempt, want := range map[string]bool{"correct horse": true, "correct hors": false, "Correct horse": false, "": false,
		strings.Repeat("x", password.MaxBytes+1): false} {
		got, err := password.Check(hash, attempt)
		require.NoError(t, err)
		assert.Equal(t, want, got, "%.20q", attempt)
	}
	other, err := password.Hash("correct horse")
	require.NoError(t, err)
	assert.NotEqual(t, hash, other, "salted")
}

func TestPasswordsThatAreRefused(t *testing.T) {
	for _, p := range []string{"", strings.Repeat("x", password.MaxBytes+1)} {
		_, err := password.Hash(p)
		assert.Equal(t, "password_invalid", fault.CodeOf(err))
	}
}

// A damaged or planted record must neither let anybody in, nor crash, nor fill the memory.
func TestDamagedHashesAreErrors(t *testing.T) {
	salt, key := "$c29tZXNhbHRzb21lc2FsdA", "$MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE"
	for name, hash := range map[string]string{
		"empty":              "",
		"plain":              "secret",
		"other variant":      "$argon2i$v=19$m=32768,t=3,p=1" + salt + key,
		"too much memory":    "$argon2id$v=19$m=4194304,t=3,p=1" + salt + key,
		"no rounds":          "$argon2id$v=19$m=32768,t=0,p=1" + salt + key,
		"too many rounds":    "$argon2id$v=19$m=32768,t=4000000000,p=1" + salt + key,
		"no lanes":           "$argon2id$v=19$m=32768,t=3,p=0" + salt + key,
		"empty key":          "$argon2id$v=19$m=32768,t=3,p=1" + salt + "$",
		"empty salt":         "$argon2id$v=19$m=32768,t=3,p=1$" + key,
		"salt is not base64": "$argon2id$v=19$m=32768,t=3,p=1$!!!" + key,
	} {
		ok, err := password.Check(hash, "secret")
		assert.Error(t, err, name)
		assert.False(t, ok, name)
	}
}

// The dummy must cost what a real hash costs, whatever the costs become.
func TestDummyCostsWhatARealCheckCosts(t *testing.T) {
	hash, err := password.Hash("x")
	require.NoError(t, err)
	costs := regexp.MustCompile(`^\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+\$`)
	assert.Equal(t, costs.FindString(hash), costs.FindString(password.DummyHash))
	assert.Len(t, password.DummyHash, len(hash))
	assert.NoError(t, password.Dummy("x"))
}

// F2: a crowd of log-ins waits in a bounded queue.
func TestTooManyAtOnceAreToldToComeBack(t *testing.T) {
	var group sync.WaitGroup
	errs := make(chan error, 200)
	for range cap(errs) {
		group.Go(func() { errs <- password.Dummy("x") })
	}
	group.Wait()
	close(errs)
	busy := 0
	for err := range errs {
		if err != nil {
			assert.Equal(t, fault.TooMany, fault.From(err).Kind)
			assert.Equal(t, "password_busy", fault.CodeOf(err))
			assert.GreaterOrEqual(t, fault.From(err).RetryAfter, time.Second)
			busy++
		}
	}
	assert.Positive(t, busy)
	assert.Less(t, busy, cap(errs), "some got their turn")
}

func TestGenerate(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		p := password.Generate()
		assert.Regexp(t, `^[0-9a-hjkmnp-tv-z]{6}(-[0-9a-hjkmnp-tv-z]{6}){3}$`, p)
		assert.False(t, seen[p])
		seen[p] = true
	}
}
