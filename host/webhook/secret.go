package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

const (
	// SecretPrefix starts every secret, so that people and scanners of secrets recognise one.
	SecretPrefix = "whsec_"
	// secretBytes is how long a new one is; the specification asks for 24 to 64.
	secretBytes = 32
)

// NewSecret makes a secret.
func NewSecret() string {
	b := make([]byte, secretBytes)
	rand.Read(b) // never fails
	return SecretPrefix + base64.StdEncoding.EncodeToString(b)
}

// Sign is the signature of a message with this id, time and body: "v1," and the HMAC in base64.
func Sign(secret, id string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, SecretPrefix))
	if err != nil || len(key) == 0 {
		return "", errors.New("the secret is not what was made")
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
