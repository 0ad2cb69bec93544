package host

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"appzone/host/fault"
	"appzone/host/settings"
)

// Settings is the record of a plugin's settings: plain values, and secrets sealed with the host's key.
type Settings struct {
	settings.Stored
	Revision  uint64    `json:"revision"`
	UpdatedAt time.Time `json:"updatedAt"`
	UpdatedBy string    `json:"updatedBy"`
}

// SettingsView is what GET /plugins/{id}/settings shows.
type SettingsView struct {
	Schema    json.RawMessage `json:"schema"`
	Values    json.RawMessage `json:"values"`
	UpdatedAt *time.Time      `json:"updatedAt"`
	UpdatedBy string          `json:"updatedBy,omitempty"`
	Revision  uint64          `json:"-"`
}

// Settings shows the plugin's settings; of a secret only that it is set.
func (h *Host) Settings(ctx context.Context, id string) (SettingsView, error) {
	var view SettingsView
	err := h.view(ctx, func(r Reader) error {
		v, st, schema, err := h.settingsOf(r, id)
		if err != nil {
			return err
		}
		view = SettingsView{Schema: v.Manifest.Parameters.Settings, Values: schema.Show(st.Stored), UpdatedBy: st.UpdatedBy, Revision: st.Revision}
		if !st.UpdatedAt.IsZero() {
			view.UpdatedAt = &st.UpdatedAt
		}
		return nil
	})
	return view, err
}

// PutSettings replaces the settings; an omitted secret stays, null removes it. A running plugin is restarted or signalled, as its
// manifest says, so that it reads them.
func (h *Host) PutSettings(ctx context.Context, id string, values []byte, revision uint64, actor Actor) (SettingsView, error) {
	release, err := h.jobs.exclusive(ctx, id)
	if err != nil {
		return SettingsView{}, err
	}
	defer release()
	seal, open := h.sealer(id)
	err = h.change(ctx, actor, Act{Kind: "plugin.settings", Plugin: id}, func(w Writer, act *Act) error {
		_, st, schema, err := h.settingsOf(w, id)
		if err != nil {
			return err
		}
		if revision != 0 && revision != st.Revision {
			return errSettingsChanged(id)
		}
		act.Before = schema.Show(st.Stored)
		if st.Stored, err = schema.Apply(st.Stored, values, seal, open, time.Now().UTC()); err != nil {
			return err
		}
		act.After = schema.Show(st.Stored)
		st.Revision++
		st.UpdatedAt, st.UpdatedBy = time.Now().UTC(), actor.User
		return tableSettings.put(w, id, st)
	})
	if err != nil {
		return SettingsView{}, err
	}
	if err := h.applySettings(ctx, id, actor); err != nil {
		return SettingsView{}, err
	}
	return h.Settings(ctx, id)
}

// restartIfRunning begins a restart of a plugin that has a process.
func (h *Host) restartIfRunning(ctx context.Context, id string, actor Actor) error {
	s, err := h.supervisor(id)
	if err != nil {
		return nil //nolint:nilerr // no process, nothing to restart
	}
	if st := s.snap.Load().State; st != Running && st != Starting {
		return nil
	}
	// It states no desire: what somebody asks for from now on, another version or a stop, must not be undone by it.
	_, err = h.operate(ctx, "restart", id, actor, command{op: opRenew})
	return err
}

// deliverSettings is the file that an instance reads, from what is stored.
func (h *Host) deliverSettings(ctx context.Context, id string, v Version) ([]byte, error) {
	st, err := h.storedSettings(ctx, id)
	if err != nil {
		return nil, err
	}
	return h.deliver(id, v, st)
}

func (h *Host) storedSettings(ctx context.Context, id string) (st Settings, err error) {
	err = h.view(ctx, func(r Reader) (err error) {
		st, _, err = tableSettings.find(r, id)
		return err
	})
	return st, err
}

// deliver is the file that an instance reads: values, defaults and secrets in clear.
func (h *Host) deliver(id string, v Version, st Settings) ([]byte, error) {
	schema, err := h.schemaOf(v)
	if err != nil {
		return nil, err
	}
	_, open := h.sealer(id)
	out, err := schema.Deliver(st.Stored, open)
	if err != nil {
		return nil, fmt.Errorf("read settings of %q: %w", id, err)
	}
	return out, nil
}

// settingsOf reads the settings of a plugin, with the version whose schema they follow.
func (h *Host) settingsOf(r Reader, id string) (v Version, st Settings, schema *settings.Schema, err error) {
	p, err := pluginOf(r, id)
	if err != nil {
		return v, st, nil, err
	}
	if v, err = shownVersion(r, p); err != nil {
		return v, st, nil, err
	}
	if st, _, err = tableSettings.find(r, id); err != nil {
		return v, st, nil, err
	}
	schema, err = h.schemaOf(v)
	return v, st, schema, err
}

// PageSettings are the settings as a plugin's pages get them: values and defaults without secrets.
func (h *Host) PageSettings(ctx context.Context, id string) (json.RawMessage, error) {
	var out json.RawMessage
	err := h.view(ctx, func(r Reader) error {
		_, st, schema, err := h.settingsOf(r, id)
		if err != nil {
			return err
		}
		out = schema.Public(st.Stored)
		return nil
	})
	return out, err
}

// schemaOf is the version's settings schema. Fingerprints of secrets are keyed with the host's key.
func (h *Host) schemaOf(v Version) (*settings.Schema, error) {
	s, err := settings.Compile(v.Manifest.Parameters.Settings)
	if err != nil {
		return nil, err
	}
	return s.WithFingerprint(h.secrets.Fingerprint), nil
}

// sealer binds secrets to their plugin, so that a sealed value moved to another one does not open.
func (h *Host) sealer(id string) (seal func([]byte) (string, error), open func(string) ([]byte, error)) {
	bound := "settings/" + id
	return func(b []byte) (string, error) { return h.secrets.Seal(b, bound) },
		func(s string) ([]byte, error) { return h.secrets.Open(s, bound) }
}

func errSettingsChanged(id string) error {
	return fault.New(fault.Precondition, "settings_changed", "the settings of %q were changed by somebody else since they were read; read them again", id)
}
