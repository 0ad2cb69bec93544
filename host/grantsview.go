package host

import (
	"context"
	"time"

	"appzone/host/fault"
)

// GrantsView is what GET /plugins/{id}/grants shows.
type GrantsView struct {
	// Requested is what the installed version (or the one that was uploaded) asks for.
	Requested Grants `json:"requested"`
	// Granted is what was agreed to; null before the first installation.
	Granted *Grants `json:"granted"`
	// Missing is requested and not granted; Extra is granted and not requested.
	Missing  []need `json:"missing"`
	Extra    []need `json:"extra"`
	Revision uint64 `json:"-"`
}

// Grants shows what the plugin may do.
func (h *Host) Grants(ctx context.Context, id string) (view GrantsView, err error) {
	err = h.view(ctx, func(r Reader) error {
		p, err := pluginOf(r, id)
		if err != nil {
			return err
		}
		v, err := shownVersion(r, p)
		if err != nil {
			return err
		}
		view = GrantsView{Requested: asks(&v.Manifest), Granted: p.Grants, Revision: p.Revision}
		view.Missing, view.Extra = view.Requested.beyond(p.Grants), p.Grants.beyond(&view.Requested)
		return nil
	})
	return view, err
}

// PutGrants replaces what the plugin may do; a running one is restarted, so that its walls follow. revision is the plugin's as
// the editor saw it; 0 takes any.
func (h *Host) PutGrants(ctx context.Context, id string, choice GrantChoice, revision uint64, actor Actor) (GrantsView, error) {
	release, err := h.jobs.exclusive(ctx, id)
	if err != nil {
		return GrantsView{}, err
	}
	defer release()
	err = h.update(ctx, func(w Writer) error {
		p, err := pluginOf(w, id)
		if err != nil {
			return err
		}
		if p.Installed == "" {
			return fault.New(fault.Conflict, "not_installed", "plugin %q is not installed; grants are given with its installation", id)
		}
		if revision != 0 && revision != p.Revision {
			return errPluginChanged(id)
		}
		v, err := shownVersion(w, p)
		if err != nil {
			return err
		}
		if err := checkGrants(v.Manifest, choice.Grants); err != nil {
			return err
		}
		granted := choice.resolve(asks(&v.Manifest), p.Grants)
		if granted == nil {
			granted = &Grants{}
		}
		g := *granted
		g.GrantedBy, g.GrantedAt = actor.User, time.Now().UTC()
		p.Grants = &g
		return h.savePlugin(w, &p)
	})
	if err != nil {
		return GrantsView{}, err
	}
	h.publish(actor, "plugin.grants", id, nil)
	if err := h.restartIfRunning(ctx, id, actor); err != nil {
		return GrantsView{}, err
	}
	return h.Grants(ctx, id)
}

func errPluginChanged(id string) error {
	return fault.New(fault.Precondition, "plugin_changed", "plugin %q was changed by somebody else since it was read; read it again", id)
}
