package host

import (
	"context"
	"maps"
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

	// recorded is the UsedAt that the store has.
	recorded time.Time
}

// Token is what is shown of a bearer token.
type Token struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	User      string     `json:"user"`
	Scopes    []string   `json:"scopes"`
	CreatedAt time.Time  `json:"createdAt"`
	ExpiresAt *time.Time `json:"expiresAt"`
	// UsedAt is when it was last used, to the second; after a crash of the host it may be five minutes behind.
	UsedAt *time.Time `json:"usedAt"`
	// Revision grows with each edit.
	Revision uint64 `json:"revision"`
}

// ByToken returns who the token belongs to. ok is false for one that is unknown or has expired.
func (h *Host) ByToken(secret string, from Origin) (actor Actor, ok bool) {
	if !strings.HasPrefix(secret, tokenPrefix) {
		return Actor{}, false
	}
	return h.useCredential(credentialToken+hashOf(secret), from)
}

// TokenFilter narrows a list of tokens. Empty fields do not.
type TokenFilter struct {
	// User is whose tokens.
	User string
	// After is the id after which the page starts; Limit its size (default 100, at most 500).
	After string
	Limit int
}

// Tokens lists the tokens that the actor may see, by age: with the right to manage staff all, else one's own, and a narrow token
// itself alone. next is the cursor of the following page, or "".
func (h *Host) Tokens(f TokenFilter, actor Actor) (items []Token, next string) {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	byID := make(map[string]*tokenRecord, len(a.tokens))
	for _, t := range a.tokens {
		if actor.sees(t) && (f.User == "" || f.User == t.User) {
			byID[t.ID] = t
		}
	}
	return page(slices.Sorted(maps.Keys(byID)), f.After, f.Limit, func(id string) (Token, bool) { return byID[id].Token, true })
}

// sees tells whether the actor may see and revoke a token.
func (a Actor) sees(t *tokenRecord) bool {
	return a.May(ScopeStaffManage) || (t.User == a.User && a.managesTokens()) || (t.ID == a.Token && a.Token != "")
}

// Token is one of the tokens that the actor may see. What the actor may not see is not there.
func (h *Host) Token(id string, actor Actor) (Token, error) {
	a := h.accounts
	a.mu.Lock()
	defer a.mu.Unlock()
	if t, ok := a.tokenSeen(id, actor); ok {
		return t.Token, nil
	}
	return Token{}, errNoToken(id)
}

// tokenSeen is the token, if the actor may see it. The caller holds mu.
func (a *accounts) tokenSeen(id string, actor Actor) (*tokenRecord, bool) {
	for _, t := range a.tokens {
		if t.ID == id && actor.sees(t) {
			return t, true
		}
	}
	return nil, false
}

// DeleteToken revokes a token at once. What the actor may not see is not there.
func (h *Host) DeleteToken(ctx context.Context, id string, actor Actor) error {
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return err
	}
	defer a.unlock()
	t, ok := a.tokenSeen(id, actor)
	if !ok {
		return errNoToken(id)
	}
	err := a.change(ctx, actor, Act{Kind: "token.deleted", Subject: id, Data: map[string]any{"name": t.Name, "user": t.User}}, func(w Writer, _ *Act) error {
		w.Essential()
		return tableTokens.delete(w, id)
	})
	if err == nil {
		delete(a.tokens, t.Hash)
	}
	return err
}

func errNoToken(id string) *fault.Error {
	return fault.New(fault.NotFound, "token_not_found", "there is no token %q", cut(id, 64))
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
