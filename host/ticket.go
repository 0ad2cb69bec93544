package host

import (
	"context"
	"sync"
	"time"

	"appzone/host/fault"
)

const (
	// ticketLife is how long a page may be opened after it was asked for.
	ticketLife = time.Minute
	// ticketsMax bounds the tickets that wait, and ticketsEach those of one member; the member's oldest goes. A member has many credentials.
	ticketsMax  = 10_000
	ticketsEach = 100
)

// tickets are passes that wait to be fetched, each once, by the browser that is to show the page.
type tickets struct {
	mu      sync.Mutex        // guards waiting
	waiting map[string]ticket // by SHA-256 of the secret
}

type ticket struct {
	pass  Pass
	user  string
	until time.Time
}

// NewTicket makes the secret by which a browser fetches the pass of this user, once, within a minute.
func (h *Host) NewTicket(p Pass, user string) (secret string, until time.Time, err error) {
	secret = newSecret()
	now := time.Now()
	p.IssuedAt, until = now, now.Add(ticketLife)
	t := &h.tickets
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.waiting == nil {
		t.waiting = map[string]ticket{}
	}
	t.makeRoom(user, now)
	if len(t.waiting) >= ticketsMax {
		return "", until, fault.New(fault.Unavailable, "too_many_tickets", "too many pages wait to be opened; try again in a minute")
	}
	t.waiting[hashOf(secret)] = ticket{p, user, until}
	return secret, until.UTC(), nil
}

// makeRoom drops what has expired, and the user's oldest if there are too many. The caller holds mu.
func (t *tickets) makeRoom(user string, now time.Time) {
	count, oldest := 0, ""
	for key, other := range t.waiting {
		switch {
		case now.After(other.until):
			delete(t.waiting, key)
		case other.user == user:
			count++
			if oldest == "" || other.until.Before(t.waiting[oldest].until) {
				oldest = key
			}
		}
	}
	if count >= ticketsEach {
		delete(t.waiting, oldest)
	}
}

// take is the pass that waits under the secret, which is gone then.
func (t *tickets) take(secret string) (Pass, bool) {
	key := hashOf(secret)
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.waiting[key]
	delete(t.waiting, key)
	return found.pass, ok && !time.Now().After(found.until)
}

// Redeem trades a ticket for the sealed pass of the plugin, for ByPass, and tells the page. The error is ticket_invalid for one that is
// unknown, was used, has expired or is another plugin's; else those of ByPass.
func (h *Host) Redeem(ctx context.Context, plugin, secret string, from Origin) (sealed, page string, err error) {
	p, ok := h.tickets.take(secret)
	if !ok || p.Plugin != plugin {
		return "", "", fault.New(fault.Unauthorized, "ticket_invalid", "the address of a page opens it once and within a minute, and this one did or is too old; open the page again from the console")
	}
	_, site, err := h.admitPass(ctx, p, from)
	if err != nil {
		return "", "", err
	}
	sealed, err = h.seal(p)
	return sealed, PageOf(site.Views, p.View), err
}
