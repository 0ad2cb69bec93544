package host

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"time"
)

// restartAfterBoot brings back the plugins that ran before, after the documented delay, which gives the contact
// centre time to boot first. As many start at once as there are cores.
func (h *Host) restartAfterBoot(ids []string) {
	if len(ids) == 0 {
		return
	}
	until := h.started.Add(h.cfg.RestartDelay)
	h.log.Info("plugins that ran before will be started", "plugins", len(ids), "at", until)
	for _, id := range ids {
		h.autoCommand(id, command{op: opWait, until: &until})
	}
	select {
	case <-time.After(time.Until(until)):
	case <-h.ctx.Done():
		return
	}
	rand.Shuffle(len(ids), func(a, b int) { ids[a], ids[b] = ids[b], ids[a] })
	queue := make(chan string)
	var workers sync.WaitGroup
	for range min(runtime.NumCPU(), len(ids)) {
		workers.Go(func() {
			for id := range queue {
				h.autoCommand(id, command{op: opAutoStart})
			}
		})
	}
	defer workers.Wait()
	defer close(queue)
	for _, id := range ids {
		select {
		case queue <- id:
		case <-h.ctx.Done():
			return
		}
		time.Sleep(jitter(20 * time.Millisecond))
	}
}

// autoCommand sends a command of the host itself. A plugin that is gone by now, or fails to start, tells so by its state.
func (h *Host) autoCommand(id string, c command) {
	if _, err := h.command(h.ctx, id, c); err != nil {
		h.log.Warn("plugin not started after boot", "plugin", id, "error", err)
	}
}
