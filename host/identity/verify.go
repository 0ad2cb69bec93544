package identity

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"appzone/host/fault"
)

const (
	// leeway is how far two clocks may differ.
	leeway = 5 * time.Second
	// maxToken bounds a token that is looked at.
	maxToken = 8 << 10
)

// Claims are what a verified token says.
type Claims struct {
	// User is who asks: a member's name, or "plugin:" and the id of a plugin.
	User string `json:"user"`
	// Role is "admin", "user", "agent" or "plugin".
	Role string `json:"role"`
	// Subject is what to remember who asks by; now the same as User.
	Subject string `json:"subject"`
	// Issuer is the public URL of the host that says so.
	Issuer string `json:"issuer"`
	// IssuedAt and ExpiresAt are seconds since 1970.
	IssuedAt  int64 `json:"issuedAt"`
	ExpiresAt int64 `json:"expiresAt"`
}

// Keys verify tokens. The zero value verifies none.
type Keys struct{ byID map[string]ed25519.PublicKey }

// ParseKeys reads a JWK set. Keys of other kinds than Ed25519 are left out.
func ParseKeys(set []byte) (Keys, error) {
	var parsed jose.JSONWebKeySet
	if err := json.Unmarshal(set, &parsed); err != nil {
		return Keys{}, fmt.Errorf("read identity keys: %w", err)
	}
	keys := Keys{byID: map[string]ed25519.PublicKey{}}
	for _, k := range parsed.Keys {
		if public, ok := k.Key.(ed25519.PublicKey); ok && k.KeyID != "" {
			keys.byID[k.KeyID] = public
		}
	}
	return keys, nil
}

// Verify reads a token that must be for plugin. A *fault.Error identity_invalid says what is wrong with it, and nothing that it holds.
func (k Keys) Verify(token, plugin string) (Claims, error) {
	if token == "" {
		return Claims{}, invalid("the request has no identity")
	}
	if len(token) > maxToken {
		return Claims{}, invalid("the identity is too long")
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.EdDSA})
	if err != nil || len(parsed.Headers) != 1 {
		return Claims{}, invalid("the identity is not a token that is signed with EdDSA")
	}
	key, ok := k.byID[parsed.Headers[0].KeyID]
	if !ok {
		return Claims{}, invalid("no published key signed the identity")
	}
	var standard jwt.Claims
	var own struct {
		User string `json:"preferred_username"`
		Role string `json:"role"`
	}
	if err := parsed.Claims(key, &standard, &own); err != nil {
		return Claims{}, invalid("the identity's signature does not hold")
	}
	if err := check(standard, plugin); err != nil {
		return Claims{}, err
	}
	if strings.ContainsFunc(own.User+own.Role+standard.Subject+standard.Issuer, unicode.IsControl) {
		return Claims{}, invalid("the identity holds control characters")
	}
	return Claims{User: own.User, Role: own.Role, Subject: standard.Subject, Issuer: standard.Issuer,
		IssuedAt: standard.IssuedAt.Time().Unix(), ExpiresAt: standard.Expiry.Time().Unix()}, nil
}

// check looks whether a genuine token is meant for the plugin, and now.
func check(c jwt.Claims, plugin string) error {
	now := time.Now()
	switch {
	case plugin == "" || len(c.Audience) != 1 || c.Audience[0] != plugin:
		return invalid("the identity is for another plugin")
	case c.Expiry == nil || c.IssuedAt == nil:
		return invalid("the identity has no end")
	case now.Add(-leeway).After(c.Expiry.Time()):
		return invalid("the identity has expired")
	case now.Add(leeway).Before(c.IssuedAt.Time()):
		return invalid("the identity is of a time to come")
	}
	return nil
}

func invalid(why string) error { return fault.New(fault.Unauthorized, "identity_invalid", "%s", why) }
