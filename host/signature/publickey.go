package signature

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"aead.dev/minisign"

	"appzone/host/fault"
)

// PublicKey is a publisher's key, which signatures are checked with.
type PublicKey struct {
	// ID is its short name, 16 hex digits in upper case. Anybody can make another key with the same one: compare Base64.
	ID string
	// Base64 is the key, 56 letters on one line. Equal keys have equal ones.
	Base64 string

	key minisign.PublicKey
}

// ParsePublicKey reads a key: the text of a .pub file, or its second line alone. The error is a *fault.Error of kind Invalid and code
// key_invalid. Keys that everybody can sign for (points of a small order) are refused.
func ParsePublicKey(text string) (PublicKey, error) {
	if len(text) > MaxTextBytes {
		return PublicKey{}, badKey("it has more than %d bytes", MaxTextBytes)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) == 2 && strings.HasPrefix(lines[0], "untrusted comment:") {
		lines = lines[1:]
	}
	if len(lines) != 1 {
		return PublicKey{}, badKey("give the two lines of the .pub file, or the second of them alone")
	}
	line := strings.TrimSpace(lines[0])
	raw, err := base64.StdEncoding.Strict().DecodeString(line)
	switch {
	case err != nil || base64.StdEncoding.EncodeToString(raw) != line: // a decoder passes over line ends
		return PublicKey{}, badKey("it is not base64")
	case len(raw) == secretBytes:
		return PublicKey{}, badKey("this is a secret key: take the .pub file, and if anybody else saw this one, make a new pair")
	case len(raw) != publicBytes || !bytes.HasPrefix(raw, []byte("Ed")):
		return PublicKey{}, badKey("it is not a minisign key: those have %d letters and start with RW", base64.StdEncoding.EncodedLen(publicBytes))
	case weak(raw[publicBytes-32:]):
		return PublicKey{}, badKey("everybody can sign for it")
	}
	var k minisign.PublicKey
	if err := k.UnmarshalText([]byte(line)); err != nil {
		return PublicKey{}, badKey("it is not a minisign key")
	}
	return publicKey(k), nil
}

// The lengths of keys: two letters for the algorithm, the id, the point; and what a secret key has.
const (
	publicBytes = 2 + 8 + 32
	secretBytes = 158
)

func publicKey(k minisign.PublicKey) PublicKey {
	return PublicKey{ID: keyID(k.ID()), Base64: k.String(), key: k}
}

// Text is the key as a .pub file.
func (p PublicKey) Text() []byte {
	return fmt.Appendf(nil, "untrusted comment: minisign public key %s\n%s\n", p.ID, p.Base64)
}

func keyID(id uint64) string { return fmt.Sprintf("%016X", id) }

func badKey(format string, args ...any) error {
	return fault.New(fault.Invalid, "key_invalid", "the public key cannot be used: "+format, args...)
}

// smallOrder are the y coordinates of the eight points of Ed25519 whose order divides 8, little-endian: 1, -1, 0 (order 4), and the two
// with dy^4 + 2y^2 = 1 (order 8).
var smallOrder = []string{
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
}

// weak tells whether a point is of a small order, or is not written in the one canonical way (y below 2^255-19).
func weak(point []byte) bool {
	y := slices.Clone(point)
	y[31] &= 0x7f
	if slices.Contains(smallOrder, hex.EncodeToString(y)) {
		return true
	}
	beyond := y[31] == 0x7f && y[0] >= 0xed
	for _, b := range y[1:31] {
		beyond = beyond && b == 0xff
	}
	return beyond
}
