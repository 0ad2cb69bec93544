package host

import (
	"encoding/json"
	"slices"
	"time"

	"appzone/host/fault"
	"appzone/host/settings"
)

// PlanSettings is what a version makes of a plugin's settings.
type PlanSettings struct {
	// Refused are the settings that the version refuses; at most 20. Of a secret only its presence is looked at.
	Refused []fault.Field `json:"refused"`
}

// refusedSettings holds the stored settings of a plugin against the schema of v, which is to take the place of old (nil: nothing is
// installed). What old refuses, too, is not held against v: somebody has still to set it. open decrypts secrets; nil: see
// [settings.Schema.Check].
func (h *Host) refusedSettings(r Reader, id string, old *Version, v Version, open func(string) ([]byte, error)) ([]fault.Field, error) {
	none := []fault.Field{}
	st, found, err := tableSettings.find(r, id)
	if err != nil || !found && old == nil { // of a new plugin nobody could set anything before
		return none, err
	}
	return h.refusedOf(st.Stored, old, v, open)
}

// refusedOf is refusedSettings for settings that may not be those that are stored.
func (h *Host) refusedOf(st settings.Stored, old *Version, v Version, open func(string) ([]byte, error)) ([]fault.Field, error) {
	none := []fault.Field{}
	schema, err := h.schemaOf(v)
	if err != nil {
		return none, err
	}
	refused := fieldsOf(schema.Check(st, open))
	if len(refused) == 0 || old == nil {
		return refused, nil
	}
	former, err := h.schemaOf(*old)
	if err != nil {
		return none, err
	}
	known := fieldsOf(former.Check(st, open))
	return slices.DeleteFunc(refused, func(f fault.Field) bool { return slices.Contains(known, f) }), nil
}

// fieldsOf are the fields that err, of a check of settings, names. It is not nil, and empty for no error alone.
func fieldsOf(err error) []fault.Field {
	if err == nil {
		return []fault.Field{}
	}
	f := fault.From(err)
	if len(f.Fields) == 0 {
		return []fault.Field{{Message: f.Message}}
	}
	return slices.Clone(f.Fields)
}

// checkSettings refuses an installation of v over old whose settings v would refuse: those that are put, else those that are stored.
// Who installs may do with a secret what the version does with it, so that here secrets are opened.
func (h *Host) checkSettings(r Reader, id string, old *Version, v Version, put json.RawMessage) error {
	if hasSettings(put) {
		st, _, err := tableSettings.find(r, id)
		if err == nil {
			_, err = h.putSettings(st.Stored, v, put)
		}
		return err
	}
	_, open := h.sealer(id)
	refused, err := h.refusedSettings(r, id, old, v, open)
	if err != nil || len(refused) == 0 {
		return err
	}
	return errSettingsAsTheyAre(refused, v, withInstallation)
}

// putSettings puts settings that came with an installation of v in the place of what is stored.
func (h *Host) putSettings(st settings.Stored, v Version, put json.RawMessage) (settings.Stored, error) {
	schema, err := h.schemaOf(v)
	if err != nil {
		return st, err
	}
	seal, open := h.sealer(v.Plugin)
	now := time.Now().UTC()
	if st, _, err = schema.Hide(st, seal, now); err != nil {
		return st, err
	}
	st, err = schema.Apply(st, put, seal, open, now)
	if fault.CodeOf(err) == settings.CodeInvalid {
		err = errSettingsRefused(fieldsOf(err), "version %s of %q refuses the settings that came with the installation, and nothing was changed; send others", v.Version, v.Plugin)
	}
	return st, err
}

// What to do about settings that a version refuses.
const (
	withInstallation = `send "settings" that it takes with the installation (a secret that they leave out stays)`
	withRollback     = `go back to the settings of then with "data": "restore", or install that version with "settings" that it takes`
)

// errSettingsAsTheyAre tells that v refuses settings that nobody put with it, and what to do.
func errSettingsAsTheyAre(refused []fault.Field, v Version, advice string) error {
	return errSettingsRefused(refused, "version %s of %q refuses the settings that are there, and nothing was changed; %s", v.Version, v.Plugin, advice)
}

// errSettingsRefused names the fields as they are in an installation's request.
func errSettingsRefused(fields []fault.Field, format string, args ...any) error {
	e := fault.New(fault.Invalid, "settings_refused", format, args...)
	for _, f := range fields {
		name := "settings"
		if f.Field != "" {
			name += "." + f.Field
		}
		e.WithField(name, "%s", f.Message)
	}
	return e
}

// hasSettings tells whether a request has settings at all.
func hasSettings(put json.RawMessage) bool { return len(put) > 0 && string(put) != "null" }
