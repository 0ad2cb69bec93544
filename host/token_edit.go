package host

import (
	"context"
	"time"

	"appzone/host/fault"
)

// EditToken applies a merge patch of name, scopes and expiresInSeconds (from now). A token may be named anew and made narrower or
// shorter, at once, and never more: whoever holds it must not get what they were not given. revision is the one that the editor saw; 0 takes any.
func (h *Host) EditToken(ctx context.Context, id string, patch []byte, revision uint64, actor Actor) (Token, error) {
	var in struct {
		Name             *string  `json:"name"`
		Scopes           []string `json:"scopes"`
		ExpiresInSeconds *int64   `json:"expiresInSeconds"`
	}
	if err := decodePatch(patch, &in); err != nil {
		return Token{}, err
	}
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return Token{}, err
	}
	defer a.unlock()
	old, owner, err := a.editableToken(id, revision, actor)
	if err != nil {
		return Token{}, err
	}
	next := *old
	if in.Name != nil {
		e := errTokenInvalid()
		if next.Name = takeName(e, *in.Name); len(e.Fields) > 0 {
			return Token{}, e
		}
	}
	if in.Scopes != nil {
		most := actor
		most.Scopes = old.Scopes
		if err := (&TokenRequest{Name: next.Name, Scopes: in.Scopes}).check(most, owner); err != nil {
			return Token{}, err
		}
		next.Scopes = in.Scopes
	}
	if in.ExpiresInSeconds != nil {
		if next.ExpiresAt, err = sooner(old.ExpiresAt, *in.ExpiresInSeconds); err != nil {
			return Token{}, err
		}
	}
	next.Revision++
	err = a.change(ctx, actor, Act{Kind: "token.edited", Subject: id, Before: old.Token, After: next.Token},
		func(w Writer, _ *Act) error { return tableTokens.put(w, id, next) })
	if err != nil {
		return Token{}, err
	}
	a.tokens[next.Hash] = &next
	return next.Token, nil
}

// editableToken is the token, with its owner, if the actor may edit it. The caller holds mu.
func (a *accounts) editableToken(id string, revision uint64, actor Actor) (*tokenRecord, Actor, error) {
	t, ok := a.tokenSeen(id, actor)
	if !ok {
		return nil, Actor{}, errNoToken(id)
	}
	m := a.members[t.User]
	switch {
	case !actor.managesTokens():
		return nil, Actor{}, fault.New(fault.Forbidden, "token_too_narrow", "this token cannot edit tokens; use a session, or a token with the scope * or %s", ScopeStaffManage)
	case revision != 0 && revision != t.Revision:
		return nil, Actor{}, fault.New(fault.Precondition, "token_changed", "the token was changed since it was read; read it again")
	case t.User != actor.User:
		return t, a.whole(m), needsEverything(actor, m.Role)
	}
	return t, a.whole(m), nil
}

// sooner is the end that is so many seconds from now, if it is not after the end of before.
func sooner(before *time.Time, seconds int64) (*time.Time, error) {
	until := time.Now().UTC().Add(time.Duration(min(seconds, int64(tokenLifeMax/time.Second))) * time.Second)
	if seconds < 1 || before != nil && until.After(*before) {
		return nil, errTokenInvalid().WithField("expiresInSeconds", "must be at least 1, and end the token no later than it would")
	}
	return &until, nil
}
