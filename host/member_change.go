package host

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"appzone/host/fault"
)

// membersMax bounds the members.
const membersMax = 10_000

// CreateMember adds a member from the JSON of POST /staff.
func (h *Host) CreateMember(ctx context.Context, body []byte, actor Actor) (Member, error) {
	in, err := readMember(body)
	if err != nil {
		return Member{}, err
	}
	next := memberRecord{Member: Member{Kind: KindPerson, Plugins: []string{}}}
	e := errMemberInvalid()
	in.apply(e, &next)
	take(e, "username", in.Username, &next.Username)
	if !validUsername(next.Username) {
		e.WithField("username", "must have 1 to %d of the letters a to z and A to Z, digits, and . _ - @, begin with a letter or a digit, and be none of %s",
			usernameMax, strings.Join(reservedUsernames, ", "))
	}
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return Member{}, err
	}
	defer a.unlock()
	if err := a.checkMember(e, next); err != nil {
		return Member{}, err
	}
	if err := needsEverything(actor, next.Role); err != nil {
		return Member{}, err
	}
	for name := range a.members {
		if strings.EqualFold(name, next.Username) {
			return Member{}, fault.New(fault.Conflict, "username_taken", "there is a member %q already", name).WithField("username", "is taken")
		}
	}
	if len(a.members) >= membersMax {
		return Member{}, fault.New(fault.Conflict, "too_many_members", "there are %d members already; delete those that are not needed", len(a.members))
	}
	saved, err := a.saveMember(ctx, actor, memberAct("member.created", memberRecord{}, next), memberRecord{}, next)
	return saved.shown(), err
}

// EditMember applies a merge patch (RFC 7396) to a member. revision is the one that the editor saw; 0 takes any. A change of
// the password, and one to a service, ends the member's sessions, but for the one that the actor came in with.
func (h *Host) EditMember(ctx context.Context, username string, patch []byte, revision uint64, actor Actor) (Member, error) {
	in, err := readMember(patch)
	if err != nil {
		return Member{}, err
	}
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return Member{}, err
	}
	defer a.unlock()
	old, err := a.member(username, revision)
	if err != nil {
		return Member{}, err
	}
	next, e := old, errMemberInvalid()
	in.apply(e, &next)
	if name := username; in.Username != nil {
		if take(e, "username", in.Username, &name); name != username {
			e.WithField("username", "cannot be changed; create another member")
		}
	}
	if err := a.checkMember(e, next); err != nil {
		return Member{}, err
	}
	if err := needsEverything(actor, old.Role, next.Role); err != nil {
		return Member{}, err
	}
	if err := a.keepsAdmin(old, next); err != nil {
		return Member{}, err
	}
	if next.same(old) {
		return old.shown(), nil
	}
	saved, err := a.saveMember(ctx, actor, memberAct("member.edited", old, next), old, next)
	return saved.shown(), err
}

// DeleteMember deletes a member with all tokens and sessions.
func (h *Host) DeleteMember(ctx context.Context, username string, revision uint64, actor Actor) error {
	a := h.accounts
	if err := a.enter(actor); err != nil {
		return err
	}
	defer a.unlock()
	old, err := a.member(username, revision)
	if err != nil {
		return err
	}
	if err := needsEverything(actor, old.Role); err != nil {
		return err
	}
	if err := a.keepsAdmin(old, memberRecord{}); err != nil {
		return err
	}
	sessions, tokens := a.sessionsOf(username, ""), a.tokensOf(username)
	act := Act{Kind: "member.deleted", Subject: username, Before: factsOf(old),
		Data: map[string]any{"plugins": len(old.Plugins), "sessions": len(sessions), "tokens": len(tokens)}}
	err = a.change(ctx, actor, act, func(w Writer, _ *Act) error {
		w.Essential()
		err := tableMembers.delete(w, username)
		err = errors.Join(err, giveAndTake(w, memberOwner+username, old.Plugins, nil), deleteSessions(w, sessions))
		for _, t := range tokens {
			err = errors.Join(err, tableTokens.delete(w, t.ID))
		}
		return err
	})
	if err != nil {
		return err
	}
	delete(a.members, username)
	delete(a.given, username)
	a.dropSessions(sessions)
	for _, t := range tokens {
		delete(a.tokens, t.Hash)
	}
	h.passwordChanged(username)
	return nil
}

// saveMember writes what a member has become, and ends sessions that a former password opened. The caller holds both locks
// and has checked everything but whether the plugins exist.
func (a *accounts) saveMember(ctx context.Context, actor Actor, act Act, old, next memberRecord) (memberRecord, error) {
	next.UpdatedAt = time.Now().UTC()
	if next.Revision++; next.Revision == 1 {
		next.CreatedAt = next.UpdatedAt
	}
	var gone []string
	if next.PasswordHash != old.PasswordHash || next.Kind != old.Kind {
		gone = a.sessionsOf(next.Username, actor.Credential)
	}
	added, _ := difference(old.Plugins, next.Plugins)
	err := a.change(ctx, actor, act, func(w Writer, _ *Act) error {
		if err := checkPlugins(w, errMemberInvalid(), added); err != nil {
			return err
		}
		if len(added) == 0 && old.Revision > 0 {
			w.Essential() // it may take a right away
		}
		return errors.Join(giveAndTake(w, memberOwner+next.Username, old.Plugins, next.Plugins), deleteSessions(w, gone), putMember(w, next))
	})
	if err != nil {
		return memberRecord{}, err
	}
	a.members[next.Username] = next
	delete(a.given, next.Username)
	a.dropSessions(gone)
	if next.PasswordHash != old.PasswordHash {
		a.host.passwordChanged(next.Username)
	}
	return next, nil
}

// putMember writes a member's own record.
func putMember(w Writer, m memberRecord) error {
	m.Plugins = nil // they are records of their own
	return tableMembers.put(w, m.Username, m)
}

// passwordChanged calls Config.PasswordChanged.
func (h *Host) passwordChanged(user string) {
	if h.cfg.PasswordChanged != nil {
		h.cfg.PasswordChanged(user)
	}
}

// keepsAdmin refuses a change after which no administrator could log in. The caller holds mu.
func (a *accounts) keepsAdmin(old, next memberRecord) error {
	logsIn := func(m memberRecord) bool { return m.Role == RoleAdmin && m.canLogIn() }
	if !logsIn(old) || logsIn(next) {
		return nil
	}
	for name, m := range a.members {
		if name != old.Username && logsIn(m) {
			return nil
		}
	}
	return fault.New(fault.Conflict, "last_administrator",
		"%q is the last administrator who can log in with a password; make another one first", old.Username)
}

// needsEverything lets only an administrator without narrower credentials change what could become an administrator: else the right
// to manage staff would be a way to every other right.
func needsEverything(actor Actor, roles ...Role) error {
	if !slices.Contains(roles, RoleAdmin) || actor.Unrestricted() {
		return nil
	}
	return fault.New(fault.Forbidden, "administrator_required",
		"this concerns an administrator, for which the right %s is not enough: log in as an administrator, or use a token with the scope *", ScopeStaffManage)
}

// Unrestricted tells whether the actor is an administrator by session, or by a token with the scope "*".
func (a Actor) Unrestricted() bool { return a.Role == RoleAdmin && a.scoped(ScopeAll) }
