package host

import (
	"context"
	"time"
)

const (
	// webhookPage is how many events are read from the store at once.
	webhookPage = 100
	// webhookSave is how often, at most, it is written how far a receiver has got. What it got since is sent again after a crash.
	webhookSave = time.Second
	// webhookSaveSkipped is the same where it only passed over what it does not want, which costs nothing but a look.
	webhookSaveSkipped = time.Minute
	// webhookPause is the wait after the store failed.
	webhookPause = 5 * time.Second
)

// webhookSender sends events to one receiver, one after the other. Its goroutine has rec as it was when it began: a change begins another one.
type webhookSender struct {
	hub  *webhookHub
	live *webhookLive
	rec  webhookRecord
	// saved is how far the store knows, and savedAt since when.
	saved   webhookState
	savedAt time.Time
}

// run sends until ctx ends, or the host switches the webhook off.
func (s *webhookSender) run(ctx context.Context) {
	defer s.save()
	for ctx.Err() == nil {
		more := s.hub.host.bus.Saved()
		page, err := s.hub.host.bus.Since(ctx, s.state().Seq, "", webhookPage)
		if err != nil {
			if ctx.Err() == nil {
				s.hub.host.log.Error("events not read for a webhook", "webhook", s.rec.ID, "error", err)
			}
			sleep(ctx, webhookPause)
			continue
		}
		if len(page) == 0 {
			s.idle(ctx, more)
			continue
		}
		for _, e := range page {
			if !s.deliver(ctx, e) {
				return
			}
		}
	}
}

// idle waits for further events, and saves meanwhile how far the receiver has got.
func (s *webhookSender) idle(ctx context.Context, more <-chan struct{}) {
	due := time.NewTimer(time.Until(s.saveDue()))
	defer due.Stop()
	select {
	case <-more:
	case <-due.C:
		s.save()
	case <-ctx.Done():
	}
}

// saveDue is when it is to be saved how far the receiver has got.
func (s *webhookSender) saveDue() time.Time {
	state, passed := s.state(), s.saved
	if passed.Seq, passed.TriedSince = state.Seq, state.TriedSince; state == passed {
		return s.savedAt.Add(webhookSaveSkipped)
	}
	return s.savedAt.Add(webhookSave)
}

// state is a copy of how it went.
func (s *webhookSender) state() webhookState {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return s.live.state
}

// deliver is done with e when it returns true; else the sender has to end.
func (s *webhookSender) deliver(ctx context.Context, e Event) bool {
	s.missed(e.Seq)
	if !s.rec.wants(e) {
		s.change(func(st *webhookState) { st.skip(e.Seq) })
		return true
	}
	for {
		a, answer, _ := s.hub.attempt(ctx, &s.rec, e)
		if ctx.Err() != nil {
			return false // broken off: it counts for nothing
		}
		if answer.Taken() {
			s.change(func(st *webhookState) { st.taken(e.Seq, a.Time, answer.Status) }, a)
			s.hub.host.hook("webhook.delivered")
			if !time.Now().Before(s.saveDue()) {
				s.save()
			}
			return true
		}
		var wait time.Duration
		var off string
		s.change(func(st *webhookState) { wait, off = st.failed(e.Seq, a, answer.RetryAfter) }, a)
		s.save()
		if off != "" && s.switchOff(ctx, off) {
			return false
		}
		if !sleep(ctx, wait) {
			return false
		}
		if s.state().Seq >= e.Seq {
			s.hub.host.log.Warn("an event is given up: its receiver did not take it for a day", "webhook", s.rec.ID, "seq", e.Seq)
			return true
		}
	}
}

// missed counts events that were removed from the store before their turn came.
func (s *webhookSender) missed(seq uint64) {
	s.change(func(st *webhookState) {
		if st.Seq+1 < seq {
			st.Dropped += seq - st.Seq - 1
		}
	})
}

// change changes how it went, and notes attempts.
func (s *webhookSender) change(fn func(*webhookState), attempts ...WebhookAttempt) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	fn(&s.live.state)
	for _, a := range attempts {
		s.live.note(a)
	}
}

// save writes how it went, so that it goes on from there after a restart. A failure is made up for by the next time.
func (s *webhookSender) save() {
	state := s.state()
	if s.savedAt = time.Now(); state == s.saved {
		return
	}
	err := s.hub.host.update(context.Background(), func(w Writer) error { return tableDeliveries.put(w, s.rec.ID, state) })
	if err != nil {
		s.hub.host.log.Error("not written how far the receiver of a webhook is", "webhook", s.rec.ID, "error", err)
		s.savedAt = s.savedAt.Add(webhookPause)
		return
	}
	s.saved = state
}

// switchOff disables the webhook, and tells whether it is.
func (s *webhookSender) switchOff(ctx context.Context, reason string) bool {
	h := s.hub.host
	act := Act{Kind: "webhook.disabled", Subject: s.rec.ID, Data: map[string]any{"reason": reason}}
	err := h.change(ctx, System, act, func(w Writer, _ *Act) error {
		w.Essential()
		rec, err := findWebhook(w, s.rec.ID, s.rec.Revision)
		if err != nil {
			return err
		}
		rec.Enabled, rec.DisabledReason = false, reason
		rec.Revision++
		rec.UpdatedAt = time.Now().UTC()
		return tableWebhooks.put(w, rec.ID, rec)
	})
	if err != nil {
		h.log.Error("a webhook whose receiver fails is not switched off", "webhook", s.rec.ID, "error", err)
		return false
	}
	s.change(func(st *webhookState) { st.NextAt = time.Time{} })
	return true
}

// sleep waits, and tells whether it did so to the end.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
