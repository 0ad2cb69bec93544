package identity

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const (
	// Life is how long a token is valid.
	Life = time.Minute
	// fresh is what is left of a token that is given out again: time for the plugin to pass it on.
	fresh = Life / 2
	// tokensMax bounds the tokens that are kept, of some 500 bytes each.
	tokensMax = 4096
)

// payload is what a token says.
type payload struct {
	Issuer   string `json:"iss"`
	Audience string `json:"aud"`
	Subject  string `json:"sub"`
	User     string `json:"preferred_username"`
	Role     string `json:"role"`
	IssuedAt int64  `json:"iat"`
	Expires  int64  `json:"exp"`
}

// Signer makes tokens. Safe for concurrent use.
type Signer struct {
	issuer string
	most   int // tokens that are kept

	mu     sync.Mutex // guards what follows
	signer jose.Signer
	tokens map[asks]issued
}

// asks is who asks which plugin.
type asks struct{ plugin, user, role string }

type issued struct {
	token   string
	expires time.Time
}

// NewSigner makes a signer whose tokens name issuer. [Signer.Use] gives it its key.
func NewSigner(issuer string) *Signer {
	return &Signer{issuer: issuer, most: tokensMax, tokens: map[asks]issued{}}
}

// Use makes k the key that signs. No token of another key is given out after it.
func (s *Signer) Use(k Key) error {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.EdDSA, Key: jose.JSONWebKey{Key: k.private, KeyID: k.ID}},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return fmt.Errorf("use the identity key %s: %w", k.ID, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signer = signer
	clear(s.tokens)
	return nil
}

// Token says to plugin that user, who has role, asks. The same token is given out as long as at least half of its life is left. An
// error is a defect: the key cannot sign, or there is none.
func (s *Signer) Token(plugin, user, role string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now().Round(0) // by the calendar, which may be set back, and goes on while the machine sleeps
	if known, ok := s.tokens[asks{plugin, user, role}]; ok {
		if left := known.expires.Sub(now); left >= fresh && left <= Life {
			return known.token, nil
		}
	}
	if s.signer == nil {
		return "", fmt.Errorf("sign an identity: there is no key")
	}
	says := payload{Issuer: s.issuer, Audience: plugin, Subject: user, User: user, Role: role, IssuedAt: now.Unix(), Expires: now.Add(Life).Unix()}
	token, err := jwt.Signed(s.signer).Claims(says).Serialize()
	if err != nil {
		return "", fmt.Errorf("sign an identity: %w", err)
	}
	if len(s.tokens) >= s.most {
		clear(s.tokens) // cheaper than to find those that are over
	}
	// What comes from a request may be memory of the server's.
	s.tokens[asks{strings.Clone(plugin), strings.Clone(user), strings.Clone(role)}] = issued{token, now.Add(Life)}
	return token, nil
}
