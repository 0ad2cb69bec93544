package host

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"appzone/host/audit"
)

const (
	// refusalsQueued bounds what waits to be looked at, and what waits to be written.
	refusalsQueued = 1024
	// auditBatch bounds the entries of one update.
	auditBatch = 500
	// auditHeadEvery is how often the log is told where the chain ends.
	auditHeadEvery = time.Hour
)

// refusal is an act that was denied or failed, on its way to the trail.
type refusal struct {
	entry audit.Entry
	// counted says that it is no act of anybody, and written with how often it happened.
	counted bool
}

// trail writes what is no part of a change: what failed and what was denied, in batches, and folded so that a flood neither fills the
// disk nor pushes out what matters. It also tells the log where the chain ends and removes what is too old. One goroutine owns it.
type trail struct {
	host  *Host
	queue chan refusal
	// lost counts what came faster than it was looked at.
	lost atomic.Uint64
	// verifying lets one check run at a time.
	verifying chan struct{}
	stop      chan struct{}
	stopping  sync.Once
	done      chan struct{}

	// What follows is the goroutine's.

	// strangers and members are denied apart: who has no account must not hide what somebody does who has one. So are log-ins: whoever
	// tries passwords must not hide that in a crowd of other refusals, which cost nothing.
	strangers, members, logins *folding
	// ready waits to be written; stuck says that the last attempt failed, and the next one waits for the minute's end.
	ready []audit.Entry
	stuck bool
	// base is the number of the last entry that was removed.
	base uint64
	// logged is the head that the log was told last.
	logged audit.Head
}

func newTrail(h *Host) *trail {
	return &trail{host: h, queue: make(chan refusal, refusalsQueued), verifying: make(chan struct{}, 1), stop: make(chan struct{}),
		strangers: newFolding(), members: newFolding(), logins: newFolding()}
}

// begin reads where the trail begins and starts the goroutine.
func (t *trail) begin(ctx context.Context) error {
	err := t.host.view(ctx, func(r Reader) error {
		return tableAudit.each(r, "", "", func(_ string, e audit.Entry) (bool, error) {
			t.base = e.Seq - 1
			return false, nil
		})
	})
	if err != nil {
		return err
	}
	t.done = make(chan struct{})
	go t.run()
	return nil
}

// close writes what waits, and waits for it. Nothing is recorded afterwards.
func (t *trail) close() {
	if t.done == nil {
		return
	}
	t.stopping.Do(func() { close(t.stop) })
	<-t.done
}

// record hands an act over, and does not wait.
func (t *trail) record(r refusal) {
	select {
	case t.queue <- r:
	default:
		t.lost.Add(1)
	}
}

func (t *trail) run() {
	defer close(t.done)
	minute, hour := time.NewTicker(time.Minute), time.NewTicker(auditHeadEvery)
	defer minute.Stop()
	defer hour.Stop()
	for {
		select {
		case r := <-t.queue:
			t.take(r)
			t.drain()
		case <-minute.C:
			t.endMinute()
			t.trim()
		case <-hour.C:
			t.logHead()
		case <-t.stop:
			t.drain()
			t.endMinute()
			t.write()
			t.logHead()
			return
		}
		t.write()
	}
}

// drain takes what is queued, so that it is written together.
func (t *trail) drain() {
	for range refusalsQueued {
		select {
		case r := <-t.queue:
			t.take(r)
		default:
			return
		}
	}
}

// take decides what becomes of an act. A name that is no account's may be a password in the wrong field: it is not kept.
func (t *trail) take(r refusal) {
	e := r.entry
	if e.Outcome == audit.Failed {
		t.add(e)
		return
	}
	if e.Role != "" {
		t.members.take(r, t.add)
		return
	}
	if e.Actor != "" && !t.host.accounts.knows(e.Actor) {
		r.entry.Actor = ""
	}
	if e.Kind == KindLoginRefused {
		t.logins.take(r, t.add)
		return
	}
	t.strangers.take(r, t.add)
}

func (t *trail) add(e audit.Entry) {
	if len(t.ready) == refusalsQueued {
		t.lost.Add(max(1, e.Count))
		return
	}
	t.ready = append(t.ready, e)
}

func (t *trail) endMinute() {
	t.stuck = false
	t.members.endMinute(t.add)
	t.logins.endMinute(t.add)
	t.strangers.endMinute(t.add)
	if n := t.lost.Swap(0); n > 0 {
		t.add(audit.Entry{Actor: audit.HostActor, Role: string(RoleAdmin), Kind: audit.KindLost, Outcome: audit.Failed, Count: n})
	}
}

// write adds what is ready to the chain. What cannot be written now is tried again at the minute's end.
func (t *trail) write() {
	for len(t.ready) > 0 && !t.stuck {
		n := min(len(t.ready), auditBatch)
		err := t.host.update(context.Background(), func(w Writer) error { return appendAudit(w, t.ready[:n]...) })
		if err != nil {
			t.stuck = true
			t.host.log.Error("audit entries not written", "entries", len(t.ready), "error", err)
			return
		}
		t.ready = append(t.ready[:0], t.ready[n:]...)
	}
}

// logHead tells the log where the chain ends, if that changed: a log that is kept elsewhere shows what was written anew here.
func (t *trail) logHead() {
	head, err := t.host.AuditHead(context.Background())
	if err != nil {
		t.host.log.Error("audit head not read", "error", err)
		return
	}
	if head == t.logged {
		return
	}
	t.logged = head
	t.host.log.Info("audit head", "seq", head.Seq, "hash", head.Hash)
}
