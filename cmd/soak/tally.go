package main

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// failuresShown bounds the failures that are kept word for word.
const failuresShown = 20

// tally counts what was done and what went wrong.
type tally struct {
	kills, restarts, upgrades, rollbacks, replacements atomic.Int64

	mu       sync.Mutex // guards what follows
	requests int
	excused  int // failed while the plugin was down on purpose
	failed   int
	failures []string
}

func (t *tally) reset() {
	for _, n := range []*atomic.Int64{&t.kills, &t.restarts, &t.upgrades, &t.rollbacks, &t.replacements} {
		n.Store(0)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests, t.excused, t.failed, t.failures = 0, 0, 0, nil
}

// count counts one request of a plugin; wrong says what was wrong with its answer. troubled: the plugin was down on purpose.
func (t *tally) count(id, wrong string, troubled bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
	switch {
	case wrong == "":
	case troubled:
		t.excused++
	default:
		if t.failed++; len(t.failures) < failuresShown {
			t.failures = append(t.failures, id+": "+wrong)
		}
	}
}

// verdict fails when a request failed without a reason.
func (t *tally) verdict() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.requests == 0:
		return fmt.Errorf("no request was made")
	case t.failed > 0:
		return fmt.Errorf("%d requests failed that no kill had hit:\n  %s", t.failed, strings.Join(t.failures, "\n  "))
	}
	return nil
}

func (t *tally) short() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return fmt.Sprintf("%d requests, %d failed, %d excused", t.requests, t.failed, t.excused)
}

// String is the whole account.
func (t *tally) String() string {
	return fmt.Sprintf("%s\n%d programs killed, %d restarts, %d upgrades, %d rollbacks, %d plugins removed and installed again",
		t.short(), t.kills.Load(), t.restarts.Load(), t.upgrades.Load(), t.rollbacks.Load(), t.replacements.Load())
}
