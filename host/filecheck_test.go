package host_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/audit"
	"appzone/host/fault"
)

// flip changes one byte of a file on the disk, and neither its size nor its time.
func flip(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	content[0] ^= 1
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.WriteFile(path, content, 0o600))
	require.NoError(t, os.Chmod(path, info.Mode()))
	require.NoError(t, os.Chtimes(path, info.ModTime(), info.ModTime()))
}

// warning is the plugin's warning of changed files, "" without one.
func (r *rig) warning(id string) string {
	for _, w := range r.view(id).Warnings {
		if w.Code == "files_changed" {
			return w.Message
		}
	}
	return ""
}

// awaitWarning waits until the pass after the boot has found what is changed.
func (r *rig) awaitWarning(id, names string) {
	r.Helper()
	require.Eventually(r, func() bool { return r.warning(id) != "" }, time.Minute, 5*time.Millisecond)
	assert.Contains(r, r.warning(id), names)
}

// acts counts the entries of the audit trail of this kind.
func (r *rig) acts(kind string) int {
	r.Helper()
	entries, _, err := r.Audit(r.Context(), audit.Filter{Kind: kind}, 0, 100)
	require.NoError(r, err)
	return len(entries)
}

// A9: a byte that changes on the disk while the host is down is found by the boot, refuses the start with the file's name, and is mended by an
// installation.
func TestABootFindsChangedFilesOfAProgram(t *testing.T) {
	for name, pattern := range map[string]string{"index.js": "code/index.js", "made": "prepared-*/made"} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
			require.Equal(t, host.JobSucceeded, r.install("p", true).State)
			found, err := filepath.Glob(filepath.Join(r.dir, "plugins", "p", "versions", "*", pattern))
			require.NoError(t, err)
			require.Len(t, found, 1)
			r.Close()
			flip(t, found[0])
			r.reboot(nil)
			r.awaitWarning("p", fmt.Sprintf("%q is changed on the disk", name))
			require.Eventually(t, func() bool { return r.acts("plugin.files_changed") == 1 }, time.Minute, 5*time.Millisecond)

			job, err := r.Start(t.Context(), "p", admin)
			require.NoError(t, err)
			job = r.wait(job)
			require.Equal(t, host.JobFailed, job.State)
			assert.Equal(t, "files_changed", job.Error.Code)
			assert.Contains(t, job.Error.Detail, name)
			r.reasonBecomes("p", "files_changed")

			assert.Equal(t, 1, r.acts("plugin.files_changed"), "what is known is told once")

			require.Equal(t, host.JobSucceeded, r.install("p", true).State)
			assert.Empty(t, r.warning("p"))
			assert.Equal(t, host.Running, r.view("p").State)
		})
	}
}

// A9: a change while the host runs is found by the next start.
func TestAStartFindsChangedFiles(t *testing.T) {
	r := running(t)
	found, err := filepath.Glob(filepath.Join(r.dir, "plugins", "p", "versions", "*", "code", "index.js"))
	require.NoError(t, err)
	require.Len(t, found, 1)
	flip(t, found[0])
	job, err := r.Restart(t.Context(), "p", admin)
	require.NoError(t, err)
	assert.Equal(t, "files_changed", r.wait(job).Error.Code)
	assert.Contains(t, r.warning("p"), "index.js")
	flip(t, found[0])
	job, err = r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.Empty(t, r.warning("p"), "it is as it was")
}

// A9: pages whose bytes changed in the store are not served, and the same zip mends them.
func TestABootFindsChangedPages(t *testing.T) {
	for name, blob := range map[string]func(host.File) host.Digest{
		"the content":     func(f host.File) host.Digest { return f.SHA256 },
		"an encoded copy": func(f host.File) host.Digest { return f.Gzip.SHA256 },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			zip := zipOf(t, fmt.Sprintf(html, "H", "1.0.0", ""), map[string]string{"long.css": string(bytes.Repeat([]byte("a { color: red }\n"), 500))})
			r.accept(zip)
			require.Equal(t, host.JobSucceeded, r.install("h", true).State)
			site, err := r.Site(t.Context(), "h")
			require.NoError(t, err)
			r.Close()
			require.True(t, r.store.Damage(blob(*site.Files["long.css"])))
			r.reboot(nil)
			r.awaitWarning("h", `"long.css" is changed in the store`)
			assert.Equal(t, host.Failed, r.view("h").State)
			shown := r.reasonBecomes("h", "files_changed")
			assert.Equal(t, host.Failed, shown.State)
			assert.NotContains(t, shown.Reason, "long.css", "a member learns no name")
			_, err = r.Site(t.Context(), "h")
			assert.Equal(t, "files_changed", fault.CodeOf(err))
			assert.NotContains(t, err.Error(), "long.css", "who only opens it learns no name")
			assert.True(t, r.HasSite(t.Context(), "h"))

			r.accept(zip)
			assert.Empty(t, r.warning("h"))
			_, err = r.Site(t.Context(), "h")
			require.NoError(t, err)
			r.reboot(nil)
			time.Sleep(100 * time.Millisecond) // long enough for the pass to find something, were there anything
			assert.Empty(t, r.warning("h"))
		})
	}
}

// A9: a program whose files are damaged in the store cannot be written to the disk; the same zip mends that, too.
func TestAnInstallationFindsWhatIsDamagedInTheStore(t *testing.T) {
	r := newRig(t, nil)
	zip := zipOf(t, fmt.Sprintf(script, "P", "1.0.0", ""), nil)
	r.accept(zip)
	require.NoError(t, os.RemoveAll(filepath.Join(r.dir, "plugins", "p")))
	sum := sha256.Sum256([]byte("// code"))
	require.True(t, r.store.Damage(host.Digest(hex.EncodeToString(sum[:]))))
	job := r.install("p", true)
	require.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "files_changed", job.Error.Code)
	assert.Contains(t, job.Error.Detail, "index.js")
	r.accept(zip)
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
}
