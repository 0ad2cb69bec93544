package signature_test

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"

	"appzone/host/fault"
	"appzone/host/signature"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// minisignKey is a public key that the minisign tool made.
const minisignKey = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"

func TestParsePublicKey(t *testing.T) {
	for _, text := range []string{
		minisignKey, minisignKey + "\n", "  " + minisignKey + "\r\n",
		"untrusted comment: minisign public key E7620F1842B4E81F\n" + minisignKey + "\n",
		"untrusted comment: \x1b[2Janything\r\n" + minisignKey,
	} {
		k, err := signature.ParsePublicKey(text)
		require.NoError(t, err, text)
		assert.Equal(t, "E7620F1842B4E81F", k.ID)
		assert.Equal(t, minisignKey, k.Base64)
		again, err := signature.ParsePublicKey(string(k.Text()))
		require.NoError(t, err)
		assert.Equal(t, k.Base64, again.Base64)
	}
}

func TestParsePublicKeyRefuses(t *testing.T) {
	secret, err := newKey(t).Plain()
	require.NoError(t, err)
	for text, why := range map[string]string{
		"":                               "it is not a minisign key",
		"hello":                          "base64",
		minisignKey + "AAAA":             "it is not a minisign key",
		minisignKey + "\n" + minisignKey: "two lines",
		"untrusted comment: x\n" + minisignKey + "\nand more": "two lines",
		"comment: x\n" + minisignKey:                          "two lines",
		minisignKey[:20] + "\n" + minisignKey[20:]:            "two lines",
		"RWS" + minisignKey[3:]:                               "",
		"RUQ" + minisignKey[3:]:                               "it is not a minisign key",
		string(secret):                                        "secret key",
		strings.Repeat("A", signature.MaxTextBytes+1):         "more than",
	} {
		k, err := signature.ParsePublicKey(text)
		if why == "" {
			require.NoError(t, err)
			assert.NotEqual(t, minisignKey, k.Base64)
			continue
		}
		assert.Equal(t, "key_invalid", fault.CodeOf(err), text)
		assert.ErrorContains(t, err, why)
		assert.NotContains(t, err.Error(), strings.TrimSpace(text)+"\n")
	}
}

// A key that everybody can sign for is no key (row H4). The curve's equation gives the points.
func TestWeakKeysAreRefused(t *testing.T) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	d := new(big.Int).Mul(big.NewInt(-121665), new(big.Int).ModInverse(big.NewInt(121666), p))
	weak := []*big.Int{big.NewInt(0), big.NewInt(1), new(big.Int).Sub(p, big.NewInt(1))}
	// Order 8: d*y^4 + 2*y^2 - 1 = 0, so y^2 = (-1 +- sqrt(1+d)) / d.
	root := new(big.Int).ModSqrt(new(big.Int).Mod(new(big.Int).Add(d, big.NewInt(1)), p), p)
	for _, sign := range []int64{1, -1} {
		square := new(big.Int).Mul(root, big.NewInt(sign))
		square.Sub(square, big.NewInt(1)).Mul(square, new(big.Int).ModInverse(new(big.Int).Mod(d, p), p)).Mod(square, p)
		if y := new(big.Int).ModSqrt(square, p); y != nil {
			weak = append(weak, y, new(big.Int).Sub(p, y))
		}
	}
	require.Len(t, weak, 5)
	for n := range int64(19) { // what has a second spelling
		weak = append(weak, new(big.Int).Add(p, big.NewInt(n)))
	}
	for _, y := range weak {
		point := y.FillBytes(make([]byte, 32))
		for i, j := 0, 31; i < j; i, j = i+1, j-1 {
			point[i], point[j] = point[j], point[i]
		}
		for _, sign := range []byte{0, 0x80} {
			point[31] |= sign
			_, err := signature.ParsePublicKey(base64.StdEncoding.EncodeToString(append([]byte("Ed12345678"), point...)))
			assert.ErrorContains(t, err, "everybody can sign for it", hex.EncodeToString(point))
		}
	}
}

func TestASecretKeyIsKept(t *testing.T) {
	key := newKey(t)
	text, err := key.Plain()
	require.NoError(t, err)
	again, err := signature.ReadKey(text, func() (string, error) { t.Error("not asked for"); return "", nil })
	require.NoError(t, err)
	assert.Equal(t, key.Public().Base64, again.Public().Base64)

	damaged := []byte(string(text))
	line := strings.Index(string(text), "\n") + 1
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text[line:])))
	require.NoError(t, err)
	raw[70] ^= 1
	damaged = append(damaged[:line], base64.StdEncoding.EncodeToString(raw)...)
	k, err := signature.ReadKey(damaged, nil)
	require.NoError(t, err)
	_, err = signature.Sign(hello.files(), k, "")
	assert.Equal(t, "key_invalid", fault.CodeOf(err), "a damaged key signs nothing")

	for _, bad := range []string{"", "hello", string(key.Public().Text()), strings.Repeat("A", signature.MaxTextBytes+1)} {
		_, err := signature.ReadKey([]byte(bad), nil)
		assert.Equal(t, "key_invalid", fault.CodeOf(err), bad)
	}
}

// The key was made by a tool whose password costs little, in the same format; "secret" opens it.
func TestAnEncryptedKeyNeedsItsPassword(t *testing.T) {
	file := cheapKey(t, newKey(t), "secret")
	_, err := signature.ReadKey(file, func() (string, error) { return "wrong", nil })
	assert.Equal(t, "password_wrong", fault.CodeOf(err))
	assert.NotContains(t, err.Error(), "wrong\"")
	asked := errors.New("no terminal")
	_, err = signature.ReadKey(file, func() (string, error) { return "", asked })
	assert.ErrorIs(t, err, asked)
	key, err := signature.ReadKey(file, func() (string, error) { return "secret", nil })
	require.NoError(t, err)
	assert.Empty(t, sign(t, hello, key).read(t).Broken)
}

func TestEncryptAsMinisignDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("it needs 1 GiB of memory, twice")
	}
	key := newKey(t)
	file, err := key.Encrypt("secret")
	require.NoError(t, err)
	again, err := signature.ReadKey(file, func() (string, error) { return "secret", nil })
	require.NoError(t, err)
	assert.Equal(t, key.Public().Base64, again.Public().Base64)
}

// Whatever prints a key shows no secret (row H8).
func TestAKeyPrintsAsItsID(t *testing.T) {
	key := newKey(t)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("key", "key", key)
	assert.Contains(t, log.String(), key.Public().ID)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%q", "%d"} {
		assert.Equal(t, key.Public().ID, fmt.Sprintf(verb, key))
	}
}
