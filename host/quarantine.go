package host

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"appzone/host/audit"
)

// quarantineWait is how long a change of the keys waits for what it stops.
const quarantineWait = 10 * time.Second

// barring are the installed plugins that one key signed, with what bars them, as it was at one moment.
type barring map[string]*bar

// barredBy finds the plugins whose installed version the key signed.
func (h *Host) barredBy(r Reader, k TrustedKey) (barring, error) {
	out := barring{}
	err := tablePlugins.each(r, "", "", func(id string, p Plugin) (bool, error) {
		if p.Installed == "" {
			return true, nil
		}
		v, err := tableVersions.get(r, versionKey(id, p.Installed))
		if err == nil && v.Signature.PublicKey == k.PublicKey {
			out[id], err = h.barOf(r, v)
		}
		return true, err
	})
	return out, err
}

// isolation is what a change of a key does to plugins: some go into quarantine, and some come out of it.
type isolation struct {
	host  *Host
	actor Actor
	acts  []Act
	stop  []string
}

// around makes, with what write does, the entries of the audit trail for what changes with the key.
func (i *isolation) around(w Writer, k TrustedKey, write func() error) error {
	before, err := i.host.barredBy(w, k)
	if err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	after, err := i.host.barredBy(w, k)
	if err != nil {
		return err
	}
	i.acts, i.stop = nil, nil
	for id, b := range after {
		switch was := before[id]; {
		case b != nil && was == nil:
			i.acts = append(i.acts, Act{Kind: "plugin.quarantined", Plugin: id, Data: map[string]any{"reason": b.reason}})
			i.stop = append(i.stop, id)
		case b == nil && was != nil:
			i.acts = append(i.acts, Act{Kind: "plugin.released", Plugin: id})
		}
	}
	slices.SortFunc(i.acts, func(a, b Act) int { return strings.Compare(a.Plugin, b.Plugin) })
	entries := make([]audit.Entry, 0, len(i.acts))
	for _, act := range i.acts {
		entries = append(entries, newAuditEntry(i.actor, act, audit.Done))
	}
	return appendAudit(w, entries...)
}

// enforce lets it hold: nothing is served any more by what is remembered, and what runs is cut off. It returns when that is done, or goes
// on without its caller: a plugin that is being switched to another version just now gets there a little later.
func (i *isolation) enforce(ctx context.Context) {
	h := i.host
	h.forgetSites()
	for _, act := range i.acts {
		h.publish(i.actor, act.Kind, act.Plugin, act.event())
	}
	if len(i.stop) == 0 {
		return
	}
	done := make(chan struct{})
	if !h.inBackground(func() {
		defer close(done)
		h.cutOff(i.stop)
	}) {
		return
	}
	patience := time.NewTimer(quarantineWait)
	defer patience.Stop()
	select {
	case <-done:
	case <-patience.C:
	case <-ctx.Done():
	}
}

// cutOff ends what runs of these plugins at once, side by side, and lets them be stopped from now on.
func (h *Host) cutOff(ids []string) {
	var all sync.WaitGroup
	for _, id := range ids {
		if _, err := h.supervisor(id); err != nil {
			continue // pages have no process
		}
		all.Go(func() {
			if _, err := h.command(h.ctx, id, command{op: opCut, desired: DesiredStopped}); err != nil && h.ctx.Err() == nil {
				h.log.Error("a plugin in quarantine is not known to be stopped", "plugin", id, "error", err)
			}
		})
	}
	all.Wait()
}

// barredAtBoot tells whether a plugin that ran before must not come back, and logs why.
func (h *Host) barredAtBoot(ctx context.Context, p Plugin) bool {
	_, v, err := h.installed(ctx, p.ID)
	if err == nil {
		err = h.checkStartNow(ctx, v)
	}
	if err != nil {
		h.log.Warn("plugin ran before and does not come back", "plugin", p.ID, "error", err)
	}
	return err != nil
}
