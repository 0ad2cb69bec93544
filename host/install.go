package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"appzone/host/fault"
	"appzone/host/tree"
)

// InstallRequest is the body of POST /plugins/{id}/install.
type InstallRequest struct {
	// Version names the version; empty: the candidate, else the installed one.
	Version string `json:"version"`
	// Grants is what is agreed to; absent: what was granted before.
	Grants GrantChoice `json:"grants"`
	// Settings replace the settings, if they are there: for a version that refuses those of the former one. An omitted secret stays.
	Settings json.RawMessage `json:"settings"`
	// Allow holds the explicit words that the plan asks for: an install without them is refused.
	Allow []Word `json:"allow"`
	// Start starts a script plugin at the end; absent: if its former version ran.
	Start *bool `json:"start"`
}

// The steps of an installation.
const (
	stepCheck   = "check"
	stepFiles   = "files"
	stepPrepare = "prepare"
	stepSwitch  = "switch"
	stepStart   = "start"
)

// Install begins the installation that plan etag describes. It fails at once when anything moved since the plan
// was made, or when consent is missing.
func (h *Host) Install(ctx context.Context, id string, req InstallRequest, etag string, actor Actor) (Job, error) {
	if etag == "" {
		return Job{}, fault.New(fault.Required, "if_match_required", "send the ETag of GET /api/v1/plugins/%s/plan as If-Match, so that exactly what was seen is installed", id)
	}
	if _, _, _, err := h.agree(ctx, id, req, etag, actor); err != nil {
		return Job{}, err
	}
	return h.jobs.start(ctx, "install", id, actor, []string{stepCheck, stepFiles, stepPrepare, stepSwitch, stepStart},
		func(ctx context.Context, job *liveJob) error { return h.install(ctx, job, id, req, etag, actor) })
}

// agree checks the request against the present plan and the actor's rights, and returns what will be granted.
func (h *Host) agree(ctx context.Context, id string, req InstallRequest, etag string, actor Actor) (p Plugin, v Version, grants *Grants, err error) {
	err = h.view(ctx, func(r Reader) error {
		p, v, err = choose(r, id, req.Version)
		if err != nil {
			return err
		}
		if err := h.checkSignature(r, v); err != nil {
			return err
		}
		old, err := installedVersion(r, p)
		if err != nil {
			return err
		}
		plan, err := h.planOf(r, p, old, v)
		if err != nil {
			return err
		}
		if etag != plan.ETag {
			return fault.New(fault.Precondition, "plan_changed", "the plan of %q changed since it was read; read GET /api/v1/plugins/%s/plan again and decide anew", id, id)
		}
		uses, err := h.usesOf(r, id)
		if err != nil {
			return err
		}
		before, err := keptGrants(r, p, plan.Requested)
		if err != nil {
			return err
		}
		grants = req.Grants.resolve(plan.Requested, before, func() *Grants { return p.Grants.narrowed(uses) })
		if err := checkGrants(v.Manifest, grants); err != nil {
			return err
		}
		if err := consent(id, plan, req.Grants, grants, p.Grants, actor); err != nil {
			return err
		}
		if err := checkWords(plan, req.Allow); err != nil {
			return err
		}
		if err := checkPin(r, p, v, req.Allow, actor); err != nil {
			return err
		}
		return h.checkSettings(r, id, old, v, req.Settings)
	})
	return p, v, grants, err
}

// consent refuses new grants by an actor who may not grant, and silence about what the version asks for beyond what
// was granted. Who may grant, and says what, may grant less than is asked for.
func consent(id string, plan Plan, said GrantChoice, grants, before *Grants, actor Actor) error {
	decided := said.Grants != nil || said.Observe > 0
	if missing := plan.Requested.beyond(grants); len(missing) > 0 && (!decided || !actor.May(ScopePluginsGrant)) {
		e := fault.New(fault.Forbidden, "consent_required", "plugin %q asks for more than is granted; an administrator who read the plan can agree with \"grants\": \"requested\"", id)
		for _, n := range missing {
			e.WithField("grants."+n.Code, "%s is asked for and not granted", n.Value)
		}
		return e
	}
	if len(grants.beyond(before)) > 0 && !actor.May(ScopePluginsGrant) {
		return fault.New(fault.Forbidden, "consent_required", "plugin %q asks for more than is granted, and these credentials lack the scope plugins:grant; the version waits as a candidate", id)
	}
	return nil
}

// install is the job. Until the switch nothing that runs is touched; the switch is one transaction.
func (h *Host) install(ctx context.Context, job *liveJob, id string, req InstallRequest, etag string, actor Actor) error {
	job.step(stepCheck)
	p, v, grants, err := h.agree(ctx, id, req, etag, actor)
	if err != nil {
		return err
	}
	return h.carryOut(ctx, job, exchange{actor: actor, kind: actInstalled, from: p, to: v, grants: grants, settings: req.Settings, start: req.Start, allow: req.Allow})
}

// carryOut makes the files of x.to ready beside what runs, makes the switch, and starts what came.
func (h *Host) carryOut(ctx context.Context, job *liveJob, x exchange) error {
	id := x.to.Plugin
	h.setInstalling(id, true)
	defer h.setInstalling(id, false)
	if err := h.needSpace(x.to.FileBytes); err != nil {
		return err
	}
	if x.from.DataStale { // a crash came between the decision to delete it and the deletion
		if err := h.removeFolders(id, false); err != nil {
			return err
		}
	}
	if err := h.makeReady(ctx, job, &x); err != nil {
		return err
	}
	h.hook("install.prepared")
	if old := h.overlapping(&x); old != nil {
		return h.overlap(ctx, job, x, old)
	}
	job.step(stepSwitch)
	if err := ctx.Err(); err != nil {
		return err
	}
	// From here on the job is not cancelled half way: stop and flip belong together.
	ctx = job.pastUndo(ctx)
	start, err := h.flip(ctx, x)
	if err != nil {
		return err
	}
	h.encodeLater(id)
	progress := job.step(stepStart)
	if !start || !x.isScript() {
		return nil
	}
	return h.startOrGoBack(ctx, x, progress)
}

// makeReady writes the files of x.to, and lets the runtime make it runnable. A version that is gone back to has both.
func (h *Host) makeReady(ctx context.Context, job *liveJob, x *exchange) error {
	if !x.isScript() {
		return nil
	}
	staged := h.staged(x.from, x.to)
	staged.InstallScripts, staged.Egress = x.grants != nil && x.grants.InstallScripts, x.grants.reaches()
	progress := job.step(stepFiles)
	if x.kind == actRolledBack && x.to.Prepared != "" && h.verifyFiles(ctx, x.to, staged) == nil {
		return nil
	}
	if err := h.place(ctx, progress, &x.to, staged); err != nil {
		return err
	}
	return h.prepare(ctx, job.step(stepPrepare), &x.to, &staged)
}

// place writes the version's files for a child to read, unless they are there already.
func (h *Host) place(ctx context.Context, progress Progress, v *Version, s Staged) error {
	index, err := h.index(v.Index)
	if err != nil {
		return err
	}
	entries := codeEntries(index)
	changes, err := h.verifier.Check(ctx, s.CodeDir, entries)
	if err == nil && len(changes) == 0 {
		return nil
	}
	h.verifier.Forget(s.CodeDir)
	done := 0
	err = tree.Place(ctx, s.CodeDir, entries, func(e tree.Entry) (io.ReadCloser, error) {
		done++
		progress.Percent(100 * done / len(entries))
		return h.openBlob(Digest(e.SHA256))
	})
	if err != nil {
		return h.notPlaced(ctx, v, asNoSpace(fmt.Errorf("write files: %w", err)))
	}
	h.hook("install.placed")
	return nil
}

// preparedPrefix begins the name of a folder with what a runtime made of a version.
const preparedPrefix = "prepared-"

// prepare lets the runtime make the version runnable and records what it made, file by file. That is done in a new
// folder: what is in use, maybe of this very version, is left alone whatever happens (row A10).
func (h *Host) prepare(ctx context.Context, progress Progress, v *Version, s *Staged) error {
	rt, err := h.runtimeOf(&v.Manifest)
	if err != nil {
		return err
	}
	in := preparedPrefix + newID(time.Now())
	s.PreparedDir = filepath.Join(filepath.Dir(s.CodeDir), in)
	if err := os.MkdirAll(s.PreparedDir, 0o700); err != nil {
		return asNoSpace(fmt.Errorf("make prepared folder: %w", err))
	}
	err = rt.Prepare(ctx, *s, progress)
	if err == nil {
		err = h.recordPrepared(ctx, v, in, s.PreparedDir)
	}
	if err != nil {
		return asNoSpace(errors.Join(err, tree.RemoveAll(s.PreparedDir)))
	}
	return nil
}

// recordPrepared makes the folder named in what the version is started from.
func (h *Host) recordPrepared(ctx context.Context, v *Version, in, dir string) error {
	entries, err := tree.Snapshot(ctx, dir)
	if err != nil {
		return fmt.Errorf("record prepared files: %w", err)
	}
	batch := h.cfg.Store.Blobs().NewBatch()
	defer batch.Close()
	made, err := putJSON(batch, entries)
	if err != nil {
		return err
	}
	if err := batch.Commit(); err != nil {
		return err
	}
	h.hook("install.recorded")
	return h.update(ctx, func(w Writer) error {
		now, err := tableVersions.get(w, versionKey(v.Plugin, v.Digest)) // its index may have been replaced meanwhile
		if err != nil {
			return err
		}
		now.Prepared, now.PreparedIn = made, in
		*v = now
		return tableVersions.put(w, versionKey(v.Plugin, v.Digest), now)
	})
}

// forgetPrepared removes what was prepared before, or by an attempt that failed, and code that was half written when the host was killed.
// Nothing may run or start meanwhile.
func (h *Host) forgetPrepared(p Plugin, v Version) error {
	dir := filepath.Dir(h.staged(p, v).CodeDir)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if name := e.Name(); strings.HasPrefix(name, "code.") || strings.HasPrefix(name, preparedPrefix) && name != v.PreparedIn {
			h.verifier.Forget(filepath.Join(dir, e.Name()))
			err = errors.Join(err, tree.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// staged says where the version's files lie.
func (h *Host) staged(p Plugin, v Version) Staged {
	dir := h.dirs.plugin(v.Plugin).version(v.Digest)
	m := v.Manifest
	return Staged{Plugin: v.Plugin, Version: v.Version, Manifest: &m, CodeDir: filepath.Join(dir, "code"), PreparedDir: filepath.Join(dir, v.PreparedIn),
		InstallScripts: p.Grants != nil && p.Grants.InstallScripts, Egress: p.Grants.reaches() || v.Prepared != ""}
}

// codeEntries are the version's files as they lie on disk.
func codeEntries(index []File) []tree.Entry {
	out := make([]tree.Entry, 0, len(index))
	for _, f := range index {
		out = append(out, tree.Entry{Path: f.Path, Size: f.Size, SHA256: string(f.SHA256)})
	}
	return out
}

// asNoSpace makes a full disk an explained error.
func asNoSpace(err error) error {
	if err != nil && (errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)) {
		return fault.Wrap(err, fault.NoSpace, "disk_full", "the disk is full; make room below the data folder and try again")
	}
	return err
}

// isNoSpace tells whether err says that the disk is full.
func isNoSpace(err error) bool { return err != nil && fault.From(err).Kind == fault.NoSpace }
