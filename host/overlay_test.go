package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// Row A9: what a plugin writes beside its code never becomes, or hides, its code.
func TestAPluginDoesNotChangeItsCode(t *testing.T) {
	r := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{ownRuntime{overlay: true}} })
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	overlay := filepath.Join(r.dir, "plugins", "p", "overlay")
	locked := filepath.Join(overlay, "locked")
	require.NoError(t, os.WriteFile(filepath.Join(overlay, "index.js"), []byte("// changed"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(overlay, "config.json"), []byte("{}"), 0o600))
	require.NoError(t, os.Mkdir(locked, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(locked, "more.mjs"), []byte("// new"), 0o600))
	require.NoError(t, os.Chmod(locked, 0))

	job, err := r.Restart(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.NoFileExists(t, filepath.Join(overlay, "index.js"))
	assert.NoFileExists(t, filepath.Join(locked, "more.mjs"))
	assert.FileExists(t, filepath.Join(overlay, "config.json"))
	info, err := os.Stat(locked)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm(), "a folder that it locked is opened again")
}
