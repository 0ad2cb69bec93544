package host

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	// usesEvery is how often the uses of tokens are looked at; one is written when it is useWrite newer than what the store has.
	usesEvery = time.Minute
	useWrite  = 5 * time.Minute
	// usesBatch bounds the tokens of one update.
	usesBatch = 500
	// expiredKept is how long an expired token is still shown.
	expiredKept = 7 * 24 * time.Hour
)

// keepTokens is the goroutine that writes down when tokens were last used, and deletes those that expired long ago. A request waits
// for neither: the store is written without the accounts' lock.
func (h *Host) keepTokens() {
	tick := time.NewTicker(usesEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			h.recordUses(h.ctx, useWrite)
			h.dropExpired(h.ctx, time.Now())
		case <-h.ctx.Done():
			h.recordUses(context.WithoutCancel(h.ctx), 0)
			return
		}
	}
}

// recordUses writes the uses that are this much newer than what the store has.
func (h *Host) recordUses(ctx context.Context, newer time.Duration) {
	a := h.accounts
	a.mu.Lock()
	var due []tokenRecord
	for _, t := range a.tokens {
		if t.UsedAt != nil && t.UsedAt.Sub(t.recorded) > newer {
			due = append(due, *t)
		}
	}
	a.mu.Unlock()
	for batch := range slices.Chunk(due, usesBatch) {
		err := h.update(ctx, func(w Writer) error {
			for _, t := range batch {
				_, still, err := tableTokens.find(w, t.ID)
				if still { // it was not revoked meanwhile
					err = tableTokens.put(w, t.ID, t)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			h.log.Warn("last uses of tokens not written", "error", err)
			return
		}
		a.mu.Lock()
		for _, t := range batch {
			if now := a.tokens[t.Hash]; now != nil {
				now.recorded = *t.UsedAt
			}
		}
		a.mu.Unlock()
	}
}

// dropExpired deletes the tokens that expired long ago. Nobody loses a right by it.
func (h *Host) dropExpired(ctx context.Context, now time.Time) {
	a := h.accounts
	var gone []*tokenRecord
	a.mu.Lock()
	for _, t := range a.tokens {
		if t.ExpiresAt != nil && now.Sub(*t.ExpiresAt) > expiredKept {
			gone = append(gone, t)
		}
	}
	a.mu.Unlock()
	for batch := range slices.Chunk(gone, usesBatch) {
		err := h.update(ctx, func(w Writer) (err error) {
			w.Essential()
			for _, t := range batch {
				err = errors.Join(err, tableTokens.delete(w, t.ID))
			}
			return err
		})
		if err != nil {
			h.log.Warn("expired tokens not deleted", "error", err)
			return
		}
		a.mu.Lock()
		for _, t := range batch {
			delete(a.tokens, t.Hash)
		}
		a.mu.Unlock()
	}
}
