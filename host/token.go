package host

import (
	"context"
	"slices"
	"strings"
	"time"

	"appzone/host/fault"
)

// tokenPrefix lets people and scanners of secrets recognise a token.
const tokenPrefix = "azt_"

// tokenRecord is a bearer token. Only its hash is kept.
type tokenRecord struct {
	Token
	Hash string `json:"hash"`
}

// Token is what is shown of a bearer token.
type Token struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	User      string     `json:"user"`
	Scopes    []string   `json:"scopes"`
	CreatedAt time.Time  `json:"createdAt"`
	ExpiresAt *time.Time `json:"expiresAt"`
	UsedAt    *time.Time `json:"usedAt"`
}

// TokenRequest is the body of POST /tokens.
type TokenRequest struct {
	Name string `json:"name"`
	// Scopes bound the token; "*" is all that its owner may do.
	Scopes []string `json:"scopes"`
	// ExpiresInSeconds is its life; 0 is for ever.
	ExpiresInSeconds int64 `json:"expiresInSeconds"`
}

// NewToken is a token with its secret, which is shown once.
type NewToken struct {
	Token
	Secret string `json:"token"`
}

// CreateToken makes a bearer token for the actor. A token cannot make one that may do more than itself.
func (h *Host) CreateToken(ctx context.Context, req TokenRequest, actor Actor) (NewToken, error) {
	if err := req.check(actor); err != nil {
		return NewToken{}, err
	}
	now := time.Now().UTC()
	t := tokenRecord{Token: Token{ID: newID(now), Name: req.Name, User: actor.User, Scopes: req.Scopes, CreatedAt: now}}
	if req.ExpiresInSeconds > 0 {
		until := now.Add(time.Duration(req.ExpiresInSeconds) * time.Second)
		t.ExpiresAt = &until
	}
	secret := tokenPrefix + newSecret()
	t.Hash = hashOf(secret)
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.tokens) >= credentialsMax {
		return NewToken{}, fault.New(fault.TooMany, "too_many_tokens", "there are %d tokens already; delete those that are not needed", len(a.tokens))
	}
	err := h.change(ctx, actor, Act{Kind: "token.created", Subject: t.ID, After: t.Token},
		func(w Writer, _ *Act) error { return tableTokens.put(w, t.ID, t) })
	if err != nil {
		return NewToken{}, err
	}
	a.tokens[t.Hash] = &t
	return NewToken{Token: t.Token, Secret: secret}, nil
}

func (r *TokenRequest) check(actor Actor) error {
	e := fault.New(fault.Invalid, "token_invalid", "the token cannot be made like this")
	if r.Name = strings.TrimSpace(r.Name); r.Name == "" || len(r.Name) > 100 {
		e.WithField("name", "must have 1 to 100 characters")
	}
	if len(r.Scopes) == 0 || len(r.Scopes) > 100 {
		e.WithField("scopes", `must name at least one scope, for example ["*"] for all that you may do`)
	}
	if r.ExpiresInSeconds < 0 || r.ExpiresInSeconds > 10*365*24*3600 {
		e.WithField("expiresInSeconds", "must be 0 (for ever) to ten years")
	}
	for _, s := range r.Scopes {
		known := slices.Contains(Scopes(), s) || (strings.HasPrefix(s, scopeAppsPrefix) && len(s) > len(scopeAppsPrefix))
		switch {
		case !known:
			e.WithField("scopes", "%q is not known; there are %s and apps:<id>", s, strings.Join(Scopes(), ", "))
		case !actor.May(s):
			e.WithField("scopes", "%q is more than you may do", s)
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// ByToken returns who the token belongs to. ok is false for one that is unknown or has expired.
func (h *Host) ByToken(secret string, from Origin) (actor Actor, ok bool) {
	if !strings.HasPrefix(secret, tokenPrefix) {
		return Actor{}, false
	}
	hash, now := hashOf(secret), time.Now().UTC()
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	if actor, ok = a.byToken(hash, now); !ok {
		return actor, false
	}
	a.tokens[hash].UsedAt = &now // in memory alone: a write for every request would cost more than it tells
	actor.Origin = from
	return actor, true
}

// Tokens lists the tokens by age.
func (h *Host) Tokens() []Token {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	out := []Token{}
	for _, t := range a.tokens {
		out = append(out, t.Token)
	}
	slices.SortFunc(out, func(x, y Token) int { return strings.Compare(x.ID, y.ID) })
	return out
}

// DeleteToken revokes a token at once.
func (h *Host) DeleteToken(ctx context.Context, id string, actor Actor) error {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	for hash, t := range a.tokens {
		if t.ID != id {
			continue
		}
		err := h.change(ctx, actor, Act{Kind: "token.deleted", Subject: id, Data: map[string]any{"name": t.Name, "user": t.User}}, func(w Writer, _ *Act) error {
			w.Essential()
			return tableTokens.delete(w, id)
		})
		if err == nil {
			delete(a.tokens, hash)
		}
		return err
	}
	return fault.New(fault.NotFound, "token_not_found", "there is no token %q", id)
}

// tokensOf are the user's tokens; the caller holds mu.
func (a *accounts) tokensOf(user string) (out []*tokenRecord) {
	for _, t := range a.tokens {
		if t.User == user {
			out = append(out, t)
		}
	}
	return out
}
