package quickjs

import (
	"container/heap"
	"time"
)

const (
	// maxTimers bounds the timers that an instance waits for at once.
	maxTimers = 10_000
	// maxFired bounds how many timers one turn serves, so that requests come between.
	maxFired = 64
	// shortestInterval is between two calls of a timer that repeats, so that one is no endless loop.
	shortestInterval = time.Millisecond
	// longestDelay is the longest time that a timer waits.
	longestDelay = (1<<31 - 1) * time.Millisecond
)

// timers are the instance's timers, behind one of the Go runtime's. They belong to who holds the instance's lock.
type timers struct {
	instance *Instance
	queue    timerQueue
	byID     map[int32]*timer
	sequence int64
	clock    *time.Timer
	armed    time.Time // what the clock waits for; zero for nothing
}

// timer is one of them.
type timer struct {
	id       int32
	at       time.Time
	sequence int64
	interval time.Duration // 0 for once
	place    int           // in the queue
}

func (t *timers) init(i *Instance) {
	t.instance, t.byID = i, map[int32]*timer{}
	t.clock = time.AfterFunc(time.Hour, t.ring)
	t.clock.Stop()
}

func (t *timers) hostTimer(a *arguments) (value, error) {
	id, err := a.id(0)
	if err != nil || t.byID[id] != nil {
		return undefined, errArguments
	}
	ms, err := a.number(1)
	if err != nil {
		return undefined, err
	}
	if len(t.queue) >= maxTimers {
		return undefined, &thrown{"EAGAIN", "the program waits for 10000 timers already, which is the most"}
	}
	delay := time.Duration(0)
	if ms > 0 { // and no NaN
		delay = min(time.Duration(min(ms, 1e10)*float64(time.Millisecond)), longestDelay)
	}
	x := &timer{id: id, at: time.Now().Add(delay), sequence: t.sequence}
	if a.truth(2) {
		x.interval = max(delay, shortestInterval)
	}
	t.sequence++
	t.byID[id] = x
	heap.Push(&t.queue, x)
	t.arm()
	return undefined, nil
}

func (t *timers) hostUntimer(a *arguments) (value, error) {
	id, err := a.id(0)
	if x := t.byID[id]; err == nil && x != nil {
		t.remove(x)
	}
	return undefined, err
}

func (t *timers) remove(x *timer) {
	heap.Remove(&t.queue, x.place)
	delete(t.byID, x.id)
}

// arm sets the clock to the first timer. It may ring too early, and not too late.
func (t *timers) arm() {
	if len(t.queue) == 0 {
		return
	}
	if first := t.queue[0].at; t.armed.IsZero() || first.Before(t.armed) {
		t.armed = first
		t.clock.Reset(time.Until(first))
	}
}

// ring serves the timers whose time has come, on a goroutine of the clock.
func (t *timers) ring() {
	i := t.instance
	i.mu.Lock()
	defer i.mu.Unlock()
	t.armed = time.Time{}
	now := time.Now()
	for n := 0; n < maxFired && len(t.queue) > 0 && !t.queue[0].at.After(now) && i.vm.broken == nil; n++ {
		x := t.queue[0]
		if x.interval > 0 {
			x.at = now.Add(x.interval)
			heap.Fix(&t.queue, 0)
		} else {
			t.remove(x)
		}
		i.call(i.entries.fire, integer(x.id))
		i.finish()
	}
	if i.vm.broken == nil { // what is due then never comes
		t.arm()
	}
}

// timerQueue is a heap of timers, the next one first.
type timerQueue []*timer

func (q timerQueue) Len() int { return len(q) }

func (q timerQueue) Less(a, b int) bool {
	if q[a].at.Equal(q[b].at) {
		return q[a].sequence < q[b].sequence
	}
	return q[a].at.Before(q[b].at)
}

func (q timerQueue) Swap(a, b int) {
	q[a], q[b] = q[b], q[a]
	q[a].place, q[b].place = a, b
}

// Push and Pop are for package heap.
func (q *timerQueue) Push(x any) {
	t := x.(*timer)
	t.place = len(*q)
	*q = append(*q, t)
}

func (q *timerQueue) Pop() any {
	last := len(*q) - 1
	t := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return t
}
