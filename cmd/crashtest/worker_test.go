package crashtest_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// actor does random things to objects of its own while the host lives, and knows afterwards what they may be.
type actor interface {
	// act does one thing after the other until the host is gone. Everything is reported to t, from a goroutine of its own.
	act(t *testing.T, c *client, r *rand.Rand)
	// check finds the objects, after a restart, in a state that they may be in, and goes on from that one.
	check(t *testing.T, z *zone, c *client)
	// acknowledged are the audit entries that there must be since the last call.
	acknowledged() []string
	// summary tells how much was done.
	summary() string
}

// operation is one thing that may be done now.
type operation[S comparable] struct {
	name string
	// audit is the entry that it leaves, as kind and object; "" if it changes nothing.
	audit string
	do    func(c *client) answer
	// after is the state that it leads to; between are those on the way, in which a crash may leave it.
	after   S
	between []S
}

// worker is the part of an actor that knows states. What was acknowledged is in state; while an operation has no answer, may has every
// state that it can have led to.
type worker[S comparable] struct {
	name  string
	state S
	may   []S
	// done are the entries that must be in the audit trail.
	done []string
	past []string
	// count is how often each operation was acknowledged, and had no answer.
	count map[string]*[2]int

	// choose returns an operation that must succeed in this state.
	choose func(r *rand.Rand, state S) operation[S]
	// compare returns an error unless everything is in this state, and works.
	compare func(z *zone, c *client, state S) error
	// deny returns an error for what may not be in any of these states, not even while the host settles; nil: there is nothing.
	deny func(c *client, may []S) error
}

// betweenActs is the longest pause of a worker: one whose acts are quick leaves the machine to those whose acts take a while.
const betweenActs = 100 * time.Millisecond

func (w *worker[S]) act(t *testing.T, c *client, r *rand.Rand) {
	for {
		time.Sleep(time.Duration(r.Int64N(int64(betweenActs))))
		op := w.choose(r, w.state)
		w.note("%s", op.name)
		began := time.Now()
		a := op.do(c)
		switch {
		case a.status == 0 && time.Since(began) >= callTime:
			t.Errorf("%s: %s: no answer: %v\n%s", w.name, op.name, a.err, w.history())
			fallthrough
		case a.status == 0, a.status == http.StatusAccepted, c.stopping.Load() && !a.ok(): // or a job that the host did not wait for
			w.may = append([]S{w.state, op.after}, op.between...)
			w.counts(op.name)[1]++
			w.note("  no answer, or none that says what became of it: %d %s", a.status, a.code())
			return
		case !a.ok():
			t.Errorf("%s: %s is refused: %s\n%s", w.name, op.name, a, w.history())
			w.may = append([]S{w.state, op.after}, op.between...)
			return
		}
		w.state, w.may = op.after, nil
		w.counts(op.name)[0]++
		if op.audit != "" {
			w.done = append(w.done, op.audit)
		}
	}
}

// counts are those of an operation, by the first word of its name.
func (w *worker[S]) counts(name string) *[2]int {
	if w.count == nil {
		w.count = map[string]*[2]int{}
	}
	word, _, _ := strings.Cut(name, " ")
	if w.count[word] == nil {
		w.count[word] = new([2]int)
	}
	return w.count[word]
}

// summary tells how much was done.
func (w *worker[S]) summary() string {
	text := w.name + ", acknowledged and without an answer:"
	for _, word := range slices.Sorted(maps.Keys(w.count)) {
		text += fmt.Sprintf(" %s %d+%d", word, w.count[word][0], w.count[word][1])
	}
	return text
}

// foundWithin is how long a host may take to settle after its start: it tries a version that fails some times before it leaves it.
const foundWithin = 90 * time.Second

func (w *worker[S]) check(t *testing.T, z *zone, c *client) {
	t.Helper()
	may := w.may
	if may == nil {
		may = []S{w.state}
	}
	var why string
	var denied error
	ok := eventually(func() bool {
		why = ""
		if w.deny != nil {
			if err := w.deny(c, may); err != nil {
				denied = err
				return true
			}
		}
		for _, state := range may {
			err := w.compare(z, c, state)
			if err == nil {
				w.state, w.may = state, nil
				return true
			}
			why += fmt.Sprintf("not %+v: %v\n", state, err)
		}
		return false
	})
	if denied != nil {
		t.Errorf("%s: after the restart: %v, which is of none of %+v\n%s", w.name, denied, may, w.history())
	}
	if !ok {
		t.Errorf("%s: after the restart it is\n%s%s", w.name, why, w.history())
	}
	w.note("  restarted: %+v", w.state)
}

// eventually waits for something that a host does in the background.
func eventually(fn func() bool) bool {
	for end := time.Now().Add(foundWithin); !fn(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

func (w *worker[S]) acknowledged() []string {
	done := w.done
	w.done = nil
	return done
}

const pastKept = 25

func (w *worker[S]) note(format string, args ...any) {
	w.past = append(w.past, fmt.Sprintf(format, args...))
	if len(w.past) > pastKept {
		w.past = w.past[1:]
	}
}

func (w *worker[S]) history() string {
	return "last done to " + w.name + ":\n  " + strings.Join(w.past, "\n  ")
}
