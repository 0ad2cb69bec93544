package host

import (
	"context"
	"errors"
	"fmt"

	"appzone/host/fault"
)

// codeRolledBack is how an upgrade ends whose version did not get ready: the former one is in use again.
const codeRolledBack = "rolled_back"

// startOrGoBack starts the version that came with x. When it fails its trial by that, the former version comes back, with its data as it
// was.
func (h *Host) startOrGoBack(ctx context.Context, x exchange, progress Progress) error {
	id := x.to.Plugin
	err := h.commandFor(ctx, id, command{op: opStart, judged: true}, progress)
	if err == nil || !h.leaving(id) {
		return err
	}
	why := fault.From(err).Message
	back, again := h.goBack(ctx, id, x.to.Digest, why, true)
	if back == nil {
		return errors.Join(err, again)
	}
	e := fault.Wrap(err, fault.Invalid, codeRolledBack, "version %s of %q was taken back, and version %s is %s: %s", x.to.Version, id, back.to.Version, back.is(), why)
	if again != nil {
		e.Message += fmt.Sprintf("; version %s did not start either: %s", back.to.Version, fault.From(again).Message)
	}
	return e
}

// leaving tells whether the plugin's version failed its trial.
func (h *Host) leaving(id string) bool {
	s, err := h.supervisor(id)
	return err == nil && s.snap.Load().leaving
}

// leave is the host's own way back from a version that failed its trial: a job, so that people see it.
func (h *Host) leave(id string, version Digest, why string) {
	_, err := h.jobs.start(h.ctx, "rollback", id, System, []string{stepSwitch, stepStart}, func(ctx context.Context, job *liveJob) error {
		job.step(stepSwitch)
		back, err := h.goBack(job.pastUndo(ctx), id, version, why, false)
		if back != nil {
			job.step(stepStart).Output(fmt.Sprintf("version %s is %s: %s", back.to.Version, back.is(), why))
		}
		return err
	})
	if err != nil && h.ctx.Err() == nil { // it is tried again after the next start that fails
		h.log.Error("no way back from a version that failed its trial", "plugin", id, "error", err)
	}
}

// wayBack is where goBack went.
type wayBack struct {
	to      Version
	started bool
}

func (b *wayBack) is() string {
	if b.started {
		return "running again"
	}
	return "installed again"
}

// goBack makes the former version the installed one again, with what was granted, set and kept then, if version is still the
// installed one and on trial. What that has written is discarded with its data. It then starts the former version, if it is to run; an
// error beside a result is that of this start. atOnce says that the upgrade itself comes to this end: a plugin that was stopped before
// is again. Where there is no way back, the version stays as it is, and its trial is over.
//
// The caller holds the plugin's lock.
func (h *Host) goBack(ctx context.Context, id string, version Digest, why string, atOnce bool) (*wayBack, error) {
	p, err := h.pluginOnTrial(ctx, id, version)
	if err != nil || p == nil {
		return nil, err
	}
	if err := h.view(ctx, func(r Reader) error {
		_, _, err := h.formerOf(r, id)
		return err
	}); err != nil {
		_, stays := h.command(ctx, id, command{op: opKeep})
		return nil, errors.Join(err, stays)
	}
	back, err := h.changeBack(ctx, *p, why, atOnce)
	if err != nil {
		return nil, errors.Join(asNoSpace(err), h.afterFailedWayBack(ctx, id, version))
	}
	if !back.started {
		return back, nil
	}
	_, err = h.command(ctx, id, command{op: opAutoStart})
	return back, err
}

// afterFailedWayBack lets the former version run, if it is the installed one by now, and else leaves the other one stopped: to start it
// would only lead here again.
func (h *Host) afterFailedWayBack(ctx context.Context, id string, version Digest) error {
	if p, _, err := h.installed(ctx, id); err != nil || p.Installed != version {
		return errors.Join(err, h.resume(ctx, id))
	}
	return h.superviseInstalled(ctx, id, false)
}

// changeBack is goBack without the start.
func (h *Host) changeBack(ctx context.Context, p Plugin, why string, atOnce bool) (*wayBack, error) {
	id := p.ID
	h.switching.RLock()
	defer h.switching.RUnlock()
	h.stopSupervisor(id)
	h.hook("rollback.stopped")
	var back wayBack
	var now Plugin
	act := Act{Kind: actRolledBack, Plugin: id, Data: map[string]any{"cause": why}}
	err := h.change(ctx, System, act, func(w Writer, act *Act) (err error) {
		now, back.to, err = h.recordBack(w, p.ID, why, atOnce, act)
		return err
	})
	h.hook("rollback.flipped")
	if err != nil {
		return nil, err
	}
	h.forgetSite(id)
	h.regulateAfter(ctx, id)
	h.log.Warn("a version failed its trial and was taken back", "plugin", id, "from", p.Installed, "to", now.Installed, "cause", why)
	back.started = now.Desired == DesiredRunning
	return &back, h.superviseInstalled(ctx, id, back.started)
}

// pluginOnTrial is the plugin, nil if version is not on trial any more.
func (h *Host) pluginOnTrial(ctx context.Context, id string, version Digest) (*Plugin, error) {
	p, _, err := h.installed(ctx, id)
	switch {
	case isNotInstalled(err):
		return nil, nil //nolint:nilnil // somebody took it out meanwhile
	case err != nil:
		return nil, err
	case p.Installed != version || !p.Trial:
		return nil, nil //nolint:nilnil // somebody upgraded it meanwhile
	}
	return &p, nil
}

// faultFindings tell of a version that was taken back before.
func faultFindings(v Version) []Finding {
	if v.Fault == "" {
		return nil
	}
	return []Finding{{Severity: SeverityHigh, Code: codeRolledBack, Message: "This version was in use before, and was taken back: " + v.Fault}}
}

// faultMax bounds what a version's record says about why it was taken back, in bytes.
const faultMax = 1000

// recordBack is the transaction.
func (h *Host) recordBack(w Writer, id, why string, atOnce bool, act *Act) (p Plugin, to Version, err error) {
	if p, err = pluginOf(w, id); err != nil {
		return p, to, err
	}
	former, to, err := h.formerOf(w, id)
	if err != nil {
		return p, to, err
	}
	bad, err := tableVersions.get(w, versionKey(id, p.Installed))
	if err != nil {
		return p, to, err
	}
	bad.Fault = cut(why, faultMax)
	act.Data["version"], act.Data["digest"], act.Data["from"] = to.Version, to.Digest, bad.Version
	act.Before = map[string]any{"digest": p.Installed, "grants": p.Grants}
	p.Installed, p.Trial, p.Restoring = former.Version, false, former.Snapshot
	p.Grants = former.grants(p.Grants)
	if atOnce && former.Desired == DesiredStopped {
		p.Desired = DesiredStopped
	}
	act.After = map[string]any{"digest": p.Installed, "grants": p.Grants}
	if former.Snapshot == "" { // else the record goes once the data is back
		err = tableFormer.delete(w, id)
	}
	err = errors.Join(err, tableVersions.put(w, versionKey(id, bad.Digest), bad), h.settingsBack(w, id, former), h.savePlugin(w, &p))
	return p, to, err
}

// formerOf is what can be gone back to; nothing brings back what a revoked key signed.
func (h *Host) formerOf(r Reader, id string) (f Former, v Version, err error) {
	if f, err = tableFormer.get(r, id); err != nil {
		return f, v, fmt.Errorf("read what was in use before: %w", err)
	}
	if v, err = tableVersions.get(r, versionKey(id, f.Version)); err != nil {
		return f, v, fmt.Errorf("read the former version: %w", err)
	}
	return f, v, h.checkSignature(r, v)
}

// settingsBack puts the settings of then in the place of the present ones.
func (h *Host) settingsBack(w Writer, id string, former Former) error {
	now, set, err := tableSettings.find(w, id)
	if err != nil || !set && former.Settings == nil {
		return err
	}
	st := Settings{}
	if former.Settings != nil {
		st = *former.Settings
	}
	st.Revision = now.Revision + 1
	return tableSettings.put(w, id, st)
}
