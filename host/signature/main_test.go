package signature_test

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"appzone/host/signature"

	"aead.dev/minisign"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/scrypt"
)

// private is the key as the library has it.
func private(t testing.TB, key signature.Key) minisign.PrivateKey {
	t.Helper()
	text, err := key.Plain()
	require.NoError(t, err)
	var p minisign.PrivateKey
	require.NoError(t, p.UnmarshalText(text))
	return p
}

// minisigned signs any text, as the minisign tool would.
func minisigned(t testing.TB, key signature.Key, text, comment string) string {
	t.Helper()
	r := minisign.NewReader(strings.NewReader(text))
	_, err := r.Read(make([]byte, len(text)+1))
	if len(text) > 0 {
		require.NoError(t, err)
	}
	return string(r.SignWithComments(private(t, key), comment, "c"))
}

// oldForm signs the text itself and not its hash, as the minisign tool did until 0.10.
func oldForm(t testing.TB, key signature.Key, text string) string {
	t.Helper()
	return string(minisign.SignWithComments(private(t, key), []byte(text), "c", "c"))
}

// cheapKey encrypts a key as minisign does, with the least work that its format knows.
func cheapKey(t testing.TB, key signature.Key, password string) []byte {
	t.Helper()
	text, err := key.Plain()
	require.NoError(t, err)
	_, line, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	raw, err := base64.StdEncoding.DecodeString(line)
	require.NoError(t, err)
	copy(raw[2:], "Sc")
	binary.LittleEndian.PutUint64(raw[38:], 1<<15)
	binary.LittleEndian.PutUint64(raw[46:], 1<<24)
	sum := blake2b.Sum256(append([]byte("Ed"), raw[54:126]...))
	copy(raw[126:], sum[:])
	stream, err := scrypt.Key([]byte(password), raw[6:38], 1<<10, 8, 1, 104)
	require.NoError(t, err)
	for i := range stream {
		raw[54+i] ^= stream[i]
	}
	return []byte("untrusted comment: x\n" + base64.StdEncoding.EncodeToString(raw) + "\n")
}
