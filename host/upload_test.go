package host_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/process"
)

func TestReceiveBoundsTheZip(t *testing.T) {
	r := newRig(t, func(c *host.Config) { c.MaxUploadBytes = 1 << 20 })
	for name, c := range map[string]struct {
		size int64
		code string
	}{
		"nothing (A11)":        {0, "body_empty"},
		"the limit":            {1 << 20, ""},
		"past the limit (A11)": {1<<20 + 1, "upload_too_large"},
		"without end (A11)":    {1 << 40, "upload_too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := r.Receive(t.Context(), io.LimitReader(zeros{}, c.size))
			assert.Equal(t, c.code, fault.CodeOf(err))
			if err == nil {
				u.Close()
			}
			left, err := os.ReadDir(filepath.Join(r.dir, "uploads"))
			require.NoError(t, err)
			assert.Empty(t, left, "the temporary file is left")
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestTheTemporaryFileIsPrivate(t *testing.T) { // A8
	r := newRig(t, nil)
	u, err := r.Receive(t.Context(), bytes.NewReader([]byte("x")))
	require.NoError(t, err)
	defer u.Close()
	files, err := filepath.Glob(filepath.Join(r.dir, "uploads", "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	info, err := os.Stat(files[0])
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	dir, err := os.Stat(filepath.Dir(files[0]))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), dir.Mode().Perm())
}

func TestAcceptRefuses(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "My Plugin", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("my-plugin", false).State)
	for name, c := range map[string]struct{ manifest, code string }{
		"another name with the same id (B4)":        {fmt.Sprintf(html, "my plugin!", "1.0.0", ""), "id_taken"},
		"the installed version, other content (B9)": {fmt.Sprintf(html, "My Plugin", "1.0.0", `,"upgrade":"replace"`), "version_exists"},
		"a page of this host (B7)":                  {`{"name":"Own","version":"1","description":"d","type":"html","parameters":{"views":{"admin":"https://CONSOLE.example/x"}}}`, "view_own_origin"},
		"a host that is newer than this":            {fmt.Sprintf(html, "Newer", "1.0.0", `,"requires":{"appzone":">=2"}`), "requirement_unmet"},
		"a file that is not there":                  {`{"name":"No","version":"1","description":"d","type":"html","parameters":{"views":{"admin":"no.html"}}}`, "file_missing"},
		"a runtime that is not there":               {fmt.Sprintf(script, "W", "1.0.0", `,"runtime":"wasm","wasmPath":"index.js"`), "runtime_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.upload(c.manifest, nil)
			assert.Equal(t, c.code, fault.CodeOf(err), "%v", err)
		})
	}
	items, _, err := r.Plugins(t.Context(), host.PluginFilter{})
	require.NoError(t, err)
	require.Len(t, items, 1, "a refused zip leaves nothing")
	assert.Nil(t, items[0].Candidate)
}

func TestTheSameZipAgainChangesNothing(t *testing.T) {
	r := newRig(t, nil)
	one := r.mustUpload(fmt.Sprintf(html, "P", "1.0.0", ""))
	two := r.mustUpload(fmt.Sprintf(html, "P", "1.0.0", ""))
	assert.Equal(t, one.Revision, two.Revision)
	r.install("p", false)
	three := r.mustUpload(fmt.Sprintf(html, "P", "1.0.0", ""))
	assert.Nil(t, three.Candidate)
}

// A collection that runs just then must not take the files that no record names yet.
func TestAnUploadIsSafeFromACollection(t *testing.T) {
	r := newRig(t, func(c *host.Config) {
		c.Hook = func(point string) {
			if point == "upload.stored" {
				_, err := c.Store.Blobs().Collect(t.Context(), func(func(host.Digest)) error { return nil })
				require.NoError(t, err)
			}
		}
	})
	r.mustUpload(fmt.Sprintf(html, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	_, err := r.Edit(t.Context(), "p", []byte(`{"icon":"icon-home"}`), 0, admin)
	require.NoError(t, err, "its files are there")
}

func TestVersionsAreKeptUpToTheirBound(t *testing.T) {
	r := newRig(t, nil)
	for n := range 12 {
		r.mustUpload(fmt.Sprintf(html, "P", fmt.Sprintf("1.%d.0", n), ""))
		if n == 3 {
			require.Equal(t, host.JobSucceeded, r.install("p", false).State)
		}
	}
	versions, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)
	require.Len(t, versions, 7, "the candidate, the installed one, and five more")
	assert.Equal(t, "1.11.0", versions[0].Version)
	assert.True(t, versions[0].Candidate)
	assert.True(t, versions[6].Installed)
	assert.Equal(t, "1.3.0", versions[6].Version)
}

func TestPlanAdvises(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(html, "Paypal", "1.0.0", ""))
	codes := func(manifest string) (out []string) {
		v := r.mustUpload(manifest)
		plan, err := r.Plan(t.Context(), v.ID, "")
		require.NoError(t, err)
		for _, f := range plan.Findings {
			out = append(out, f.Code)
		}
		return out
	}
	assert.Contains(t, codes(fmt.Sprintf(script, "Classic", "1.0.0", "")), "unrestricted_network")
	reaching := func(patterns string) []string {
		return codes(fmt.Sprintf(script, "Held", "1.0.0", `,"permissions":{"network":{"outbound":[`+patterns+`]}}`))
	}
	enforced := process.Machine().NetworkNamespace || process.Machine().Seccomp
	assert.Equal(t, enforced, !slices.Contains(reaching(`"a.example:443"`), "network_not_enforced"))
	for pattern, want := range map[string]string{"0.0.0.0/0:443": "any_address", "[::/0]:*": "any_address", "127.0.0.1:6379": "this_machine",
		"169.254.169.254:80": "this_machine", "localhost:80": "this_machine", "10.0.0.0/8:5038": "internal_network", "8.0.0.0/5:443": "internal_network", "192.0.0.0/2:443": "internal_network", "pbx.corp:5038": "internal_network",
		"*.line.me:443": "many_hosts"} {
		assert.Contains(t, reaching(`"`+pattern+`"`), want, pattern)
	}
	assert.Contains(t, codes(fmt.Sprintf(script, "Talks", "1.0.0", `,"permissions":{"plugins":["inbox"]}`)), "other_plugins")
	assert.Contains(t, codes(fmt.Sprintf(script, "Ports", "1.0.0", `,"permissions":{"network":{"listen":[9006]}}`)), "not_offered")
	assert.Contains(t, codes(fmt.Sprintf(html, "Pay-Pa1", "1.0.0", "")), "looks_alike", "B4")
}

func TestCheckKeepsNothing(t *testing.T) {
	r := newRig(t, nil)
	u, err := r.Receive(t.Context(), bytes.NewReader(zipOf(t, fmt.Sprintf(script, "P", "1.0.0", ""), nil)))
	require.NoError(t, err)
	plan, err := r.Check(t.Context(), u)
	require.NoError(t, err)
	u.Close()
	assert.Equal(t, []string{"express"}, plan.Dependencies, "the runtime had its look")
	assert.True(t, plan.NeedsConsent)
	items, _, err := r.Plugins(t.Context(), host.PluginFilter{})
	require.NoError(t, err)
	assert.Empty(t, items)
	left, err := os.ReadDir(filepath.Join(r.dir, "uploads"))
	require.NoError(t, err)
	assert.Empty(t, left)
}
