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

// Row A10: an installation that was killed leaves what it prepared of a candidate. Each attempt has a folder of its own, so they would add up.
func TestWhatAKilledInstallationPreparedIsRemoved(t *testing.T) {
	r := running(t)
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", ""))
	candidate := filepath.Join(r.dir, "plugins", "p", "versions", string(r.view("p").Candidate.Digest[:16]))
	left := filepath.Join(candidate, "prepared-1")
	require.NoError(t, os.MkdirAll(filepath.Join(left, "node_modules"), 0o700))

	r.reboot(func(c *host.Config) { c.RestartPlugins, c.RestartDelay = true, time.Millisecond })
	require.Eventually(t, func() bool { _, err := os.Stat(left); return os.IsNotExist(err) }, 10*time.Second, time.Millisecond)
	require.Eventually(t, func() bool { return r.view("p").State == host.Running }, time.Minute, 5*time.Millisecond)
	prepared, err := filepath.Glob(filepath.Join(r.dir, "plugins", "p", "versions", "*", "prepared-*"))
	require.NoError(t, err)
	assert.Len(t, prepared, 1, "that of the version in use")
}
