package host

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"appzone/host/manifest"
)

// exchange is a change of the installed version: an installation, an upgrade, or a rollback that somebody asked for.
type exchange struct {
	actor Actor
	// kind is the act.
	kind string
	// from is the plugin as it was when this was decided, to the version that it gets.
	from Plugin
	to   Version
	// grants is what to gets.
	grants *Grants
	// settings replace the settings; nil: they stay.
	settings json.RawMessage
	// back is what data and settings come from, with its snapshot; nil: they stay.
	back *Former
	// start says whether to is started; nil: if the plugin is to run at that moment.
	start *bool
	// allow holds the words that were said with an installation.
	allow []Word
}

// upgrades tells whether another version is in use now.
func (x *exchange) upgrades() bool { return x.from.Installed != "" && x.from.Installed != x.to.Digest }

// isScript tells whether what comes has a process.
func (x *exchange) isScript() bool { return x.to.Manifest.Type == manifest.TypeScript }

// tries tells whether what comes has to prove itself. Who goes back has decided.
func (x *exchange) tries() bool { return x.upgrades() && x.kind == actInstalled && x.isScript() }

// copies tells whether what the plugin keeps is copied first, so that it can come back.
func (x *exchange) copies() bool {
	return x.upgrades() && x.isScript() && (x.back != nil || x.to.Manifest.Parameters.Upgrade != manifest.UpgradeOverlap)
}

// flip stops what runs, copies what it keeps, makes x.to the installed version in one transaction, and gives it a supervisor. It tells
// whether that is to be started. When it fails, what was there is there.
func (h *Host) flip(ctx context.Context, x exchange) (start bool, err error) {
	id := x.to.Plugin
	if err := h.view(ctx, func(r Reader) error {
		if err := h.checkSignature(r, x.to); err != nil {
			return err
		}
		_, err := h.settingsUnder(r, x)
		return err
	}); err != nil {
		return false, err
	}
	var bytes int64
	if x.copies() {
		if bytes, err = h.keeps(ctx, id); err == nil {
			err = h.needSnapshotSpace(id, bytes)
		}
		if err != nil {
			return false, err
		}
	}
	if start, err = h.exchange(ctx, x, bytes); err != nil {
		return false, errors.Join(asNoSpace(err), h.resume(ctx, id))
	}
	return start, nil
}

// exchange is flip from the stop on. bytes is what there is to copy.
func (h *Host) exchange(ctx context.Context, x exchange, bytes int64) (start bool, err error) {
	id := x.to.Plugin
	h.switching.RLock()
	defer h.switching.RUnlock()
	former := Former{Version: x.from.Installed, Granted: x.grants, ReplacedAt: time.Now().UTC(), Listened: h.stopFor(id, bytes)}
	h.hook("install.stopped")
	if x.copies() {
		if former.Snapshot, former.SnapshotBytes, err = h.takeSnapshot(ctx, id); err != nil {
			return false, err
		}
	}
	now, outdated, err := h.recordExchange(ctx, x, former)
	h.hook("install.flipped")
	if err != nil {
		h.dropSnapshot(id, former.Snapshot)
		return false, err
	}
	h.changeDamage(id, x.to.Digest, func(d *damage) { d.disk = nil }) // its files were written anew
	h.forgetSite(id)
	h.regulateAfter(ctx, id)
	if now.Restoring != outdated { // which finishRestoring needs
		h.dropSnapshot(id, outdated)
	}
	start = now.Desired == DesiredRunning
	return start, h.superviseInstalled(ctx, id, start)
}

// stopFor is stopSupervisor for a switch that copies so many bytes: requests wait that much longer. It tells whether the plugin took
// requests.
func (h *Host) stopFor(id string, bytes int64) (listened bool) {
	s, err := h.supervisor(id)
	if err != nil {
		return false
	}
	s.switchTime.Store(int64(switchMargin) + bytes*int64(time.Second)/snapshotPace)
	listened = s.snap.Load().Listening
	h.stopSupervisor(id)
	return listened
}

// recordExchange is the transaction. It returns the plugin as it is then, and the snapshot that is of no use any more.
func (h *Host) recordExchange(ctx context.Context, x exchange, former Former) (now Plugin, outdated string, err error) {
	id := x.to.Plugin
	act := Act{Kind: x.kind, Plugin: id, Data: map[string]any{"version": x.to.Version, "digest": x.to.Digest}}
	err = h.change(ctx, x.actor, act, func(w Writer, act *Act) error {
		p, err := pluginOf(w, id)
		if err != nil {
			return err
		}
		if err := h.adopt(w, &p, x); err != nil { // again: a key may have been revoked since
			return err
		}
		act.Before = map[string]any{"digest": p.Installed, "grants": p.Grants}
		if x.upgrades() {
			if outdated, err = h.recordFormer(w, p, former); err != nil {
				return err
			}
			p.Trial = x.tries()
		}
		if x.back != nil {
			p.Restoring = x.back.Snapshot
		}
		p.Installed, p.InstalledAt, p.DataStale = x.to.Digest, time.Now().UTC(), false
		if p.Candidate == x.to.Digest {
			p.Candidate = ""
		}
		p.Grants = grantedBy(x.grants, x.actor, p.InstalledAt)
		if x.start != nil {
			p.Desired = desiredIf(*x.start)
		}
		if err := h.changeSettings(w, x); err != nil {
			return err
		}
		act.After = map[string]any{"digest": p.Installed, "grants": p.Grants}
		err = h.savePlugin(w, &p)
		now = p
		return err
	})
	return now, outdated, err
}

// actInstalled and actRolledBack are how a version comes into use.
const (
	actInstalled  = "plugin.installed"
	actRolledBack = "plugin.rolled_back"
)

func grantedBy(g *Grants, actor Actor, at time.Time) *Grants {
	granted := Grants{}
	if g != nil {
		granted = *g
	}
	granted.GrantedBy, granted.GrantedAt = actor.User, at
	return &granted
}

// recordFormer keeps what p is now, and returns the snapshot of the record that it replaces.
func (h *Host) recordFormer(w Writer, p Plugin, former Former) (outdated string, err error) {
	old, _, err := tableFormer.find(w, p.ID)
	if err != nil {
		return "", err
	}
	st, set, err := tableSettings.find(w, p.ID)
	if err != nil {
		return "", err
	}
	if set {
		former.Settings = &st
	}
	former.Grants, former.Desired = p.Grants, p.Desired
	return old.Snapshot, tableFormer.put(w, p.ID, former)
}
