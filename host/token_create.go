package host

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// TokenRequest is the body of POST /tokens.
type TokenRequest struct {
	Name string `json:"name"`
	// Scopes bound the token; "*" is all that its owner may do.
	Scopes []string `json:"scopes"`
	// ExpiresInSeconds is its life; 0 is for ever, or as long as the token that makes it.
	ExpiresInSeconds int64 `json:"expiresInSeconds"`
	// User is the service whose token it is to be; "" is the actor's own.
	User string `json:"user"`
}

// NewToken is a token with its secret, which is shown once.
type NewToken struct {
	Token
	Secret string `json:"token"`
}

const (
	// tokensPerMember bounds the tokens of one member, so that nobody takes all the room.
	tokensPerMember = 100
	// tokenLifeMax is the longest life that somebody may ask for.
	tokenLifeMax = 10 * 365 * 24 * time.Hour
)

// ErrExceeds is inside the error of a request for more than the actor may give: whatever else is wrong with it, it is refused.
var ErrExceeds = errors.New("the actor asked for more than it may give")

// CreateToken makes a bearer token for the actor or, with the right to manage staff, for a service. A token cannot make one that
// may do more, or lives longer, than itself; a narrow one makes none.
func (h *Host) CreateToken(ctx context.Context, req TokenRequest, actor Actor) (NewToken, error) {
	if !actor.managesTokens() {
		return NewToken{}, fault.New(fault.Forbidden, "token_too_narrow",
			"this token cannot create tokens; use a session, or a token with the scope * or %s", ScopeStaffManage)
	}
	now := time.Now().UTC()
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return NewToken{}, err
	}
	defer a.unlock()
	owner, err := a.tokenOwner(req.User, actor)
	if err != nil {
		return NewToken{}, err
	}
	t := tokenRecord{Token: Token{ID: h.ids.next(now), User: owner.User, CreatedAt: now, Revision: 1}}
	if err := req.check(actor, owner); err != nil {
		return NewToken{}, err
	}
	t.Name, t.Scopes = req.Name, req.Scopes
	if t.ExpiresAt, err = a.expiry(req.ExpiresInSeconds, now, actor); err != nil {
		return NewToken{}, err
	}
	secret := tokenPrefix + newSecret()
	t.Hash = hashOf(secret)
	if err := a.roomForToken(owner.User); err != nil {
		return NewToken{}, err
	}
	err = a.change(ctx, actor, Act{Kind: "token.created", Subject: t.ID, After: t.Token},
		func(w Writer, _ *Act) error { return tableTokens.put(w, t.ID, t) })
	if err != nil {
		return NewToken{}, err
	}
	a.tokens[t.Hash] = &t
	return NewToken{Token: t.Token, Secret: secret}, nil
}

// managesTokens tells whether the actor may make tokens, and see and revoke more than the one it came in with.
func (a Actor) managesTokens() bool { return a.scoped(ScopeStaffManage) }

// tokenOwner is whose token it is to be: the actor's, or a service's. Nobody makes tokens of another person: what they do would
// be put down to that one. The caller holds mu.
func (a *accounts) tokenOwner(user string, actor Actor) (Actor, error) {
	m, ok := a.members[actor.User]
	if user == "" || user == actor.User {
		if ok {
			return a.whole(m), nil
		}
		return actor, nil
	}
	if !actor.May(ScopeStaffManage) {
		return Actor{}, fault.New(fault.Forbidden, "missing_scope", "a token for somebody else needs the right %s, which these credentials do not have", ScopeStaffManage)
	}
	if m, ok = a.members[user]; !ok || m.Kind != KindService {
		return Actor{}, errTokenInvalid().WithField("user", "must be you, or a service; persons make their own tokens")
	}
	return a.whole(m), needsEverything(actor, m.Role)
}

// check brings the name in order, and names what cannot be.
func (r *TokenRequest) check(actor, owner Actor) error {
	e := errTokenInvalid()
	r.Name = takeName(e, r.Name)
	if len(r.Scopes) == 0 || len(r.Scopes) > 100 {
		e.WithField("scopes", `must name 1 to 100 scopes, for example ["*"] for all that you may do`)
		return e
	}
	if r.ExpiresInSeconds < 0 || r.ExpiresInSeconds > int64(tokenLifeMax/time.Second) {
		e.WithField("expiresInSeconds", "must be 0 (for ever) to ten years")
	}
	for _, s := range r.Scopes {
		switch {
		case !knownScope(s):
			e.WithField("scopes", "%q is not known; there are %s and apps:<id>", cut(s, 80), strings.Join(Scopes(), ", "))
		case !actor.scoped(s):
			e.WithField("scopes", "%q is more than you may do", s).Err = ErrExceeds
		case !owner.holds(s):
			e.WithField("scopes", "%q is more than %s may do", s, owner.User).Err = ErrExceeds
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

func knownScope(s string) bool {
	id, app := strings.CutPrefix(s, scopeAppsPrefix)
	return slices.Contains(Scopes(), s) || (app && manifest.ValidID(id))
}

// holds tells whether the member may have a token with this scope: administrators any, others their plugins and "*".
func (a Actor) holds(scope string) bool {
	id, app := strings.CutPrefix(scope, scopeAppsPrefix)
	return a.Role == RoleAdmin || scope == ScopeAll || (app && a.given != nil && a.given.plugins[id])
}

// expiry is when a token ends, nil for never: not after the one that makes it. The caller holds mu.
func (a *accounts) expiry(seconds int64, now time.Time, actor Actor) (*time.Time, error) {
	var end *time.Time
	if actor.Token != "" {
		for _, t := range a.tokens {
			if t.ID == actor.Token {
				end = t.ExpiresAt
			}
		}
	}
	if seconds == 0 {
		return end, nil
	}
	until := now.Add(time.Duration(seconds) * time.Second)
	if end != nil && until.After(*end) {
		return nil, errTokenInvalid().WithField("expiresInSeconds", "is longer than the life of the token that you came in with, which ends at %s", end.Format(time.RFC3339))
	}
	return &until, nil
}

// roomForToken refuses one more than there may be. The caller holds mu.
func (a *accounts) roomForToken(user string) error {
	if n := len(a.tokensOf(user)); n >= tokensPerMember {
		return fault.New(fault.TooMany, "too_many_tokens", "%s has %d tokens already; delete those that are not needed", user, n)
	}
	if len(a.tokens) >= credentialsMax {
		return fault.New(fault.TooMany, "too_many_tokens", "there are %d tokens already; delete those that are not needed", len(a.tokens))
	}
	return nil
}

func errTokenInvalid() *fault.Error {
	return fault.New(fault.Invalid, "token_invalid", "the token cannot be made like this")
}
