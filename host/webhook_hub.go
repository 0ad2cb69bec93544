package host

import (
	"context"
	"net/http"
	"slices"
	"sync"
)

// webhookAttemptsKept bounds the attempts that are shown of each webhook.
const webhookAttemptsKept = 50

// webhookHub knows how the deliveries of each webhook went, and owns the goroutines that send.
type webhookHub struct {
	host      *Host
	transport http.RoundTripper
	// changing lets one webhook be changed at a time. It is taken before mu.
	changing sync.Mutex
	ctx      context.Context
	cancel   context.CancelFunc
	sending  sync.WaitGroup
	// tests bounds the test messages that are under way.
	tests chan struct{}

	mu     sync.Mutex // guards what follows
	known  map[string]*webhookLive
	closed bool
}

// webhookLive is what is known of one webhook. mu of the hub guards it.
type webhookLive struct {
	state    webhookState
	attempts []WebhookAttempt // the oldest first
	// stop ends the goroutine that sends, and done is closed by it; nil where none does.
	stop context.CancelFunc
	done chan struct{}
}

// openWebhooks begins to send what receivers have not got yet.
func openWebhooks(ctx context.Context, h *Host) (*webhookHub, error) {
	hub := &webhookHub{host: h, transport: h.cfg.Outward, known: map[string]*webhookLive{}, tests: make(chan struct{}, webhookTestsAtOnce)}
	hub.ctx, hub.cancel = context.WithCancel(context.Background())
	var ids []string
	err := h.view(ctx, func(r Reader) error {
		return tableWebhooks.each(r, "", "", func(id string, _ webhookRecord) (bool, error) {
			ids = append(ids, id)
			return len(ids) < webhooksMax, nil
		})
	})
	for _, id := range ids {
		if err == nil {
			err = hub.start(ctx, id)
		}
	}
	return hub, err
}

// start knows a webhook as the store has it, and lets it send if it is enabled.
func (b *webhookHub) start(ctx context.Context, id string) error {
	var rec webhookRecord
	var state webhookState
	var ok, begun bool
	err := b.host.view(ctx, func(r Reader) (err error) {
		if rec, ok, err = tableWebhooks.find(r, id); err == nil {
			state, begun, err = tableDeliveries.find(r, id)
		}
		return err
	})
	if err != nil {
		return err
	}
	last := b.host.bus.Last()
	if !begun || state.Seq > last { // after a restore, or a crash that lost the last events
		state.begin(last)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if !ok || b.closed {
		delete(b.known, id)
		return nil
	}
	live := b.known[id]
	if live == nil {
		live = &webhookLive{}
		b.known[id] = live
	}
	if live.state = state; !rec.Enabled {
		return nil
	}
	done := make(chan struct{})
	ctx, live.stop = context.WithCancel(b.ctx)
	live.done = done
	s := &webhookSender{hub: b, live: live, rec: rec}
	b.sending.Go(func() {
		defer close(done)
		s.run(ctx)
	})
	return nil
}

// stop ends the sending of a webhook and waits for it.
func (b *webhookHub) stop(id string) {
	b.mu.Lock()
	live := b.known[id]
	if live == nil || live.stop == nil {
		b.mu.Unlock()
		return
	}
	stop, done := live.stop, live.done
	live.stop, live.done = nil, nil
	b.mu.Unlock()
	stop()
	<-done
}

// paused runs fn while the webhook does not send, and lets it go on as fn left it. An attempt that is under way is broken off, and made again.
func (b *webhookHub) paused(ctx context.Context, id string, fn func() error) error {
	b.changing.Lock()
	defer b.changing.Unlock()
	b.stop(id)
	err := fn()
	if bad := b.start(context.WithoutCancel(ctx), id); bad != nil {
		b.host.log.Error("a webhook does not send until it is changed or the host starts again", "webhook", id, "error", bad)
	}
	return err
}

// close ends all sending and waits for it.
func (b *webhookHub) close() {
	b.mu.Lock()
	b.closed = true
	b.mu.Unlock()
	b.cancel()
	b.sending.Wait()
	if t, ok := b.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// deliveries is how it went with a webhook.
func (b *webhookHub) deliveries(id string) WebhookDeliveries {
	b.mu.Lock()
	defer b.mu.Unlock()
	if live := b.known[id]; live != nil {
		return live.state.view()
	}
	return WebhookDeliveries{}
}

// note keeps an attempt to be shown. The caller holds mu.
func (l *webhookLive) note(a WebhookAttempt) {
	if len(l.attempts) == webhookAttemptsKept {
		l.attempts = slices.Delete(l.attempts, 0, 1)
	}
	l.attempts = append(l.attempts, a)
}

// WebhookAttempts are the last 50 attempts of a webhook since the host started, newest first.
func (h *Host) WebhookAttempts(ctx context.Context, id string) ([]WebhookAttempt, error) {
	if _, err := h.webhookOf(ctx, id); err != nil {
		return nil, err
	}
	b := h.webhooks
	b.mu.Lock()
	defer b.mu.Unlock()
	items := []WebhookAttempt{}
	if live := b.known[id]; live != nil {
		items = append(items, live.attempts...)
	}
	slices.Reverse(items)
	return items, nil
}
