package process

import (
	"context"
	"fmt"
	"sync"
	"time"

	"appzone/host/fault"
)

// freezeTime bounds the time until a whole tree stands still: a process that waits for a disk does not stop before it has its answer.
const freezeTime = 5 * time.Second

// Freeze lets the whole tree stand still, so that what it writes can be read as if it had crashed: nothing of it runs when Freeze returns. What
// it changed in a copy of its code is in Overlay.Upper by then. thaw lets it run again and must be called; Stop waits for that, Kill does not, and
// neither does the kernel when it ends something. A child that has ended is as still as can be, and the end of one that is being stopped is waited
// for. Error: freeze_failed, or ctx's.
func (p *Process) Freeze(ctx context.Context) (thaw func(), err error) {
	p.still.Lock()
	if p.stopping.Load() {
		p.still.Unlock()
		select {
		case <-p.done:
			return func() {}, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	thaw = sync.OnceFunc(func() {
		p.release()
		p.still.Unlock()
	})
	if err = p.awaitStill(ctx); err == nil && p.merged {
		err = p.spec.Jail.Overlay.collectBack()
	}
	if err != nil {
		thaw()
		return nil, fmt.Errorf("freeze %s: %w", p.spec.Name, err)
	}
	return thaw, nil
}

// awaitStill stops the tree and returns when nothing of it runs any more.
func (p *Process) awaitStill(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, freezeTime, fault.New(fault.Unavailable, "freeze_failed",
		"%s does not stand still: one of its processes has waited for a disk for %s; try again", p.spec.Name, freezeTime))
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	var f freezer
	for !f.freeze(p) {
		select {
		case <-p.done:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}
