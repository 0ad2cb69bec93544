package secret

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"appzone/host/fault"

	"golang.org/x/crypto/chacha20poly1305"
)

// MaxBytes is the largest value that is sealed.
const MaxBytes = 1 << 20

// The codes of a value that cannot be opened.
const (
	// CodeMissing says that the key which sealed it is not there.
	CodeMissing = "secret_key_missing"
	// CodeDamaged says that the key is there, and the value is not what it sealed.
	CodeDamaged = "secret_damaged"
)

// version starts every sealed value.
const version = "s1"

// Box seals and opens values. Safe for concurrent use.
type Box struct {
	keys []sealer // the first seals
	mac  []byte   // for fingerprints, of the first key
}

// sealer is one key, ready for use.
type sealer struct {
	id   string
	aead cipher.AEAD
}

// Open makes a box from key, or from the key file if key is empty; a missing file is made with a new
// random key (0600). Where both are there, the file's keys are older ones. A key is 32 bytes in base64 or hex, or a passphrase of at least 16 characters (Argon2id with
// a fixed salt). Older keys may follow on lines of their own: what they sealed can still be
// opened. A *fault.Error secret_key_invalid says what is wrong.
func Open(file string, key string) (*Box, error) {
	masters, err := loadKeys(file, key)
	if err != nil {
		return nil, err
	}
	b := &Box{}
	for _, master := range masters {
		s, err := newSealer(master)
		if err != nil {
			return nil, err
		}
		b.keys = append(b.keys, s)
	}
	b.mac, err = derive(masters[0], "fingerprint", sha256.Size)
	return b, err
}

func newSealer(master []byte) (sealer, error) {
	id, err := derive(master, "key id", 4)
	if err != nil {
		return sealer{}, err
	}
	key, err := derive(master, "seal", chacha20poly1305.KeySize)
	if err != nil {
		return sealer{}, err
	}
	aead, err := chacha20poly1305.NewX(key)
	return sealer{id: hex.EncodeToString(id), aead: aead}, err
}

// KeyID names the key that seals. It tells nothing about the key.
func (b *Box) KeyID() string { return b.keys[0].id }

// Seal encrypts plaintext, at most [MaxBytes]. It can be opened with the same context alone, which is not
// secret: "settings/clock". The result is text: version, key id and data.
func (b *Box) Seal(plaintext []byte, context string) (string, error) {
	if len(plaintext) > MaxBytes {
		return "", fault.New(fault.TooLarge, "secret_too_large", "a secret has at most %d bytes", MaxBytes)
	}
	s := b.keys[0]
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(plaintext)+chacha20poly1305.Overhead)
	rand.Read(nonce) // never fails
	data := s.aead.Seal(nonce, nonce, plaintext, []byte(context))
	return version + "." + s.id + "." + base64.RawURLEncoding.EncodeToString(data), nil
}

// Open decrypts what Seal made with the same context. A *fault.Error says secret_key_missing when none of the
// keys sealed it, and secret_damaged when it is not what was sealed, or not for this context.
func (b *Box) Open(sealed string, context string) ([]byte, error) {
	id, data, err := split(sealed)
	if err != nil {
		return nil, err
	}
	for _, s := range b.keys {
		if s.id != id {
			continue
		}
		if len(data) < chacha20poly1305.NonceSizeX {
			return nil, damaged(nil)
		}
		nonce, text := data[:chacha20poly1305.NonceSizeX], data[chacha20poly1305.NonceSizeX:]
		plaintext, err := s.aead.Open(nil, nonce, text, []byte(context))
		if err != nil {
			return nil, damaged(err)
		}
		return plaintext, nil
	}
	return nil, fault.New(fault.Unavailable, CodeMissing,
		"a stored secret was sealed with the key %s, which this host does not have: bring that key back, or set the secret again", id)
}

// Stale reports whether sealed should be sealed anew, because an older key did it.
func (b *Box) Stale(sealed string) bool {
	id, _, err := split(sealed)
	return err == nil && id != b.KeyID()
}

// SealedBy returns the id of the key that sealed it, and whether that key is one of this box's. The id of what was not
// sealed at all is "".
func (b *Box) SealedBy(sealed string) (id string, known bool) {
	id, _, err := split(sealed)
	if err != nil {
		return "", false
	}
	return id, slices.ContainsFunc(b.keys, func(s sealer) bool { return s.id == id })
}

// Fingerprint names a secret in 12 hex digits: the same for the same secret under the same key, and of no
// use for guessing it without the key.
func (b *Box) Fingerprint(plaintext []byte) string {
	h := hmac.New(sha256.New, b.mac)
	h.Write(plaintext)
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// split returns the key id and the data of a sealed value.
func split(sealed string) (id string, data []byte, err error) {
	v, rest, _ := strings.Cut(sealed, ".")
	id, text, ok := strings.Cut(rest, ".")
	if !ok || v != version || len(id) != 8 {
		return "", nil, damaged(fmt.Errorf("unknown form"))
	}
	if _, err := hex.DecodeString(id); err != nil {
		return "", nil, damaged(err)
	}
	data, err = base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return "", nil, damaged(fmt.Errorf("not base64"))
	}
	return id, data, nil
}

func damaged(err error) error {
	return fault.Wrap(err, fault.Unavailable, CodeDamaged, "a stored secret cannot be opened: set it again")
}
