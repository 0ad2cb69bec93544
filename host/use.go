package host

import (
	"context"
	"errors"
	"strings"
	"time"
)

const (
	// usesEvery is how often the uses of sessions and tokens are looked at; one is written when it is useWrite newer than what the
	// store has. After a crash of the host the last use is that much too old: a session ends a little earlier.
	usesEvery = time.Minute
	useWrite  = 5 * time.Minute
	// useGrain is how exact a last use is.
	useGrain = time.Second
	// usesBatch bounds the records of one update.
	usesBatch = 500
	// expiredKept is how long an expired token is still shown.
	expiredKept = 7 * 24 * time.Hour
)

// use counts a use of a credential that holds: a session slides on by it. It is written later, see keepUses. The caller holds mu.
func (a *accounts) use(credential string, now time.Time) {
	if key, is := strings.CutPrefix(credential, credentialSession); is {
		if s := a.sessions[key]; now.Sub(s.UsedAt) >= useGrain {
			s.UsedAt = now
			a.sessions[key] = s
		}
		return
	}
	if t := a.tokens[strings.TrimPrefix(credential, credentialToken)]; t.UsedAt == nil || now.Sub(*t.UsedAt) >= useGrain {
		t.UsedAt = &now
	}
}

// keepUses is the goroutine that writes down when sessions and tokens were last used, and deletes tokens that expired long ago. No
// request waits for it.
func (h *Host) keepUses() {
	tick := time.NewTicker(usesEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.accounts.settleSessions(time.Now().UTC())
			h.recordUses(h.ctx, useWrite)
			h.accounts.dropExpired(h.ctx, time.Now())
		case <-h.ctx.Done():
			h.recordUses(context.WithoutCancel(h.ctx), 0)
			return
		}
	}
}

// settleSessions looks whether the clock was set back.
func (a *accounts) settleSessions(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, s := range a.sessions {
		s.settle(now)
		a.sessions[key] = s
	}
}

// recordUses writes the uses that are this much newer than what the store has. Between two batches others have their turn.
func (h *Host) recordUses(ctx context.Context, newer time.Duration) {
	for range 2 * credentialsMax / usesBatch {
		n, err := h.accounts.recordBatch(ctx, newer)
		if err != nil {
			h.log.Warn("last uses of sessions and tokens not written", "error", err)
		}
		if err != nil || n < usesBatch {
			return
		}
	}
}

// recordBatch writes some of them, and tells how many. Nobody can revoke one meanwhile, so none comes back by it.
func (a *accounts) recordBatch(ctx context.Context, newer time.Duration) (n int, err error) {
	a.lock()
	defer a.unlock()
	sessions, tokens := a.unrecorded(newer)
	if n = len(sessions) + len(tokens); n == 0 {
		return 0, nil
	}
	err = a.change(ctx, System, Act{}, func(w Writer, _ *Act) (err error) {
		for key, s := range sessions {
			err = errors.Join(err, tableSessions.put(w, key, s))
		}
		for _, t := range tokens {
			err = errors.Join(err, tableTokens.put(w, t.ID, t))
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	for key, written := range sessions {
		s := a.sessions[key] // it may have been used again
		s.recorded = written.UsedAt
		a.sessions[key] = s
	}
	for hash, written := range tokens {
		a.tokens[hash].recorded = *written.UsedAt
	}
	return n, nil
}

// unrecorded are at most usesBatch sessions and tokens whose use is this much newer than what the store has. The caller holds mu.
func (a *accounts) unrecorded(newer time.Duration) (map[string]Session, map[string]tokenRecord) {
	sessions, tokens := map[string]Session{}, map[string]tokenRecord{}
	for key, s := range a.sessions {
		if s.UsedAt.Sub(s.recorded) > newer && len(sessions) < usesBatch {
			sessions[key] = s
		}
	}
	for hash, t := range a.tokens {
		if t.UsedAt != nil && t.UsedAt.Sub(t.recorded) > newer && len(sessions)+len(tokens) < usesBatch {
			tokens[hash] = *t
		}
	}
	return sessions, tokens
}

// dropExpired deletes tokens that expired long ago, so many at a time. Nobody loses a right by it.
func (a *accounts) dropExpired(ctx context.Context, now time.Time) {
	a.lock()
	defer a.unlock()
	gone := map[string]*tokenRecord{}
	for hash, t := range a.tokens {
		if t.ExpiresAt != nil && now.Sub(*t.ExpiresAt) > expiredKept && len(gone) < usesBatch {
			gone[hash] = t
		}
	}
	if len(gone) == 0 {
		return
	}
	err := a.change(ctx, System, Act{}, func(w Writer, _ *Act) (err error) {
		w.Essential()
		for _, t := range gone {
			err = errors.Join(err, tableTokens.delete(w, t.ID))
		}
		return err
	})
	if err != nil {
		a.host.log.Warn("expired tokens not deleted", "error", err)
		return
	}
	for hash := range gone {
		delete(a.tokens, hash)
	}
}
