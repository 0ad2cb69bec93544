package host

import (
	"context"

	"appzone/host/fault"
)

// RejectCandidate deletes the version that waits for consent beside the installed one, which stays as it is. A version that was in use
// before is kept, and only waits no more. Errors are of kinds not found (no plugin; version_not_found where none waits) and conflict:
// not_installed, as then the candidate is all that there is of the plugin, which [Host.Remove] deletes.
func (h *Host) RejectCandidate(ctx context.Context, id string, actor Actor) error {
	release, err := h.jobs.exclusive(ctx, id)
	if err != nil {
		return err
	}
	defer release()
	err = h.change(ctx, actor, Act{Kind: "plugin.rejected", Plugin: id}, func(w Writer, act *Act) error {
		w.Essential()
		p, v, err := waiting(w, id)
		if err != nil {
			return err
		}
		act.Data = map[string]any{"version": v.Version, "digest": v.Digest}
		former, _, err := tableFormer.find(w, id)
		if err != nil {
			return err
		}
		if waits(p, v) && v.Digest != p.Installed && v.Digest != former.Version {
			if err := tableVersions.delete(w, versionKey(id, v.Digest)); err != nil {
				return err
			}
		}
		p.Candidate = ""
		return h.savePlugin(w, &p)
	})
	if err != nil {
		return err
	}
	h.tidyLater()
	return nil
}

// waiting is the installed plugin's candidate.
func waiting(r Reader, id string) (p Plugin, v Version, err error) {
	if p, err = pluginOf(r, id); err != nil {
		return p, v, err
	}
	if p.Installed == "" {
		return p, v, fault.New(fault.Conflict, "not_installed", "nothing else of plugin %q is installed; DELETE /api/v1/plugins/%s removes it with its candidate", id, id)
	}
	if p.Candidate == "" {
		return p, v, fault.New(fault.NotFound, codeNoVersion, "no version of plugin %q waits for consent", id)
	}
	v, err = tableVersions.get(r, versionKey(id, p.Candidate))
	return p, v, err
}
