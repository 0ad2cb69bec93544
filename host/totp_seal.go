package host

import (
	"context"
	"slices"
	"strings"
)

// withTOTP lists the members who have a second factor, by name.
func (a *accounts) withTOTP() (list []memberRecord) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range a.members {
		if m.TOTP != nil {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(x, y memberRecord) int { return strings.Compare(x.Username, y.Username) })
	return list
}

// resealTOTP seals anew the members' secrets that an older key sealed, and tells how many.
func (a *accounts) resealTOTP(ctx context.Context) (n int, err error) {
	for _, m := range a.withTOTP() {
		if !a.host.old(m.TOTP.Sealed) {
			continue
		}
		done, err := a.resealOne(ctx, m.Username)
		if err != nil {
			return n, err
		}
		if done {
			n++
		}
	}
	return n, nil
}

// resealOne seals one member's secret anew. What cannot be opened, although its key is there, is damaged and left alone.
func (a *accounts) resealOne(ctx context.Context, user string) (done bool, err error) {
	a.lock()
	defer a.unlock()
	m := a.members[user]
	if m.TOTP == nil || !a.host.old(m.TOTP.Sealed) { // changed meanwhile
		return false, nil
	}
	secret, err := a.host.secrets.Open(m.TOTP.Sealed, totpContext(user))
	if err != nil {
		a.host.log.Error("the secret of a second factor is damaged and stays as it is", "user", user, "error", err)
		return false, nil
	}
	next := *m.TOTP
	if next.Sealed, err = a.host.secrets.Seal(secret, totpContext(user)); err != nil {
		return false, err
	}
	m.TOTP = &next
	if err := a.change(ctx, System, Act{}, func(w Writer, _ *Act) error { return putMember(w, m) }); err != nil {
		return false, err
	}
	a.members[user] = m
	return true, nil
}
