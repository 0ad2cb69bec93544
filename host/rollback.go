package host

import (
	"context"

	"appzone/host/fault"
)

// RollbackRequest is the body of POST /plugins/{id}/rollback.
type RollbackRequest struct {
	// Version is one that is kept; empty: the one that was in use before the last upgrade.
	Version string `json:"version"`
	// Data says what becomes of data, settings and what the plugin wrote beside its code; empty: [DataKeep].
	Data RollbackData `json:"data"`
}

// RollbackData is what a rollback does with what a plugin keeps.
type RollbackData string

// What a rollback does with it.
const (
	// DataKeep leaves it as it is.
	DataKeep RollbackData = "keep"
	// DataRestore puts back what there was before the last upgrade.
	DataRestore RollbackData = "restore"
)

// Rollback begins the way back to a version that is kept. It is an upgrade by itself: what is in use now is what can be gone back to
// then; but it has no trial. It does nothing where that version is installed. Errors are of kinds not found (version_not_found),
// conflict (not_installed, no_snapshot; unsigned or key for a version that only an installation with that word may let in), forbidden
// (consent_required) and invalid (settings_refused, data_unknown, and what bars a version's signature).
func (h *Host) Rollback(ctx context.Context, id string, req RollbackRequest, actor Actor) (Job, error) {
	if req.Data == "" {
		req.Data = DataKeep
	}
	if req.Data != DataKeep && req.Data != DataRestore {
		return Job{}, fault.New(fault.Invalid, "data_unknown", `what is to become of the data must be "keep" or "restore"`).WithField("data", `must be "keep" or "restore"`)
	}
	if _, err := h.planBack(ctx, id, req, actor); err != nil {
		return Job{}, err
	}
	return h.jobs.start(ctx, "rollback", id, actor, []string{stepCheck, stepFiles, stepPrepare, stepSwitch, stepStart}, func(ctx context.Context, job *liveJob) error {
		job.step(stepCheck)
		x, err := h.planBack(ctx, id, req, actor)
		if err != nil || !x.upgrades() {
			return err
		}
		return h.carryOut(ctx, job, x)
	})
}

// planBack decides what a rollback does, from the present records.
func (h *Host) planBack(ctx context.Context, id string, req RollbackRequest, actor Actor) (x exchange, err error) {
	x = exchange{actor: actor, kind: actRolledBack}
	err = h.view(ctx, func(r Reader) error {
		if x.from, err = pluginOf(r, id); err != nil {
			return err
		}
		if x.from.Installed == "" {
			return errNotInstalled(id)
		}
		former, known, err := tableFormer.find(r, id)
		if err != nil {
			return err
		}
		if x.to, err = versionBack(r, x.from, former, req.Version); err != nil || !x.upgrades() {
			return err
		}
		if err := h.checkSignature(r, x.to); err != nil { // before anything of it is prepared
			return err
		}
		isFormer := known && former.Version == x.to.Digest
		if !isFormer { // it may never have been in use: a rollback says none of the words that letting it in takes
			if err := checkPin(r, x.from, x.to, nil, actor); err != nil {
				return err
			}
		}
		if req.Data == DataRestore {
			if !isFormer || !h.hasSnapshot(id, former.Snapshot) {
				return fault.New(fault.Conflict, "no_snapshot", "there is no copy of what %q kept under version %s; go back with \"data\": \"keep\"", id, x.to.Version)
			}
			x.back = &former
		}
		if x.grants, err = grantsBack(r, x, former, isFormer); err != nil {
			return err
		}
		if _, err := h.settingsUnder(r, x); err != nil {
			return err
		}
		return nil
	})
	return x, err
}

// versionBack finds the version that a rollback names: the installed one, the former one, or the newest of that name.
func versionBack(r Reader, p Plugin, former Former, version string) (found Version, err error) {
	if version == "" && former.Version == "" {
		return found, fault.New(fault.NotFound, codeNoVersion, "plugin %q was not upgraded since it was installed; name a version of GET /api/v1/plugins/%s/versions", p.ID, p.ID)
	}
	rank := func(v Version) int {
		switch v.Digest {
		case former.Version:
			return 1
		case p.Installed:
			return 2
		}
		return 0
	}
	err = tableVersions.each(r, p.ID+"/", "", func(_ string, v Version) (bool, error) {
		if version == "" && v.Digest != former.Version || version != "" && v.Version != version {
			return true, nil
		}
		if better := rank(v) - rank(found); found.Digest == "" || better > 0 || better == 0 && v.UploadedAt.After(found.UploadedAt) {
			found = v
		}
		return true, nil
	})
	if err == nil && found.Digest == "" {
		err = errNoVersion(p.ID, version)
	}
	return found, err
}

// grantsBack are the grants of the version that is gone back to: those that it had, less what was taken back since, or what it asks
// for. More than is granted now takes the right to grant.
func grantsBack(r Reader, x exchange, former Former, isFormer bool) (*Grants, error) {
	var granted *Grants
	var more []need
	if isFormer {
		granted = former.grants(x.from.Grants)
		more = granted.beyond(x.from.Grants)
	} else {
		asked := asks(&x.to.Manifest)
		kept, err := keptGrants(r, x.from, asked)
		if err != nil {
			return nil, err
		}
		granted = kept
		if more = asked.beyond(kept); len(more) > 0 {
			granted = &asked
		}
	}
	if len(more) == 0 || x.actor.May(ScopePluginsGrant) {
		return granted, nil
	}
	e := fault.New(fault.Forbidden, "consent_required", "version %s of %q needs more than is granted now, and these credentials lack the scope plugins:grant", x.to.Version, x.from.ID)
	for _, n := range more {
		e.WithField("grants."+n.Code, "%s is needed and not granted", n.Value)
	}
	return nil, e
}
