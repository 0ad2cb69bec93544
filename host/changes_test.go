package host_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// planOfP is the plan of this version of p.
func (r *rig) planOfP(version string) host.Plan {
	r.Helper()
	plan, err := r.Plan(r.Context(), "p", version)
	require.NoError(r, err)
	return plan
}

// dryRun is the plan of a zip that is not kept.
func (r *rig) dryRun(manifest string, files map[string]string, said ...host.Word) (host.Plan, error) {
	r.Helper()
	u, err := r.Receive(r.Context(), bytes.NewReader(zipOf(r, manifest, files)))
	require.NoError(r, err)
	defer u.Close()
	return r.Check(r.Context(), u, said...)
}

func TestAPlanShowsTheDifference(t *testing.T) {
	r := newRig(t, nil)
	_, err := r.upload(fmt.Sprintf(script, "P", "1.0.0", `,"settings":{"type":"object","properties":{"a":{"type":"string"},"gone":{}}},"limits":{"memoryMB":512}`),
		map[string]string{"same.js": "same", "old.js": "old", "更.js": "one"})
	require.NoError(t, err)
	assert.Nil(t, r.planOfP("").Changes, "nothing is installed")
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	_, err = r.Edit(t.Context(), "p", []byte(`{"icon":"icon-mine"}`), 0, admin)
	require.NoError(t, err)

	next := `{"name":"P","version":"1.1.0","description":"other","icon":"icon-theirs","author":{"name":"A"},"type":"script","parameters":{"scriptName":"s","scriptPath":"index.js",
		"upgrade":"overlap","readiness":{"timeoutSeconds":20},"limits":{"memoryMB":256},"settings":{"type":"object","properties":{"a":{"type":"integer"},"b":{"properties":{"c":{}},"required":["c"]}},"required":["b"]}}}`
	files := map[string]string{"same.js": "same", "更.js": "other", "new.js": "new"}
	dry, err := r.dryRun(next, files)
	require.NoError(t, err)
	_, err = r.upload(next, files)
	require.NoError(t, err)
	plan := r.planOfP("")
	assert.Equal(t, dry, plan, "a dry run says the same")

	size := func(n int) *int64 { s := int64(n); return &s }
	c := plan.Changes
	require.NotNil(t, c)
	assert.Equal(t, host.ChangeUpgrade, c.Kind)
	assert.Equal(t, host.ModeOverlap, c.Mode)
	assert.Equal(t, host.FileList{Count: 1, Items: []host.FileChange{{Path: "new.js", After: size(3)}}}, c.Files.Added)
	assert.Equal(t, host.FileList{Count: 1, Items: []host.FileChange{{Path: "old.js", Before: size(3)}}}, c.Files.Removed)
	require.Equal(t, 2, c.Files.Changed.Count)
	assert.Equal(t, "manifest.json", c.Files.Changed.Items[0].Path)
	assert.Equal(t, host.FileChange{Path: "更.js", Before: size(3), After: size(5)}, c.Files.Changed.Items[1])
	assert.Equal(t, 3, c.Files.Unchanged)
	assert.Equal(t, host.SettingsChanges{Added: []string{"b", "b.c"}, Removed: []string{"gone"}, Changed: []string{"a"}, RequiredNow: []string{"b", "b.c"}}, c.Settings)
	assert.Equal(t, []host.FieldChange{{Field: "description", Before: "d", After: "other"}, {Field: "author.name", After: "A"},
		{Field: "upgrade", Before: "replace", After: "overlap"}, {Field: "readiness.timeoutSeconds", Before: "15", After: "20"},
		{Field: "limits.memoryMB", Before: "512", After: "256"}}, c.Manifest, "the icon was edited, and stays")
	assert.Equal(t, host.SignatureChange{Before: host.Unsigned, After: host.Unsigned}, c.Signature)
	assert.Equal(t, []fault.Field{{Field: "b", Message: "is required"}}, plan.Settings.Refused)
	assert.Empty(t, plan.Needs)

	same := r.planOfP("1.0.0").Changes
	assert.Equal(t, []any{host.ChangeReinstall, host.ModeReplace}, []any{same.Kind, same.Mode})
	assert.Equal(t, 6, same.Files.Unchanged)
	assert.Empty(t, same.Manifest)
}

func TestWhichWayAChangeGoes(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "P", "1.10.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	of := func(manifest string) (host.ChangeKind, host.ChangeMode, []host.NeededWord) {
		plan, err := r.dryRun(manifest, nil, host.AllowReplace)
		require.NoError(t, err)
		return plan.Changes.Kind, plan.Changes.Mode, plan.Needs
	}
	for manifest, want := range map[string]struct {
		kind host.ChangeKind
		mode host.ChangeMode
		down bool
	}{
		fmt.Sprintf(html, "P", "1.10.0", ""):                        {host.ChangeReinstall, host.ModeSwitch, false},
		fmt.Sprintf(html, "P", "1.10.0", `,"readiness":{}`):         {host.ChangeReplace, host.ModeSwitch, false},
		fmt.Sprintf(html, "P", "1.11.0", ""):                        {host.ChangeUpgrade, host.ModeSwitch, false},
		fmt.Sprintf(html, "P", "1.9.0", ""):                         {host.ChangeDowngrade, host.ModeSwitch, true},
		fmt.Sprintf(html, "P", "1.10.0-rc.1", ""):                   {host.ChangeDowngrade, host.ModeSwitch, true},
		fmt.Sprintf(html, "P", "1.10.0+2", ""):                      {host.ChangeUpgrade, host.ModeSwitch, false},
		fmt.Sprintf(script, "P", "2.0.0", `,"upgrade":"overlap"`):   {host.ChangeUpgrade, host.ModeReplace, false},
		fmt.Sprintf(script, "P", "1.9.9.9", `,"upgrade":"replace"`): {host.ChangeDowngrade, host.ModeReplace, true},
	} {
		kind, mode, needs := of(manifest)
		assert.Equal(t, want.kind, kind, manifest)
		assert.Equal(t, want.mode, mode, manifest)
		if want.down {
			require.Len(t, needs, 1, manifest)
			assert.Equal(t, host.AllowDowngrade, needs[0].Word)
		} else {
			assert.Empty(t, needs, manifest)
		}
	}
}

// Lists of a plan are cut, and say by how much.
func TestALongDifferenceIsBounded(t *testing.T) {
	r := newRig(t, nil)
	many := func(prefix, text string, n int) map[string]string {
		files := map[string]string{}
		for k := range n {
			files[fmt.Sprintf("%s/%04d.js", prefix, k)] = text
		}
		return files
	}
	properties := func(n int) string {
		all := map[string]any{}
		for k := range n {
			all[fmt.Sprintf("p%04d", k)] = map[string]any{}
		}
		b, err := json.Marshal(map[string]any{"type": "object", "properties": all})
		require.NoError(t, err)
		return `,"settings":` + string(b)
	}
	_, err := r.upload(fmt.Sprintf(html, "P", "1.0.0", ""), many("old", "x", 250))
	require.NoError(t, err)
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	_, err = r.upload(fmt.Sprintf(html, "P", "2.0.0", properties(300)), many("new", "x", 1000))
	require.NoError(t, err)
	c := r.planOfP("").Changes
	assert.Equal(t, []int{1000, 200, 800}, []int{c.Files.Added.Count, len(c.Files.Added.Items), c.Files.Added.More})
	assert.Equal(t, []int{250, 200, 50}, []int{c.Files.Removed.Count, len(c.Files.Removed.Items), c.Files.Removed.More})
	assert.Equal(t, "new/0199.js", c.Files.Added.Items[199].Path)
	assert.Len(t, c.Settings.Added, 200)
	assert.Equal(t, 100, c.Settings.More)
	b, err := json.Marshal(c)
	require.NoError(t, err)
	assert.Less(t, len(b), 64<<10)
	assert.NotContains(t, string(b), "null,\"items\"")
}

// Row B9: an installation of a lower version says so.
func TestADowngradeNeedsItsWord(t *testing.T) {
	r := newRig(t, nil)
	for _, version := range []string{"1.0.0", "2.0.0"} {
		r.mustUpload(fmt.Sprintf(html, "P", version, ""))
		require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	}
	plan := r.planOfP("1.0.0")
	require.Len(t, plan.Needs, 1)
	assert.Contains(t, plan.Needs[0].Message, "version 1.0.0 is lower than 2.0.0")
	try := func(version, etag string, said ...host.Word) (host.Job, error) {
		return r.Install(t.Context(), "p", host.InstallRequest{Version: version, Allow: said}, etag, admin)
	}
	_, err := try("1.0.0", plan.ETag)
	assert.Equal(t, fault.Conflict, fault.From(err).Kind)
	assert.Equal(t, "downgrade", fault.CodeOf(err))
	assert.ErrorContains(t, err, `"allow": ["downgrade"]`)
	_, err = try("1.0.0", plan.ETag, host.AllowReplace)
	assert.Equal(t, "downgrade", fault.CodeOf(err), "another word is none")
	_, err = try("1.0.0", plan.ETag, "please")
	assert.Equal(t, "word_unknown", fault.CodeOf(err))
	assert.Equal(t, "2.0.0", r.view("p").Version)
	job, err := try("1.0.0", plan.ETag, host.AllowDowngrade)
	require.NoError(t, err)
	r.succeed(job)
	assert.Equal(t, "1.0.0", r.view("p").Version)
	job, err = try("2.0.0", r.planOfP("2.0.0").ETag)
	require.NoError(t, err, "the way up needs no word")
	r.succeed(job)
}

// A plan that was made before another version was installed is no plan any more, also where only the needed words differ.
func TestThePlanIsBoundToWhatItNeeds(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "P", "1.0.0", `,"settings":{"type":"object","properties":{"a":{"type":"string"}}}`))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.mustUpload(fmt.Sprintf(html, "P", "2.0.0", `,"settings":{"type":"object","properties":{"a":{"type":"integer"}}}`))
	plan := r.planOfP("")
	_, err := r.PutSettings(t.Context(), "p", []byte(`{"a":"x"}`), 0, admin)
	require.NoError(t, err)
	again := r.planOfP("")
	assert.NotEqual(t, plan.ETag, again.ETag, "the settings are refused now")
	_, err = r.Install(t.Context(), "p", host.InstallRequest{}, plan.ETag, admin)
	assert.Equal(t, "plan_changed", fault.CodeOf(err))
}

// Row H3: an update that asks for more needs consent again, and its plan shows what more that is.
func TestAnUpdateThatAsksForMoreNeedsConsentAgain(t *testing.T) {
	r := newRig(t, nil)
	asking := func(version, permissions string) string {
		return fmt.Sprintf(script, "P", version, `,"permissions":`+permissions)
	}
	r.mustUpload(asking("1.0.0", `{"network":{"outbound":["a.example:443"]},"browser":["camera"]}`))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.mustUpload(asking("1.1.0", `{"network":{"outbound":["a.example:443","b.example:443"]},"plugins":["inbox"]}`))
	plan := r.planOfP("")
	assert.True(t, plan.NeedsConsent)
	b, err := json.Marshal(map[string]any{"added": plan.Added, "removed": plan.Removed})
	require.NoError(t, err)
	assert.JSONEq(t, `{"added":[{"code":"network","value":"b.example:443"},{"code":"plugins","value":"inbox"}],"removed":[{"code":"browser","value":"camera"}]}`, string(b))
	_, err = r.Install(t.Context(), "p", host.InstallRequest{}, plan.ETag, admin)
	assert.Equal(t, "consent_required", fault.CodeOf(err))
	assert.ErrorContains(t, err, "b.example:443 is asked for and not granted")
	assert.Equal(t, "1.0.0", r.view("p").Version)
}

// What an upgrade came to once is known at the next plan of it.
func TestAPlanTellsOfAFormerFailure(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	bad := r.mustUpload(fmt.Sprintf(html, "P", "2.0.0", ""))
	require.NotNil(t, bad.Candidate)
	r.writeFault("p", bad.Candidate.Digest, "it crashed three times")
	r.writeFormer("p", bad.Candidate.Digest)

	plan := r.planOfP("")
	var found bool
	for _, f := range plan.Findings {
		found = found || f.Code == "rolled_back" && f.Severity == host.SeverityHigh && strings.HasSuffix(f.Message, "it crashed three times")
	}
	assert.True(t, found, "%+v", plan.Findings)
	dry, err := r.dryRun(fmt.Sprintf(html, "P", "2.0.0", ""), nil)
	require.NoError(t, err)
	assert.Equal(t, plan, dry)

	versions, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)
	require.Len(t, versions, 2)
	assert.Equal(t, "it crashed three times", versions[0].Fault)
	assert.True(t, versions[0].Former)
	assert.False(t, versions[1].Former)
	assert.Empty(t, versions[1].Fault)
	v := r.view("p")
	require.NotNil(t, v.Former)
	assert.Equal(t, host.FormerView{VersionRef: host.VersionRef{Version: "2.0.0", Digest: bad.Candidate.Digest}, SnapshotBytes: 7, ReplacedAt: v.Former.ReplacedAt}, *v.Former)
	assert.False(t, v.Trial)
}

// writeFault writes why the host went back from a version, and writeFormer that this one was in use before.
func (r *rig) writeFault(id string, d host.Digest, why string) {
	r.Helper()
	require.NoError(r, r.store.Update(context.Background(), func(w host.Writer) error {
		var v host.Version
		if err := w.Get("versions", id+"/"+string(d), &v); err != nil {
			return err
		}
		v.Fault = why
		return w.Put("versions", id+"/"+string(d), v)
	}))
}

func (r *rig) writeFormer(id string, d host.Digest) {
	r.Helper()
	require.NoError(r, r.store.Update(context.Background(), func(w host.Writer) error {
		return w.Put("former", id, host.Former{Version: d, SnapshotBytes: 7})
	}))
}
