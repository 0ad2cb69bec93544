package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/tree"
)

// An upgrade that overlaps starts the new version beside the one that runs, on the same data, and lets it take over when it is ready.
// The plugin's manifest asks for it, and promises to cope: two instances share its data folder for a while, and there is no copy of the
// data to go back to. What such a plugin writes beside its code is each instance's own, and gone with it.

// ahead is what instances are started from before their version is the installed one.
type ahead struct {
	plugin   Plugin // as it will be
	version  Version
	settings Settings
}

// overlapping is the supervisor beside which x.to is started, nil where x is no upgrade that overlaps: both are scripts, the one runs,
// and so shall the other.
func (h *Host) overlapping(x *exchange) *supervisor {
	if !x.upgrades() || !x.isScript() || x.back != nil || x.to.Manifest.Parameters.Upgrade != manifest.UpgradeOverlap || x.start != nil && !*x.start {
		return nil
	}
	old, err := h.supervisor(x.to.Plugin)
	if err != nil || old.snap.Load().State != Running {
		return nil
	}
	return old
}

// overlap starts x.to beside old and lets it take over. Until it is ready nothing is changed, and the job can be cancelled.
func (h *Host) overlap(ctx context.Context, job *liveJob, x exchange, old *supervisor) error {
	id := x.to.Plugin
	progress := job.step(stepStart)
	a, err := h.aheadOf(ctx, x)
	if err != nil {
		return err
	}
	next := newSupervisor(h, a.plugin, a.version, old.log, true, h.trialAhead(x, old))
	next.ahead.Store(a)
	next.quiet.Store(true)
	h.setBeside(id, x.grants)
	defer h.endBeside(ctx, id)
	err = beside(next.do(ctx, command{op: opStart, judged: true}), x.to)
	if err == nil && old.snap.Load().Listening && !next.snap.Load().Listening {
		err = fault.New(fault.Invalid, "not_ready", "version %s of %q does not take requests, and the version that runs does; that one goes on", x.to.Version, id)
	}
	if err != nil {
		for _, line := range next.lastLines() {
			progress.Output(line)
		}
		next.close()
		return err
	}
	h.hook("overlap.ready")
	job.step(stepSwitch)
	if err := h.takeOver(job.pastUndo(ctx), x, old, next); err != nil {
		return err
	}
	h.encodeLater(id)
	return nil
}

// beside says of a start beside the version that runs that it failed, and that nothing else happened.
func beside(err error, v Version) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind == fault.Internal {
		return err
	}
	e := *f
	e.Message = fmt.Sprintf("version %s of %q did not take over, and the version that runs goes on: %s", v.Version, v.Plugin, f.Message)
	return &e
}

// aheadOf is what an instance of x.to is started from.
func (h *Host) aheadOf(ctx context.Context, x exchange) (*ahead, error) {
	a := &ahead{plugin: x.from, version: x.to}
	err := h.view(ctx, func(r Reader) error {
		st, err := h.settingsUnder(r, x)
		if err != nil {
			return err
		}
		if st != nil {
			a.settings = *st
			return nil
		}
		a.settings, _, err = tableSettings.find(r, x.to.Plugin)
		return err
	})
	a.plugin.Installed, a.plugin.Desired = x.to.Digest, DesiredRunning
	a.plugin.Grants = grantedBy(x.grants, x.actor, time.Now().UTC())
	return a, err
}

// trialAhead is the trial of a version that is started beside old.
func (h *Host) trialAhead(x exchange, old *supervisor) trial {
	t := newTrial(x.tries(), x.to.Digest)
	t.listens = old.snap.Load().Listening
	return t
}

// takeOver makes next the plugin's supervisor and x.to its installed version, and ends old once its requests have ended. If somebody
// stopped the plugin meanwhile, it is stopped.
func (h *Host) takeOver(ctx context.Context, x exchange, old, next *supervisor) error {
	id := x.to.Plugin
	taken, err := h.flipBeside(ctx, x, old, next)
	if err != nil || !taken {
		next.close()
		if err != nil {
			return asNoSpace(err)
		}
		h.stopSupervisor(id)
		return h.superviseInstalled(ctx, id, false)
	}
	h.setBeside(id, x.from.Grants)
	h.regulateAfter(ctx, id)
	old.close()
	h.hook("overlap.ended")
	if p, v, err := h.installed(ctx, id); err == nil {
		if err := h.forgetPrepared(p, v); err != nil {
			h.log.Warn("what was prepared before is not removed", "plugin", id, "error", err)
		}
	}
	return nil
}

// flipBeside is the transaction, and the change of the supervisor, in one for whoever starts or stops the plugin meanwhile. It tells
// whether next took over.
func (h *Host) flipBeside(ctx context.Context, x exchange, old, next *supervisor) (taken bool, err error) {
	id := x.to.Plugin
	h.switching.RLock()
	defer h.switching.RUnlock()
	old.asking.Lock()
	defer old.asking.Unlock()
	former := Former{Version: x.from.Installed, Granted: x.grants, ReplacedAt: time.Now().UTC(), Listened: old.snap.Load().Listening}
	now, outdated, err := h.recordExchange(ctx, x, former)
	h.hook("install.flipped")
	if err != nil {
		return false, err
	}
	h.forgetSite(id)
	h.dropSnapshot(id, outdated)
	if now.Desired != DesiredRunning {
		return false, nil
	}
	old.quiet.Store(true)
	next.ahead.Store(nil)
	next.quiet.Store(false)
	if !h.replaceSupervisor(id, func() *supervisor { return next }) {
		return false, errShuttingDown()
	}
	old.stop() // its commands go to next from here on
	return true, nil
}

// setBeside notes what the other of two instances was granted.
func (h *Host) setBeside(id string, g *Grants) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.beside[id] = g
}

// endBeside ends what setBeside began.
func (h *Host) endBeside(ctx context.Context, id string) {
	h.mu.Lock()
	delete(h.beside, id)
	h.mu.Unlock()
	h.regulateAfter(ctx, id)
}

// layAlone fills the folder of an instance that writes beside its code for itself alone: with what an administrator put there, and a
// version before that kept it.
func (h *Host) layAlone(ctx context.Context, l *launch) error {
	kept := h.dirs.plugin(l.plugin.ID).overlay
	if !l.manifest.UsesNode() || l.overlay.overlay == kept {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(l.overlay.overlay), 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	_, err := tree.Copy(ctx, kept, l.overlay.overlay)
	return asNoSpace(err)
}
