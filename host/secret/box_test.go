package secret_test

import (
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"appzone/host/fault"
	"appzone/host/secret"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	raw     = []byte("0123456789abcdef0123456789abcdef")
	hexKey  = hex.EncodeToString(raw)
	textKey = base64.StdEncoding.EncodeToString(raw)
	newKey  = strings.Repeat("ff", 32)
)

func open(t *testing.T, key string) *secret.Box {
	t.Helper()
	b, err := secret.Open("", key)
	require.NoError(t, err)
	return b
}

func seal(t *testing.T, b *secret.Box, plain, context string) string {
	t.Helper()
	sealed, err := b.Seal([]byte(plain), context)
	require.NoError(t, err)
	return sealed
}

func TestSealedValuesOpenWithTheSameKeyAndContext(t *testing.T) {
	b := open(t, hexKey)
	for _, plain := range []string{"", "x", strings.Repeat("long", 10_000)} {
		sealed := seal(t, b, plain, "settings/clock")
		assert.NotContains(t, sealed, "long")
		assert.NotEqual(t, sealed, seal(t, b, plain, "settings/clock"), "every sealing is another text")
		got, err := open(t, textKey).Open(sealed, "settings/clock")
		require.NoError(t, err)
		assert.Equal(t, plain, string(got))
	}
	_, err := b.Seal(make([]byte, secret.MaxBytes+1), "")
	assert.Equal(t, "secret_too_large", fault.CodeOf(err))
}

func TestWhatWasNotSealedIsNotOpened(t *testing.T) {
	b := open(t, hexKey)
	sealed := seal(t, b, "hunter2", "settings/clock")
	head, body := sealed[:12], sealed[12:]
	tests := map[string]struct{ sealed, context, code string }{
		"another context":     {sealed, "settings/other", "secret_damaged"},
		"no context":          {sealed, "", "secret_damaged"},
		"first byte changed":  {head + flip(body[:1]) + body[1:], "settings/clock", "secret_damaged"},
		"last byte changed":   {sealed[:len(sealed)-2] + flip(sealed[len(sealed)-2:len(sealed)-1]) + sealed[len(sealed)-1:], "settings/clock", "secret_damaged"},
		"cut off":             {sealed[:len(sealed)-4], "settings/clock", "secret_damaged"},
		"nonce alone":         {sealed[:12+32], "settings/clock", "secret_damaged"},
		"less than a nonce":   {sealed[:20], "settings/clock", "secret_damaged"},
		"no data":             {head, "settings/clock", "secret_damaged"},
		"not base64":          {head + "***", "settings/clock", "secret_damaged"},
		"empty":               {"", "settings/clock", "secret_damaged"},
		"plain text":          {"hunter2", "settings/clock", "secret_damaged"},
		"another version":     {"s2" + sealed[2:], "settings/clock", "secret_damaged"},
		"a key we never had":  {"s1.00000000." + body, "settings/clock", "secret_key_missing"},
		"a key id of no kind": {"s1.zzzzzzzz." + body, "settings/clock", "secret_damaged"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := b.Open(test.sealed, test.context)
			assert.Equal(t, test.code, fault.CodeOf(err))
			assert.Nil(t, got)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

// flip returns another letter of the encoding.
func flip(s string) string {
	if s == "A" {
		return "Q"
	}
	return "A"
}

func TestKeysCanBeRotated(t *testing.T) {
	old := open(t, hexKey)
	sealed := seal(t, old, "hunter2", "c")
	both := open(t, newKey+"\n"+hexKey+"\n")
	got, err := both.Open(sealed, "c")
	require.NoError(t, err)
	assert.Equal(t, "hunter2", string(got))
	assert.True(t, both.Stale(sealed))
	assert.False(t, old.Stale(sealed))
	assert.False(t, both.Stale("nonsense"))
	renewed := seal(t, both, string(got), "c")
	assert.False(t, both.Stale(renewed))
	alone := open(t, newKey)
	assert.Equal(t, alone.KeyID(), both.KeyID())
	_, err = alone.Open(renewed, "c")
	assert.NoError(t, err)
	_, err = alone.Open(sealed, "c")
	assert.Equal(t, "secret_key_missing", fault.CodeOf(err))
	assert.ErrorContains(t, err, old.KeyID())
}

func TestFingerprintsTellTheSameFromOthersUnderOneKeyAlone(t *testing.T) {
	b, other := open(t, hexKey), open(t, newKey)
	print := b.Fingerprint([]byte("1234"))
	assert.Regexp(t, `^[0-9a-f]{12}$`, print)
	assert.Equal(t, print, open(t, textKey).Fingerprint([]byte("1234")))
	assert.NotEqual(t, print, b.Fingerprint([]byte("1235")))
	assert.NotEqual(t, print, other.Fingerprint([]byte("1234")))
}

func TestPassphrasesGiveTheSameKeyEverywhere(t *testing.T) {
	const phrase = "a long enough passphrase"
	sealed := seal(t, open(t, phrase), "x", "c")
	_, err := open(t, "  "+phrase+"\n").Open(sealed, "c")
	assert.NoError(t, err)
	assert.Equal(t, "ee49e985", open(t, phrase).KeyID(), "a change would lose every secret that was sealed")
}

func TestKeysThatAreRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	for name, content := range map[string]string{
		"empty":         "\n\n",
		"short":         "hunter2hunter2",
		"one bad":       hexKey + "\nshort",
		"too many":      strings.Repeat(hexKey+"\n", 9),
		"not text":      strings.Repeat("\xff", 40),
		"much too long": strings.Repeat(hexKey+"\n", 1000),
	} {
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
		_, err := secret.Open(file, "")
		assert.Equal(t, "secret_key_invalid", fault.CodeOf(err), name)
		assert.NotContains(t, err.Error(), "hunter2", name)
	}
	_, err := secret.Open("", "")
	assert.Equal(t, "secret_key_invalid", fault.CodeOf(err))
	_, err = secret.Open(filepath.Join(file, "no", "folder"), "")
	assert.Equal(t, "secret_key_invalid", fault.CodeOf(err))
	_, err = secret.Open("", "hunter2")
	assert.Equal(t, "secret_key_invalid", fault.CodeOf(err))
	assert.NotContains(t, err.Error(), "hunter2")
}

func TestKeyFileIsMadeOnceAndPrivate(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "secret.key")
	ids := make(chan string, 8)
	var group sync.WaitGroup
	for range cap(ids) {
		group.Go(func() {
			b, err := secret.Open(file, " ")
			if assert.NoError(t, err) {
				ids <- b.KeyID()
			}
		})
	}
	group.Wait()
	close(ids)
	first := <-ids
	for id := range ids {
		assert.Equal(t, first, id, "hosts that start at once agree on the key")
	}
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 1)
	b, err := secret.Open(file, hexKey)
	require.NoError(t, err)
	assert.NotEqual(t, first, b.KeyID(), "a key that is given comes before the file")
}

// FuzzOpen: no text opens that was not sealed.
func FuzzOpen(f *testing.F) {
	b, err := secret.Open("", hexKey)
	require.NoError(f, err)
	sealed, err := b.Seal([]byte("x"), "c")
	require.NoError(f, err)
	f.Add(sealed)
	f.Add("s1." + b.KeyID() + ".")
	f.Add("s1..AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		if plain, err := b.Open(text, "c"); err == nil {
			assert.Equal(t, "x", string(plain))
		}
	})
}
