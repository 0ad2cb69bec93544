package store

import "time"

// keeper is the one goroutine that looks after a store: it rewrites value logs at the start, after
// much was removed and now and then, and gives mapped pages back after big writes and
// when the store is idle.
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
	// muchGarbage is what Collect must have removed before deletes are settled at once.
	muchGarbage = valueLogBytes / 2
)

func keep(s *Store) *keeper {
	k := &keeper{store: s, woken: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	go k.run()
	return k
}

// wake says that much was written or removed. It never blocks.
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
	k.rewrite()
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
			k.clean()
		case <-trim.C:
			k.trim()
		case <-collect.C:
			k.clean()
		}
	}
}

// clean makes room of what was removed. When somebody still reads what was removed it finds
// nothing, and tries again the next time.
func (k *keeper) clean() {
	if k.store.garbage.Load() >= muchGarbage {
		if err := k.store.settle(); err != nil {
			k.store.log.Warn("room that was freed stays in use", "error", err)
		}
	}
	k.rewrite()
}

// rewrite rewrites value logs that hold much garbage, one after the other.
func (k *keeper) rewrite() {
	for {
		select {
		case <-k.quit:
			return
		default:
		}
		if !k.store.rewriteValueLog() {
			return
		}
	}
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
