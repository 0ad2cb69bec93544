package store

import (
	"errors"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// keeper is the one goroutine that looks after a store: it collects value logs at the start
// and now and then, and gives mapped pages back after big writes and when the store is idle.
type keeper struct {
	store *Store
	woken chan struct{}
	quit  chan struct{}
	done  chan struct{}
}

const (
	trimEvery    = 30 * time.Second
	collectEvery = 10 * time.Minute
	// discardRatio is the part of a value log that must be garbage before it is rewritten.
	discardRatio = 0.3
)

func keep(s *Store) *keeper {
	k := &keeper{store: s, woken: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	go k.run()
	return k
}

// wake asks for a trim soon. It never blocks.
func (k *keeper) wake() {
	select {
	case k.woken <- struct{}{}:
	default:
	}
}

// stop ends the goroutine and waits for it: for the rewrite of one value log at most.
func (k *keeper) stop() {
	close(k.quit)
	<-k.done
}

func (k *keeper) run() {
	defer close(k.done)
	// Deletes of the last run have reached tables by now: this is when collecting finds most.
	if err := k.store.db.Flatten(1); err != nil {
		k.store.log.Warn("tables could not be merged", "error", err)
	}
	k.collect()
	k.trim()
	trim, collect := time.NewTicker(trimEvery), time.NewTicker(collectEvery)
	defer trim.Stop()
	defer collect.Stop()
	for {
		select {
		case <-k.quit:
			return
		case <-k.woken:
			k.trim()
		case <-trim.C:
			k.trim()
		case <-collect.C:
			k.collect()
		}
	}
}

// collect rewrites value logs that hold much garbage, one after the other.
func (k *keeper) collect() {
	for {
		select {
		case <-k.quit:
			return
		default:
		}
		if !k.store.collectValueLog() {
			return
		}
	}
}

// collectValueLog rewrites one value log, and returns false if there was none to rewrite.
func (s *Store) collectValueLog() bool {
	if s.failed.Load() != nil {
		return false
	}
	// The rewrite copies what is alive before it removes the old log.
	if err := s.space.require(valueLogBytes); err != nil {
		return false
	}
	err := s.db.RunValueLogGC(discardRatio)
	if err != nil && !errors.Is(err, badger.ErrNoRewrite) {
		s.log.Warn("a value log could not be collected", "error", err)
	}
	s.touched.Store(true)
	return err == nil
}

// trim gives back the pages of mapped files, unless nothing was read or written since the last time.
func (k *keeper) trim() {
	s := k.store
	if !s.touched.Swap(false) {
		return
	}
	if err := s.unmapPages(); err != nil {
		s.log.Debug("mapped pages could not be given back", "error", err)
	}
}
