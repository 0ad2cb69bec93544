package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// Row A10: an installation that was killed leaves what it prepared and placed of a candidate. What is prepared has
// a folder of its own each time, so they would add up.
func TestWhatAKilledInstallationPreparedIsRemoved(t *testing.T) {
	r := running(t)
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", ""))
	candidate := filepath.Join(r.dir, "plugins", "p", "versions", string(r.view("p").Candidate.Digest[:16]))
	for _, left := range []string{"prepared-1/node_modules", "code.partial/app"} {
		require.NoError(t, os.MkdirAll(filepath.Join(candidate, left), 0o700))
	}

	r.reboot(func(c *host.Config) { c.RestartPlugins, c.RestartDelay = true, time.Millisecond })
	require.Eventually(t, func() bool {
		left, err := os.ReadDir(candidate)
		return err == nil && len(left) == 1 && left[0].Name() == "code"
	}, 10*time.Second, time.Millisecond)
	require.Eventually(t, func() bool { return r.view("p").State == host.Running }, time.Minute, 5*time.Millisecond)
	prepared, err := filepath.Glob(filepath.Join(r.dir, "plugins", "p", "versions", "*", "prepared-*"))
	require.NoError(t, err)
	assert.Len(t, prepared, 1, "that of the version in use")
}

// A candidate that has no folder, as after an uninstallation, does not keep other folders from being tidied.
func TestACandidateWithoutAFolderIsTidied(t *testing.T) {
	r := running(t)
	job, err := r.Uninstall(t.Context(), "p", true, admin)
	require.NoError(t, err)
	r.succeed(job)
	versions := filepath.Join(r.dir, "plugins", "p", "versions")
	left := filepath.Join(versions, "0123456789abcdef")
	require.NoError(t, os.MkdirAll(left, 0o700))
	r.reboot(nil)
	require.Eventually(t, func() bool { _, err := os.Stat(left); return os.IsNotExist(err) }, 10*time.Second, time.Millisecond)
}
