package host

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"appzone/host/fault"
	"appzone/host/logs"
	"appzone/host/tree"
)

// Start, Stop and Restart begin a job that ends when the plugin is where it should be. They are idempotent: a second
// one joins what is under way.

// Start asks for the plugin to run.
func (h *Host) Start(ctx context.Context, id string, actor Actor) (Job, error) {
	return h.operate(ctx, "start", id, actor, command{op: opStart, desired: DesiredRunning})
}

// Stop asks for the plugin to be stopped. Requests in flight may end within its grace.
func (h *Host) Stop(ctx context.Context, id string, actor Actor) (Job, error) {
	return h.operate(ctx, "stop", id, actor, command{op: opStop, desired: DesiredStopped})
}

// Restart stops the plugin, if it runs, and starts it.
func (h *Host) Restart(ctx context.Context, id string, actor Actor) (Job, error) {
	return h.operate(ctx, "restart", id, actor, command{op: opRestart, desired: DesiredRunning})
}

// operate persists what is desired and sends the command. A stop is not queued behind a start that takes long: these
// jobs do not take the plugin's lock.
func (h *Host) operate(ctx context.Context, kind, id string, actor Actor, c command) (Job, error) {
	_, v, err := h.installed(ctx, id)
	if err != nil {
		return Job{}, err
	}
	if c.desired == DesiredRunning {
		if err := h.checkStartNow(ctx, v); err != nil {
			return Job{}, err
		}
	}
	if _, err := h.supervisor(id); err != nil {
		return Job{}, err
	}
	return h.jobs.startFree(ctx, kind, id, actor, []string{kind}, func(ctx context.Context, job *liveJob) error {
		ctx = job.pastUndo(ctx)
		if err := h.commandFor(ctx, id, c, job.step(kind)); err != nil {
			return err
		}
		return h.noted(h.change(ctx, actor, Act{Kind: "plugin." + kind, Plugin: id}, nil))
	})
}

// Uninstall stops the plugin and takes it out of use; its versions are kept. keepData keeps its private data,
// settings and what it wrote beside its code.
func (h *Host) Uninstall(ctx context.Context, id string, keepData bool, actor Actor) (Job, error) {
	if _, _, err := h.installed(ctx, id); err != nil {
		return Job{}, err
	}
	return h.jobs.start(ctx, "uninstall", id, actor, []string{"stop", "switch", "remove"}, func(ctx context.Context, job *liveJob) error {
		ctx = job.pastUndo(ctx)
		job.step("stop")
		if err := h.takeOut(ctx, job, id, keepData, actor); err != nil {
			return errors.Join(asNoSpace(err), h.resume(ctx, id))
		}
		return nil
	})
}

// takeOut is the uninstallation from the stop on. An error means that the plugin is still in use.
func (h *Host) takeOut(ctx context.Context, job *liveJob, id string, keepData bool, actor Actor) error {
	h.switching.RLock()
	defer h.switching.RUnlock()
	h.stopSupervisor(id)
	h.hook("uninstall.stopped")
	job.step("switch")
	if !keepData { // first, so that what it counted is not written down again
		h.forgetGate(id)
	}
	if err := h.unflip(ctx, id, keepData, actor); err != nil {
		return err
	}
	h.replaceSupervisor(id, nil)
	h.regulateAfter(ctx, id)
	h.hook("uninstall.flipped")
	h.forgetSite(id)
	job.step("remove")
	return h.removeFolders(id, keepData)
}

// unflip takes the plugin out of use in one transaction: its version becomes the candidate again.
func (h *Host) unflip(ctx context.Context, id string, keepData bool, actor Actor) error {
	return h.change(ctx, actor, Act{Kind: "plugin.uninstalled", Plugin: id, Data: map[string]any{"keepData": keepData}}, func(w Writer, _ *Act) error {
		w.Essential()
		p, err := pluginOf(w, id)
		if err != nil {
			return err
		}
		if p.Candidate == "" {
			p.Candidate = p.Installed
		}
		p.Installed, p.Desired, p.Trial = "", DesiredStopped, false
		p.DataStale = !keepData
		if !keepData {
			p.Grants, p.Edits, p.Restoring = nil, Edits{}, ""
			if err := errors.Join(tableSettings.delete(w, id), tableUses.delete(w, id), tableFormer.delete(w, id)); err != nil {
				return err
			}
		}
		return h.savePlugin(w, &p)
	})
}

// removeFolders deletes what an installed plugin has on the disk.
func (h *Host) removeFolders(id string, keepData bool) error {
	d := h.dirs.plugin(id)
	gone := []string{d.versions, d.work, d.app}
	if !keepData {
		gone = append(gone, d.data, d.overlay, d.snapshots)
	}
	for _, dir := range gone {
		h.verifier.Forget(dir)
		if err := tree.RemoveAll(dir); err != nil {
			return fmt.Errorf("remove %s: %w", filepath.Base(dir), err)
		}
	}
	return nil
}

// Remove deletes the plugin with everything that belongs to it. An installed plugin is refused unless force.
func (h *Host) Remove(ctx context.Context, id string, force bool, actor Actor) error {
	release, err := h.jobs.exclusive(ctx, id)
	if err != nil {
		return err
	}
	defer release()
	ctx = context.WithoutCancel(ctx)
	var p Plugin
	err = h.view(ctx, func(r Reader) error {
		p, err = pluginOf(r, id)
		return err
	})
	if err != nil {
		return err
	}
	if p.Installed != "" && !force {
		return fault.New(fault.Conflict, "installed", "plugin %q is installed; uninstall it first, or remove it with ?force=true", id)
	}
	if err := h.delete(ctx, p, actor); err != nil {
		return errors.Join(asNoSpace(err), h.resume(ctx, id))
	}
	h.tidyLater()
	return nil
}

// delete is Remove from the stop on. An error means that the plugin is still there; folders that are, are removed by tidy.
func (h *Host) delete(ctx context.Context, p Plugin, actor Actor) error {
	id := p.ID
	h.switching.RLock()
	defer h.switching.RUnlock()
	h.stopSupervisor(id)
	h.forgetGate(id)
	h.hook("remove.stopped")
	if err := h.deletePlugin(ctx, p, actor); err != nil {
		return err
	}
	h.replaceSupervisor(id, nil)
	h.regulateAfter(ctx, id)
	h.hook("remove.recorded")
	h.forgetSite(id)
	h.forgetMeter(id)
	h.verifier.Forget(h.dirs.plugin(id).root)
	if err := errors.Join(tree.RemoveAll(h.dirs.plugin(id).root), logs.Remove(filepath.Join(h.dirs.logs, id))); err != nil {
		h.log.Error("folders of a removed plugin are left", "plugin", id, "error", err)
	}
	return nil
}

// deletePlugin deletes every record of the plugin, and takes it from everybody who was given it.
func (h *Host) deletePlugin(ctx context.Context, p Plugin, actor Actor) error {
	a := h.accounts
	a.lock()
	defer a.unlock()
	var forgotten func()
	err := a.change(ctx, actor, Act{Kind: "plugin.removed", Plugin: p.ID, Data: map[string]any{"name": p.Name}}, func(w Writer, _ *Act) (err error) {
		w.Essential()
		if err := deleteRecords(w, p.ID); err != nil {
			return err
		}
		forgotten, err = a.forgetPlugin(w, p.ID)
		return err
	})
	if err == nil {
		forgotten()
	}
	return err
}

// deleteRecords deletes the plugin's own records.
func deleteRecords(w Writer, id string) error {
	var versions []string
	err := tableVersions.each(w, id+"/", "", func(key string, _ Version) (bool, error) {
		versions = append(versions, key)
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, key := range versions {
		if err := tableVersions.delete(w, key); err != nil {
			return err
		}
	}
	if err := errors.Join(tableSettings.delete(w, id), tableUses.delete(w, id), tableFormer.delete(w, id)); err != nil {
		return err
	}
	return tablePlugins.delete(w, id)
}
