package host

import (
	"appzone/host/manifest"
)

// changesShown bounds each list of a plan's difference: what is beyond it is counted.
const changesShown = 200

// Changes is what differs between the installed version and the one that a plan is about.
type Changes struct {
	Kind ChangeKind `json:"kind"`
	Mode ChangeMode `json:"mode"`
	// Files are by path.
	Files FileChanges `json:"files"`
	// Settings is what the schema of the settings asks for that the former one did not.
	Settings SettingsChanges `json:"settings"`
	// Manifest holds the other fields that differ, with what was edited over them.
	Manifest []FieldChange `json:"manifest"`
	// Signature is the state of both versions' signatures.
	Signature SignatureChange `json:"signature"`
}

// ChangeKind is which way a change goes.
type ChangeKind string

// The kinds of change.
const (
	// ChangeUpgrade is to a version that is not lower.
	ChangeUpgrade ChangeKind = "upgrade"
	// ChangeDowngrade is to a lower one; see [manifest.Compare].
	ChangeDowngrade ChangeKind = "downgrade"
	// ChangeReinstall is to the very same content.
	ChangeReinstall ChangeKind = "reinstall"
	// ChangeReplace is to other content under the same version.
	ChangeReplace ChangeKind = "replace"
)

// ChangeMode is how a version takes the place of another.
type ChangeMode string

// The modes.
const (
	// ModeReplace stops the old instance before it starts the new one; requests wait meanwhile.
	ModeReplace ChangeMode = manifest.UpgradeReplace
	// ModeOverlap starts the new instance first.
	ModeOverlap ChangeMode = manifest.UpgradeOverlap
	// ModeSwitch has nothing to start: pages change from one request to the next.
	ModeSwitch ChangeMode = "switch"
)

// SettingsChanges names properties of the settings by dotted path; * stands for the items of a list, and for names that are not fixed.
// Each list has at most 200.
type SettingsChanges struct {
	Added   []string `json:"added"`
	Removed []string `json:"removed"`
	Changed []string `json:"changed"`
	// RequiredNow are required, were not before, and have no default.
	RequiredNow []string `json:"requiredNow"`
	// More is how many names the lists leave out, together.
	More int `json:"more"`
}

// SignatureChange is the state of a signature before and after.
type SignatureChange struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// changes compares old, which is installed, with v, whose signature is in that state. files are those of v.
func (h *Host) changes(r Reader, p Plugin, old, v Version, signature string, files func() ([]File, error)) (*Changes, error) {
	before, after := p.Edits.apply(old.Manifest), p.Edits.apply(v.Manifest)
	c := &Changes{Kind: kindOfChange(old, v), Mode: modeOfChange(old, v), Manifest: fieldChanges(&before, &after)}
	signed, err := standingOf(r, old.Signature)
	if err != nil {
		return nil, err
	}
	c.Signature = SignatureChange{Before: signed.state, After: signature}
	was, err := h.index(old.Index)
	if err != nil {
		return nil, err
	}
	is := was
	if old.Digest != v.Digest {
		if is, err = files(); err != nil {
			return nil, err
		}
	}
	c.Files = fileChanges(was, is)
	c.Settings, err = h.settingsChanges(old, v)
	return c, err
}

func kindOfChange(old, v Version) ChangeKind {
	switch {
	case old.Digest == v.Digest:
		return ChangeReinstall
	case old.Version == v.Version:
		return ChangeReplace
	case manifest.Compare(v.Version, old.Version) < 0:
		return ChangeDowngrade
	}
	return ChangeUpgrade
}

// modeOfChange follows the manifest of the new version. The same version does not run beside itself.
func modeOfChange(old, v Version) ChangeMode {
	switch {
	case v.Manifest.Type != manifest.TypeScript:
		return ModeSwitch
	case old.Digest != v.Digest && old.Manifest.Type == manifest.TypeScript && v.Manifest.Parameters.Upgrade == manifest.UpgradeOverlap:
		return ModeOverlap
	}
	return ModeReplace
}

func (h *Host) settingsChanges(old, v Version) (c SettingsChanges, err error) {
	before, err := h.schemaOf(old)
	if err != nil {
		return c, err
	}
	after, err := h.schemaOf(v)
	if err != nil {
		return c, err
	}
	d := after.Since(before)
	shown := func(names []string) []string {
		c.More += max(0, len(names)-changesShown)
		return orEmpty(names[:min(len(names), changesShown)])
	}
	c.Added, c.Removed, c.Changed, c.RequiredNow = shown(d.Added), shown(d.Removed), shown(d.Changed), shown(d.RequiredNow)
	return c, nil
}
