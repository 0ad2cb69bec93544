package host

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// Plan is what installing a version would do: what it is, what it asks for, and what is worth knowing. It
// changes nothing.
type Plan struct {
	Plugin      string          `json:"plugin"`
	Name        string          `json:"name"`
	Version     string          `json:"version"`
	Digest      Digest          `json:"digest"`
	Description string          `json:"description"`
	Author      manifest.Author `json:"author"`
	Type        string          `json:"type"`
	Runtime     string          `json:"runtime"`
	Sidebar     string          `json:"sidebar"`
	Icon        string          `json:"icon"`
	Views       manifest.Views  `json:"views"`
	ZipBytes    int64           `json:"zipBytes"`
	FileCount   int             `json:"fileCount"`
	FileBytes   int64           `json:"fileBytes"`
	Limits      manifest.Limits `json:"limits"`
	// Installed is the version in use, if any.
	Installed *VersionRef `json:"installed"`
	// Requested is what the version asks for; Granted what was agreed to before.
	Requested Grants  `json:"requested"`
	Granted   *Grants `json:"granted"`
	// Added is requested and not granted; Removed is granted and no longer requested.
	Added   []need `json:"added"`
	Removed []need `json:"removed"`
	// NeedsConsent is true when Added is not empty.
	NeedsConsent bool `json:"needsConsent"`
	// Dependencies are packages that installing will fetch.
	Dependencies []string `json:"dependencies"`
	// SuggestedHosts are addresses that the code names.
	SuggestedHosts []string           `json:"suggestedHosts"`
	Findings       []Finding          `json:"findings"`
	Warnings       []manifest.Warning `json:"warnings"`
	Signature      string             `json:"signature"`
	// Publisher is whose signature holds; nil where none does.
	Publisher *Publisher `json:"publisher"`
	// Changes is the difference to the installed version; nil when nothing is installed.
	Changes *Changes `json:"changes"`
	// Settings tells what the version makes of the settings that are there.
	Settings PlanSettings `json:"settings"`
	// Needs are the explicit words without which an installation is refused.
	Needs []NeededWord `json:"needs"`
	// ETag binds an installation to this plan.
	ETag string `json:"etag"`
}

// VersionRef names one version.
type VersionRef struct {
	Version string `json:"version"`
	Digest  Digest `json:"digest"`
}

// Plan tells what installing the version (empty: the candidate, else the installed one) would do.
func (h *Host) Plan(ctx context.Context, id, version string) (Plan, error) {
	var plan Plan
	err := h.view(ctx, func(r Reader) error {
		p, v, err := choose(r, id, version)
		if err != nil {
			return err
		}
		plan, err = h.fullPlan(r, p, v, func() ([]File, error) { return h.index(v.Index) })
		return err
	})
	return plan, err
}

// fullPlan is planOf with all that people want to know of it. files are the version's.
func (h *Host) fullPlan(r Reader, p Plugin, v Version, files func() ([]File, error)) (Plan, error) {
	old, err := installedVersion(r, p)
	if err != nil {
		return Plan{}, err
	}
	plan, err := h.planOf(r, p, old, v)
	if err != nil {
		return plan, err
	}
	signed, err := h.signatureFindings(r, p, v)
	plan.Findings = append(plan.Findings, signed...)
	if err != nil {
		return plan, err
	}
	if v.Manifest.Type == manifest.TypeScript {
		plan.Findings = append(plan.Findings, h.wallFindings(walls(p.Edits.apply(v.Manifest), &plan.Requested))...)
	}
	if old != nil {
		plan.Changes, err = h.changes(r, p, *old, v, plan.Signature, files)
	}
	return plan, err
}

// installedVersion is the version in use; nil for none.
func installedVersion(r Reader, p Plugin) (*Version, error) {
	if p.Installed == "" {
		return nil, nil
	}
	v, ok, err := tableVersions.find(r, versionKey(p.ID, p.Installed))
	if err != nil || !ok {
		return nil, err
	}
	return &v, nil
}

// planOf makes the plan of installing v over p as it is, where old is in use: all that decides, and so all that its ETag covers.
func (h *Host) planOf(r Reader, p Plugin, old *Version, v Version) (plan Plan, err error) {
	m := v.Manifest
	plan = Plan{
		Plugin: p.ID, Name: m.Name, Version: m.Version, Digest: v.Digest, Description: m.Description, Author: m.Author,
		Type: m.Type, Runtime: m.Parameters.Runtime, Sidebar: m.Sidebar, Icon: m.Icon, Views: m.Parameters.Views,
		ZipBytes: v.ZipBytes, FileCount: v.FileCount, FileBytes: v.FileBytes, Limits: m.EffectiveLimits(),
		Requested: asks(&m), Granted: p.Grants,
		Dependencies: orEmpty(v.Inspection.Dependencies), SuggestedHosts: orEmpty(v.Inspection.Hosts),
		Warnings: orEmpty(v.Warnings),
	}
	sign, err := standingOf(r, v.Signature)
	if err != nil {
		return plan, err
	}
	plan.Signature, plan.Publisher = sign.state, sign.publisher
	if old != nil {
		plan.Installed = &VersionRef{Version: old.Version, Digest: old.Digest}
	}
	if plan.Findings, err = findings(r, old, v); err != nil {
		return plan, err
	}
	if plan.Settings.Refused, err = h.refusedSettings(r, p.ID, old, v, nil); err != nil {
		return plan, err
	}
	if plan.Needs, err = h.neededWords(r, p, old, v); err != nil {
		return plan, err
	}
	plan.Added, plan.Removed = plan.Requested.beyond(p.Grants), p.Grants.beyond(&plan.Requested)
	plan.NeedsConsent = len(plan.Added) > 0
	plan.ETag, err = planETag(plan)
	return plan, err
}

// planETag covers what decides: digest, request, grants, installed version, signature, needed words and refused settings.
func planETag(p Plan) (string, error) {
	b, err := json.Marshal([]any{p.Digest, p.Requested, p.Granted, p.Installed, p.Signature, p.Needs, p.Settings})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return `"` + hex.EncodeToString(sum[:16]) + `"`, nil
}

// findings are those of the zip, of the runtime and of the host, together.
func findings(r Reader, old *Version, v Version) ([]Finding, error) {
	out := slices.Concat(faultFindings(v), v.Findings, v.Inspection.Findings)
	if old != nil && old.Version == v.Version && old.Digest != v.Digest {
		out = append(out, Finding{Severity: SeverityMedium, Code: "same_version", Message: "it has the number of the installed version and other content"})
	}
	advice, err := advise(r, &v.Manifest)
	return orEmpty(append(out, advice...)), err
}

// choose finds the version that a request names: by version, or the candidate, or the installed one.
func choose(r Reader, id, version string) (Plugin, Version, error) {
	p, err := pluginOf(r, id)
	if err != nil {
		return p, Version{}, err
	}
	pick := func(d Digest) (Version, bool, error) {
		if d == "" {
			return Version{}, false, nil
		}
		v, ok, err := tableVersions.find(r, versionKey(id, d))
		return v, ok && (version == "" || v.Version == version), err
	}
	for _, d := range []Digest{p.Candidate, p.Installed} {
		if v, ok, err := pick(d); ok || err != nil {
			return p, v, err
		}
	}
	var found *Version
	err = tableVersions.each(r, id+"/", "", func(_ string, v Version) (bool, error) {
		if v.Version == version && (found == nil || v.UploadedAt.After(found.UploadedAt)) {
			found = &v
		}
		return true, nil
	})
	if err != nil {
		return p, Version{}, err
	}
	if found == nil {
		return p, Version{}, errNoVersion(id, version)
	}
	return p, *found, nil
}

const codeNoVersion = "version_not_found"

func errNoVersion(id, version string) error {
	return fault.New(fault.NotFound, codeNoVersion, "plugin %q has no version %q; see GET /api/v1/plugins/%s/versions", id, version, id)
}

// pluginOf reads the plugin, or says that there is none.
func pluginOf(r Reader, id string) (Plugin, error) {
	p, ok, err := tablePlugins.find(r, id)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, codeNoPlugin, "there is no plugin %q", id)
	}
	return p, err
}

// orEmpty keeps null out of JSON.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
