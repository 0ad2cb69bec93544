package logs

import (
	"context"
	"fmt"
	"time"
)

const (
	// followBatch is how many lines a follower takes from memory at once.
	followBatch = 256
	// farewell is how long a follower's reader may take to fetch the last lines when the log closes.
	farewell = time.Second
)

// Follow returns the last tail lines (at most [MaxTail]) and then every line as it comes, none twice and none left
// out. A reader so slow that lines are no longer in memory loses them, and gets a line of the host that says
// how many. The channel is closed when ctx ends or the log closes.
func (l *Log) Follow(ctx context.Context, tail int) <-chan Line {
	tail = min(tail, MaxTail)
	out := make(chan Line, 64)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		close(out)
		return out
	}
	// What was said so far and the place in the stream are taken under one lock: nothing falls between.
	f := &follower{log: l, out: out, woken: make(chan struct{}, 1), next: l.next}
	recent, first := l.recent(tail), l.ring.first(l.next)
	l.readers[f.woken] = struct{}{}
	l.group.Go(func() {
		defer close(out)
		defer l.leave(f.woken)
		lines, err := l.complete(recent, first, tail)
		if err != nil {
			f.send(ctx, f.note(first-1, "older lines could not be read: %v", err))
		}
		if f.sendAll(ctx, lines) {
			f.run(ctx)
		}
	})
	return out
}

func (l *Log) leave(woken chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.readers, woken)
}

// follower carries lines to one reader. It keeps no lines of its own but a batch.
type follower struct {
	log   *Log
	out   chan<- Line
	woken chan struct{}
	next  uint64      // the line that the reader gets next
	late  *time.Timer // runs from the moment the log closes
}

func (f *follower) run(ctx context.Context) {
	for {
		lines, closed := f.batch()
		if !f.sendAll(ctx, lines) {
			return
		}
		if len(lines) > 0 {
			continue
		}
		if closed {
			return
		}
		select {
		case <-f.woken:
		case <-f.log.done:
		case <-ctx.Done():
			return
		}
	}
}

// batch takes the next lines from memory, and tells whether no more will come after them.
func (f *follower) batch() (lines []Line, closed bool) {
	f.log.mu.Lock()
	defer f.log.mu.Unlock()
	if first := f.log.ring.first(f.log.next); f.next < first {
		lines = append(lines, f.note(first-1, "%d lines were left out: the reader is too slow", first-f.next))
		f.next = first
	}
	fresh := f.log.ring.from(f.next, followBatch)
	f.next += uint64(len(fresh))
	return append(lines, fresh...), f.log.closed
}

// note is a line of the host for this reader alone. It has the number of the last line that it stands for.
func (f *follower) note(seq uint64, format string, args ...any) Line {
	return Line{Seq: seq, Time: time.Now().Round(0).UTC(), Stream: Host, Text: fmt.Sprintf(format, args...)}
}

func (f *follower) sendAll(ctx context.Context, lines []Line) bool {
	for _, l := range lines {
		if !f.send(ctx, l) {
			return false
		}
	}
	return true
}

// send waits for the reader, but not for one that stopped reading when the log closes.
func (f *follower) send(ctx context.Context, l Line) bool {
	select {
	case f.out <- l:
		return true
	case <-ctx.Done():
		return false
	case <-f.log.done:
	}
	if f.late == nil {
		f.late = time.NewTimer(farewell)
	}
	select {
	case f.out <- l:
		return true
	case <-ctx.Done():
	case <-f.late.C:
	}
	return false
}
