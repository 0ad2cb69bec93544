package host

import (
	"time"

	"appzone/host/audit"
	"appzone/host/settings"
)

// changeSettings writes the settings that x leaves. What was put with it has an entry of its own in the audit trail.
func (h *Host) changeSettings(w Writer, x exchange) error {
	st, err := h.settingsUnder(w, x)
	if err != nil || st == nil {
		return err
	}
	if hasSettings(x.settings) {
		before, _, err := tableSettings.find(w, x.to.Plugin)
		if err != nil {
			return err
		}
		schema, err := h.schemaOf(x.to)
		if err != nil {
			return err
		}
		act := Act{Kind: "plugin.settings", Plugin: x.to.Plugin, Before: schema.Show(before.Stored), After: schema.Show(st.Stored)}
		if err := appendAudit(w, newAuditEntry(x.actor, act, audit.Done)); err != nil {
			return err
		}
	}
	return tableSettings.put(w, x.to.Plugin, *st)
}

// settingsUnder are the settings of the plugin once x is done, nil if they are not changed by it. What the new schema refuses is an
// error: nothing is changed yet.
func (h *Host) settingsUnder(r Reader, x exchange) (*Settings, error) {
	st, set, err := tableSettings.find(r, x.to.Plugin)
	if err != nil {
		return nil, err
	}
	revision, now := st.Revision, time.Now().UTC()
	if x.back != nil {
		st, set = Settings{}, x.back.Settings != nil
		if set {
			st = *x.back.Settings
		}
	}
	put, hidden := hasSettings(x.settings), 0
	if put {
		if st.Stored, err = h.putSettings(st.Stored, x.to, x.settings); err != nil {
			return nil, err
		}
	} else if st.Stored, hidden, err = h.settingsAsTheyAre(r, x, st.Stored, set); err != nil {
		return nil, err
	}
	if !put && hidden == 0 && x.back == nil {
		return nil, nil //nolint:nilnil // there is nothing to change
	}
	st.Revision = revision + 1
	if put || x.back != nil {
		st.UpdatedAt, st.UpdatedBy = now, x.actor.User
	}
	return &st, nil
}

// settingsAsTheyAre seals what is a secret of x.to and was none before, and tells how much that was. An upgrade whose schema refuses
// them is an error.
func (h *Host) settingsAsTheyAre(r Reader, x exchange, st settings.Stored, set bool) (settings.Stored, int, error) {
	schema, err := h.schemaOf(x.to)
	if err != nil {
		return st, 0, err
	}
	seal, open := h.sealer(x.to.Plugin)
	st, hidden, err := schema.Hide(st, seal, time.Now().UTC())
	if err != nil || !set || !x.upgrades() {
		return st, hidden, err
	}
	old, err := installedVersion(r, x.from)
	if err != nil {
		return st, 0, err
	}
	refused, err := h.refusedOf(st, old, x.to, open)
	if err != nil || len(refused) == 0 {
		return st, hidden, err
	}
	advice := withInstallation
	if x.kind == actRolledBack {
		advice = withRollback
	}
	return st, hidden, errSettingsAsTheyAre(refused, x.to, advice)
}
