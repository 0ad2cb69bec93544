package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"appzone/host/doctor"
	"appzone/host/fault"
	"appzone/host/manifest"
	"appzone/host/process"
	"appzone/host/secret"
	"appzone/host/settings"
	"appzone/host/tree"
)

// refusals are the findings of starts that are refused with a code, and what to do then.
var refusals = map[string]struct {
	code doctor.Code
	fix  string
}{
	codeWallMissing:            {doctor.PluginWallMissing, "give the machine what the wall needs (area walls of this report), or take the wall out of XC_REQUIRE_WALLS"},
	codeFilesChanged:           {doctor.PluginFilesChanged, "find out who wrote in the data folder, then install the plugin again: appzone plugin install %[1]s"},
	settings.CodeInvalid:       {doctor.PluginSettings, "correct its settings: appzone plugin settings %[1]s"},
	settings.CodeSchemaInvalid: {doctor.PluginSettings, "upload a version with a schema that can be used: appzone plugin upload"},
	secret.CodeMissing:         {doctor.PluginSecretMissing, "add the key that sealed its secrets as a further line of XC_SECRET_KEY_FILE and start the host again, or set them anew: appzone plugin settings %[1]s"},
	secret.CodeDamaged:         {doctor.PluginSecretMissing, "set its secrets anew: appzone plugin settings %[1]s"},
	codeRuntimeMissing:         {doctor.PluginRuntime, "install what its runtime needs (area runtimes of this report), then: appzone plugin start %[1]s"},
	codeDataFull:               {doctor.PluginDataFull, "raise its limit dataMB (PATCH /api/v1/plugins/%[1]s), or remove files that it does not need any more"},
}

// checkPlugins tells which plugins do not run, or would not start, and why.
func (h *Host) checkPlugins(ctx context.Context) ([]doctor.Finding, error) {
	var all []Plugin
	err := h.view(ctx, func(r Reader) error {
		return tablePlugins.each(r, "", "", func(_ string, p Plugin) (bool, error) {
			if p.Installed != "" {
				all = append(all, p)
			}
			return true, ctx.Err()
		})
	})
	var out []doctor.Finding
	for _, p := range all {
		if err != nil {
			break
		}
		var found []doctor.Finding
		found, err = h.checkPlugin(ctx, p)
		out = append(out, found...)
		err = errors.Join(err, ctx.Err())
	}
	if err == nil && !slices.ContainsFunc(out, func(f doctor.Finding) bool { return f.Level != doctor.OK }) {
		out = append(out, doctor.PluginsOK.Good(fmt.Sprintf("%d installed plugins can run", len(all)), ""))
	}
	return out, err
}

// checkPlugin looks at one installed plugin.
func (h *Host) checkPlugin(ctx context.Context, p Plugin) ([]doctor.Finding, error) {
	var v Version
	var s standing
	var takenBack Version // the newest one
	err := h.view(ctx, func(r Reader) (err error) {
		if v, err = tableVersions.get(r, versionKey(p.ID, p.Installed)); err != nil {
			return err
		}
		if s, err = standingOf(r, v.Signature); err != nil {
			return err
		}
		return tableVersions.each(r, p.ID+"/", "", func(_ string, other Version) (bool, error) {
			if other.Fault != "" && other.UploadedAt.After(v.UploadedAt) && other.UploadedAt.After(takenBack.UploadedAt) {
				takenBack = other
			}
			return true, nil
		})
	})
	if errors.Is(err, ErrNoRecord) {
		return []doctor.Finding{doctor.PluginRefused.Bad(fmt.Sprintf("plugin %q is installed in a version that is not there", p.ID), string(p.Installed),
			"upload and install it again: appzone plugin install").Of(p.ID)}, nil
	}
	if err != nil {
		return nil, err
	}
	var out []doctor.Finding
	if takenBack.Fault != "" {
		out = append(out, doctor.PluginRolledBack.Warn(fmt.Sprintf("the host took version %s of plugin %q back", takenBack.Version, p.ID), takenBack.Fault,
			"repair that version and upload it again: appzone plugin logs "+p.ID+" has what it said").Of(p.ID))
	}
	if p.Restoring != "" {
		out = append(out, doctor.PluginRestoring.Warn(fmt.Sprintf("the data of plugin %q is being put back", p.ID), "it starts when that is done",
			"wait; if this stays, make room on the disk and start the host again").Of(p.ID))
	}
	out = append(out, h.checkSigned(p, v, s)...)
	if p.Trial {
		out = append(out, doctor.PluginTrial.Good(fmt.Sprintf("version %s of plugin %q has still to prove itself", v.Version, p.ID), "").Of(p.ID))
	}
	if v.Manifest.Type == manifest.TypeScript {
		out = append(out, h.checkScript(ctx, p, v)...)
	}
	return out, nil
}

// checkSigned tells of an installed version whose signature is worth nothing, or less than this host requires.
func (h *Host) checkSigned(p Plugin, v Version, s standing) []doctor.Finding {
	const again = "install a version that a trusted key signed: appzone plugin install; or uninstall it: appzone plugin uninstall "
	title := fmt.Sprintf("version %s of plugin %q is %s", v.Version, p.ID, s.state)
	switch {
	case s.state == Revoked:
		return []doctor.Finding{doctor.PluginSignature.Bad(title, s.key.revocation(), again+p.ID).Of(p.ID)}
	case s.state == Modified:
		return []doctor.Finding{doctor.PluginSignature.Bad(title, "it is not what was signed: "+v.Signature.Broken, again+p.ID).Of(p.ID)}
	case s.state != Signed && h.cfg.RequireSignature:
		return []doctor.Finding{doctor.PluginSignature.Bad(title, "XC_REQUIRE_SIGNATURE asks for a trusted signature",
			again+p.ID+"; or trust its publisher's key: appzone key trust, or take XC_REQUIRE_SIGNATURE back").Of(p.ID)}
	}
	return nil
}

// checkScript tells why a script does not run, or would not start.
func (h *Host) checkScript(ctx context.Context, p Plugin, v Version) []doctor.Finding {
	st := h.statusOf(p, p.Edits.apply(v.Manifest))
	if p.Restoring == "" && (st.State == Stopped || st.State == Failed || st.State == BackingOff) {
		if f, refused := h.wouldNotStart(ctx, p, v); refused {
			return []doctor.Finding{f}
		}
	}
	if st.State != Failed && st.State != BackingOff {
		return nil
	}
	detail := "its last start failed"
	if e := st.LastExit; e != nil {
		detail = e.Cause
		if e.Hint != "" {
			detail += "; " + e.Hint
		}
	}
	fix := fmt.Sprintf("read what it said (appzone plugin logs %[1]s), repair its cause, then: appzone plugin start %[1]s", p.ID)
	if st.State == BackingOff {
		return []doctor.Finding{doctor.PluginCrashing.Warn(fmt.Sprintf("plugin %q crashes, and waits to be started again", p.ID), detail, fix).Of(p.ID)}
	}
	return []doctor.Finding{doctor.PluginFailed.Bad(fmt.Sprintf("plugin %q has failed", p.ID), detail, fix).Of(p.ID)}
}

// wouldNotStart tries what a start does before there is a process.
func (h *Host) wouldNotStart(ctx context.Context, p Plugin, v Version) (doctor.Finding, bool) {
	err := h.tryLaunch(ctx, p, v)
	if err == nil || ctx.Err() != nil {
		return doctor.Finding{}, false
	}
	f := fault.From(err)
	why, known := refusals[f.Code]
	if !known {
		why.code, why.fix = doctor.PluginRefused, "do what the detail says, then: appzone plugin start %[1]s"
	}
	detail := f.Message
	for _, field := range f.Fields {
		detail += "; " + field.Field + " " + field.Message
	}
	if f.Code == "internal" {
		detail = err.Error() // of the disk, and of no secret
	}
	return why.code.Bad(fmt.Sprintf("plugin %q does not start", p.ID), detail, fmt.Sprintf(why.fix, p.ID)).Of(p.ID), true
}

// tryLaunch is what can be told of a start without making anything. That a signature bars it, [Host.checkSigned] tells.
func (h *Host) tryLaunch(ctx context.Context, p Plugin, v Version) error {
	m, rt, err := h.launchable(p, v)
	if err != nil {
		return err
	}
	if problem := rt.Info(ctx).Problem; problem != "" {
		return fault.New(fault.Unavailable, codeRuntimeMissing, "its runtime %s is not usable: %s", rt.Name(), problem)
	}
	if err := h.admit(&v.Manifest); err != nil {
		return err
	}
	if err := h.verifyFiles(ctx, v, h.staged(p, v)); err != nil {
		return err
	}
	if _, err := h.deliverSettings(ctx, p.ID, v); err != nil {
		return err
	}
	return h.checkRoom(p.ID, limitsOf(&m))
}

// checkRoom refuses a plugin whose data has reached its limit.
func (h *Host) checkRoom(id string, l process.Limits) error {
	d := h.dirs.plugin(id)
	used := int64(0)
	for _, dir := range []string{d.data, d.overlay} {
		n, _, err := tree.Usage(dir)
		if err != nil && !errors.Is(err, os.ErrPermission) {
			return err
		}
		used += n
	}
	if l.DataBytes > 0 && used > l.DataBytes {
		return fault.New(fault.Conflict, codeDataFull, "its data takes %s, and its limit is %s", doctor.Size(used), doctor.Size(l.DataBytes))
	}
	return nil
}

// checkOrphans finds folders of plugins that there are not.
func (h *Host) checkOrphans(ctx context.Context) ([]doctor.Finding, error) {
	entries, err := os.ReadDir(h.dirs.plugins)
	if err != nil {
		return nil, err
	}
	var orphans []string
	err = h.view(ctx, func(r Reader) error {
		for _, e := range entries {
			if _, known, err := tablePlugins.find(r, e.Name()); err != nil {
				return err
			} else if !known {
				orphans = append(orphans, e.Name())
			}
		}
		return nil
	})
	if err != nil || len(orphans) == 0 {
		return nil, err
	}
	return []doctor.Finding{doctor.DataOrphan.Warn(fmt.Sprintf("%d folders belong to no plugin", len(orphans)), "in "+h.dirs.plugins+": "+joined(orphans),
		"start the host again, which clears them away; what it leaves can be removed")}, nil
}
