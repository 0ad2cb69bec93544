package host

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Event is one thing that happened: a change that somebody made, or a transition of a plugin's state.
type Event struct {
	// Seq grows by one with each event of this installation.
	Seq  uint64    `json:"seq"`
	Time time.Time `json:"time"`
	// Type is "plugin.uploaded", "plugin.state", "job.progress" ...
	Type   string `json:"type"`
	Plugin string `json:"plugin,omitempty"`
	// Actor is who did it, "host" for the host itself.
	Actor string `json:"actor"`
	// Data depends on Type.
	Data map[string]any `json:"data,omitempty"`
}

// MayFollow is the one place that decides who is told of an event, live or later: of one about a plugin, whoever may read plugins; of any
// other, which is about people and what they log in with, whoever may manage staff.
func (a Actor) MayFollow(e Event) bool {
	if e.Plugin == "" {
		return a.May(ScopeStaffManage)
	}
	return a.May(ScopePluginsRead)
}

// Is tells whether the event's type is one of these: names, or beginnings of names that end in "*". None at all are every type.
func (e Event) Is(types []string) bool {
	return len(types) == 0 || slices.ContainsFunc(types, func(t string) bool {
		start, open := strings.CutSuffix(t, "*")
		return t == e.Type || open && strings.HasPrefix(e.Type, start)
	})
}

const (
	// eventsKept bounds the events in the store.
	eventsKept = 10_000
	// eventsBuffered bounds what one slow subscriber may be behind.
	eventsBuffered = 256
	// eventsQueued bounds what waits to be written.
	eventsQueued = 4096
	// eventsFlush is how long an event may wait to be written with others.
	eventsFlush = 200 * time.Millisecond
)

func eventKey(seq uint64) string { return fmt.Sprintf("%020d", seq) }

// Bus numbers events, hands them to subscribers at once and writes them to the store in batches.
// A crash can lose the last 200 ms of the history, never a change itself: changes are records.
type Bus struct {
	store Store
	queue chan Event
	done  chan struct{}

	mu   sync.Mutex // guards what follows
	seq  uint64
	subs map[*Subscription]bool
	// saved is closed, and made anew, when events were written to the store.
	saved chan struct{}
	shut  bool
}

// Subscription receives events until it is closed.
type Subscription struct {
	// C is closed when the subscription ends; Lost tells whether it fell behind.
	C chan Event
	// Start is the number of the last event that was kept before the subscription.
	Start uint64
	bus   *Bus
	lost  bool
}

func openBus(ctx context.Context, s Store, logErr func(error)) (*Bus, error) {
	b := &Bus{store: s, queue: make(chan Event, eventsQueued), done: make(chan struct{}), subs: map[*Subscription]bool{}, saved: make(chan struct{})}
	err := s.View(ctx, func(r Reader) error {
		return tableEvents.eachBack(r, "", "", func(_ string, e Event) (bool, error) {
			b.seq = e.Seq
			return false, nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read last event: %w", err)
	}
	go b.write(logErr)
	return b, nil
}

// Publish numbers e, hands it out and queues it for the store. It never blocks on a subscriber.
func (b *Bus) Publish(e Event) {
	b.publish(e, true)
}

// Announce hands e out without keeping it: progress that is worth nothing later.
func (b *Bus) Announce(e Event) {
	b.publish(e, false)
}

func (b *Bus) publish(e Event, keep bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shut {
		return
	}
	if keep {
		b.seq++
	}
	e.Seq = b.seq
	if e.Time.IsZero() {
		e.Time = time.Now().UTC()
	}
	for s := range b.subs {
		select {
		case s.C <- e:
		default: // too slow: it must resume from the store
			s.lost = true
			b.drop(s)
		}
	}
	if keep {
		select {
		case b.queue <- e:
		default: // the disk is far behind; the change itself is a record of its own
		}
	}
}

// Subscribe starts a subscription for what is published from now on.
func (b *Bus) Subscribe() *Subscription {
	s := &Subscription{C: make(chan Event, eventsBuffered), bus: b}
	b.mu.Lock()
	defer b.mu.Unlock()
	s.Start = b.seq
	if b.shut {
		close(s.C)
		return s
	}
	b.subs[s] = true
	return s
}

// Close ends the subscription. It may be called twice.
func (s *Subscription) Close() {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	s.bus.drop(s)
}

// Lost tells whether the subscription was ended because it fell behind.
func (s *Subscription) Lost() bool {
	s.bus.mu.Lock()
	defer s.bus.mu.Unlock()
	return s.lost
}

// drop ends s; the caller holds mu.
func (b *Bus) drop(s *Subscription) {
	if b.subs[s] {
		delete(b.subs, s)
		close(s.C)
	}
}

// Last is the number of the newest event, which may not be in the store yet; 0 for none.
func (b *Bus) Last() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seq
}

// Saved is closed when events are written to the store next. Who looks into the store after the call and finds nothing waits for it.
func (b *Bus) Saved() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.saved
}

// tellSaved wakes those who wait for events in the store.
func (b *Bus) tellSaved() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.saved)
	b.saved = make(chan struct{})
}

// Since returns stored events after seq, oldest first, at most limit, of one plugin or of all.
func (b *Bus) Since(ctx context.Context, seq uint64, plugin string, limit int) ([]Event, error) {
	var out []Event
	err := b.store.View(ctx, func(r Reader) error {
		return tableEvents.each(r, "", eventKey(seq), func(_ string, e Event) (bool, error) {
			if plugin == "" || e.Plugin == plugin {
				out = append(out, e)
			}
			return len(out) < limit, nil
		})
	})
	return out, err
}

// Before returns stored events before seq (0: from the newest), newest first.
func (b *Bus) Before(ctx context.Context, seq uint64, plugin string, limit int) ([]Event, error) {
	var out []Event
	before := ""
	if seq > 0 {
		before = eventKey(seq)
	}
	err := b.store.View(ctx, func(r Reader) error {
		return tableEvents.eachBack(r, "", before, func(_ string, e Event) (bool, error) {
			if plugin == "" || e.Plugin == plugin {
				out = append(out, e)
			}
			return len(out) < limit, nil
		})
	})
	return out, err
}

// write is the bus's goroutine: it collects what arrives within eventsFlush into one update.
func (b *Bus) write(logErr func(error)) {
	defer close(b.done)
	for e := range b.queue {
		batch := []Event{e}
		timer := time.NewTimer(eventsFlush)
		for len(batch) < 500 {
			select {
			case e, ok := <-b.queue:
				if ok {
					batch = append(batch, e)
					continue
				}
			case <-timer.C:
			}
			break
		}
		timer.Stop()
		if err := b.save(batch); err != nil {
			logErr(err)
		}
		b.tellSaved()
	}
}

func (b *Bus) save(batch []Event) error {
	return b.store.Update(context.Background(), func(w Writer) error {
		for _, e := range batch {
			if err := tableEvents.put(w, eventKey(e.Seq), e); err != nil {
				return err
			}
			if e.Seq > eventsKept {
				if err := tableEvents.delete(w, eventKey(e.Seq-eventsKept)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// close ends every subscription, writes what is queued and waits for it.
func (b *Bus) close() {
	b.mu.Lock()
	if !b.shut {
		b.shut = true
		for s := range b.subs {
			b.drop(s)
		}
		close(b.queue)
	}
	b.mu.Unlock()
	<-b.done
}
