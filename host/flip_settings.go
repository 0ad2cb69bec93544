package host

import (
	"cmp"
	"encoding/json"
	"time"

	"appzone/host/fault"
)

// changeSettings writes the settings that x leaves.
func (h *Host) changeSettings(w Writer, x exchange) error {
	st, err := h.settingsUnder(w, x)
	if err != nil || st == nil {
		return err
	}
	return tableSettings.put(w, x.to.Plugin, *st)
}

// settingsUnder are the settings of the plugin once x is done, nil if they are not changed by it. What the new schema refuses is an
// error: nothing is changed yet.
func (h *Host) settingsUnder(r Reader, x exchange) (*Settings, error) {
	id := x.to.Plugin
	st, set, err := tableSettings.find(r, id)
	if err != nil {
		return nil, err
	}
	revision := st.Revision
	if x.back != nil {
		st, set = Settings{}, x.back.Settings != nil
		if set {
			st = *x.back.Settings
		}
		st.Revision, st.UpdatedAt, st.UpdatedBy = revision+1, time.Now().UTC(), x.actor.User
	}
	schema, err := h.schemaOf(x.to)
	if err != nil {
		return nil, err
	}
	seal, open := h.sealer(id)
	if x.settings != nil {
		if st.Stored, err = schema.Apply(st.Stored, x.settings, seal, open, time.Now().UTC()); err != nil {
			return nil, err
		}
		st.Revision, st.UpdatedAt, st.UpdatedBy = revision+1, time.Now().UTC(), x.actor.User
		return &st, nil
	}
	n := 0
	if st.Stored, n, err = schema.Hide(st.Stored, seal, time.Now().UTC()); err != nil {
		return nil, err
	}
	if set && x.upgrades() {
		values := cmp.Or(string(st.Values), "{}")
		if _, err := schema.Apply(st.Stored, json.RawMessage(values), seal, open, time.Now().UTC()); err != nil {
			return nil, settingsRefused(id, x.to, err)
		}
	}
	if n == 0 && x.back == nil {
		return nil, nil //nolint:nilnil // there is nothing to change
	}
	st.Revision = revision + 1
	return &st, nil
}

// settingsRefused explains that the settings as they are do not fit a version.
func settingsRefused(id string, v Version, err error) error {
	e := fault.From(err)
	if e.Code != "settings_invalid" {
		return err
	}
	refused := fault.Wrap(err, fault.Invalid, "settings_refused",
		"version %s of %q refuses the settings as they are, so nothing was changed; give it others with \"settings\"", v.Version, id)
	refused.Fields = e.Fields
	return refused
}
