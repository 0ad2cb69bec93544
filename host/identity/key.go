package identity

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"
)

// SeedBytes is the size of a key's secret half.
const SeedBytes = ed25519.SeedSize

// Key signs tokens.
type Key struct {
	// ID is the kid in the tokens' headers.
	ID      string
	private ed25519.PrivateKey
}

// PublicKey verifies tokens.
type PublicKey struct {
	// ID is the kid of the tokens that it verifies.
	ID string
	// Key has 32 bytes.
	Key []byte
}

// NewKey makes a random key.
func NewKey(id string) Key {
	seed := make([]byte, SeedBytes)
	rand.Read(seed) // never fails
	return Key{ID: id, private: ed25519.NewKeyFromSeed(seed)}
}

// KeyOf is the key that [Key.Seed] was taken from. A seed of another size is an error.
func KeyOf(id string, seed []byte) (Key, error) {
	if len(seed) != SeedBytes {
		return Key{}, errors.New("the secret half of an identity key has another size")
	}
	return Key{ID: id, private: ed25519.NewKeyFromSeed(seed)}, nil
}

// Seed is the secret half.
func (k Key) Seed() []byte { return k.private.Seed() }

// Public is the half that everybody may know.
func (k Key) Public() PublicKey {
	return PublicKey{ID: k.ID, Key: k.private.Public().(ed25519.PublicKey)}
}

// Publish writes keys as a JWK set.
func Publish(keys []PublicKey) ([]byte, error) {
	set := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{}}
	for _, k := range keys {
		if len(k.Key) != ed25519.PublicKeySize {
			return nil, fmt.Errorf("publish the identity key %s: it has another size", k.ID)
		}
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: ed25519.PublicKey(k.Key), KeyID: k.ID, Algorithm: string(jose.EdDSA), Use: "sig"})
	}
	return json.Marshal(set)
}
