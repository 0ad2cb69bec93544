package host

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// editable is what PATCH /plugins/{id} may change; null puts the manifest's value back (RFC 7396).
type editable struct {
	Description json.RawMessage `json:"description"`
	Sidebar     json.RawMessage `json:"sidebar"`
	Icon        json.RawMessage `json:"icon"`
	Views       json.RawMessage `json:"views"`
	Restart     json.RawMessage `json:"restart"`
	Limits      json.RawMessage `json:"limits"`
	Desired     json.RawMessage `json:"desired"`
}

// Edit applies a merge patch to the plugin. revision is the one that the editor saw; 0 takes any. A change of limits or
// restart policy holds from the next start on; a change of desired starts or stops.
func (h *Host) Edit(ctx context.Context, id string, patch []byte, revision uint64, actor Actor) (PluginView, error) {
	var in editable
	d := json.NewDecoder(bytes.NewReader(patch))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return PluginView{}, fault.Wrap(err, fault.Malformed, "patch_malformed", "the patch is not understood: %s; description, sidebar, icon, views, restart, limits and desired can be changed", err)
	}
	var desired Desired
	err := h.change(ctx, actor, Act{Kind: "plugin.edited", Plugin: id, Data: map[string]any{"patch": json.RawMessage(patch)}}, func(w Writer, act *Act) error {
		p, err := pluginOf(w, id)
		if err != nil {
			return err
		}
		if revision != 0 && revision != p.Revision {
			return errPluginChanged(id)
		}
		v, err := shownVersion(w, p)
		if err != nil {
			return err
		}
		act.Before = p.Edits
		if desired, err = p.edit(in, v.Manifest); err != nil {
			return err
		}
		edited := p.Edits.apply(v.Manifest)
		index, err := h.index(v.Index)
		if err != nil {
			return err
		}
		if err := h.checkViews(&edited, index); err != nil {
			return err
		}
		act.After = p.Edits
		return h.savePlugin(w, &p)
	})
	if err != nil {
		return PluginView{}, err
	}
	h.forgetSite(id)
	if err := h.reach(ctx, id, desired, actor); err != nil {
		return PluginView{}, err
	}
	return h.Plugin(ctx, id)
}

// edit changes p and checks the outcome as a manifest.
func (p *Plugin) edit(in editable, m manifest.Manifest) (Desired, error) {
	old := p.Edits.apply(m)
	err := errors.Join(
		merge(&p.Edits.Description, old.Description, in.Description),
		merge(&p.Edits.Sidebar, old.Sidebar, in.Sidebar),
		merge(&p.Edits.Icon, old.Icon, in.Icon),
		merge(&p.Edits.Views, old.Parameters.Views, in.Views),
		merge(&p.Edits.Restart, old.Parameters.Restart, in.Restart),
		merge(&p.Edits.Limits, old.Parameters.Limits, in.Limits),
	)
	var desired *Desired
	if err = errors.Join(err, merge(&desired, p.Desired, in.Desired)); err != nil {
		return "", fault.Wrap(err, fault.Invalid, "patch_invalid", "a value of the patch has the wrong type")
	}
	edited := p.Edits.apply(m)
	if _, err := edited.Validate(); err != nil {
		return "", err
	}
	if desired == nil {
		return "", nil
	}
	if *desired != DesiredRunning && *desired != DesiredStopped {
		return "", fault.New(fault.Invalid, "patch_invalid", "desired is running or stopped").WithField("desired", "must be running or stopped")
	}
	return *desired, nil
}

// merge sets *to from a patch's value: absent leaves it, null clears it, objects are merged over old.
func merge[T any](to **T, old T, patch json.RawMessage) error {
	switch {
	case patch == nil:
		return nil
	case string(patch) == "null":
		*to = nil
		return nil
	}
	v := old
	d := json.NewDecoder(bytes.NewReader(patch))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return err
	}
	*to = &v
	return nil
}

// reach starts or stops the plugin as desired and returns when that was begun.
func (h *Host) reach(ctx context.Context, id string, d Desired, actor Actor) (err error) {
	switch d {
	case DesiredRunning:
		_, err = h.Start(ctx, id, actor)
	case DesiredStopped:
		_, err = h.Stop(ctx, id, actor)
	}
	return err
}
