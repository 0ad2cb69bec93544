package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host"
	"appzone/host/process"
)

// F3: under a host of root's a restored plugin gets a user id of its new place, and its folders with it. What it deleted of its code stays deleted.
func TestRestoredFoldersAreGivenToThePluginsUser(t *testing.T) {
	if !process.Machine().OwnUsers {
		require.NotZero(t, os.Geteuid(), process.Machine().Problems)
		t.Skip("an ordinary user has no user ids to give")
	}
	overlaid := func(c *host.Config) { c.Runtimes = []host.Runtime{ownRuntime{overlay: true}} }
	r := newRig(t, overlaid)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	old := userOf(t, r.view("p"))
	r.write("p", "data/deep/file", "text")
	gone := filepath.Join(r.dir, "plugins/p/overlay/gone.txt")
	require.NoError(t, unix.Mknod(gone, unix.S_IFCHR, 0))
	opaque := filepath.Join(r.dir, "plugins/p/overlay/folder")
	require.NoError(t, os.Mkdir(opaque, 0o700))
	marked := unix.Setxattr(opaque, "trusted.overlay.opaque", []byte("y"), 0) == nil
	again, err := restore(t, r.backup())
	require.NoError(t, err)
	again.reopen(overlaid)
	file := filepath.Join(again.dir, "plugins/p/data/deep/file")
	assert.Equal(t, "0", ownerOf(t, file), "owners in a backup are not believed")
	job, err := again.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	again.succeed(job)
	now := userOf(t, again.view("p"))
	assert.Equal(t, fmt.Sprint(process.PluginUser(host.FirstNumber(again.dir, "p"))), now)
	assert.Equal(t, now, ownerOf(t, file))
	assert.NotEqual(t, old, now)
	info, err := os.Lstat(filepath.Join(again.dir, "plugins/p/overlay/gone.txt"))
	require.NoError(t, err)
	assert.NotZero(t, info.Mode()&os.ModeCharDevice)
	if marked {
		value := make([]byte, 1)
		n, err := unix.Getxattr(filepath.Join(again.dir, "plugins/p/overlay/folder"), "trusted.overlay.opaque", value)
		require.NoError(t, err)
		assert.Equal(t, "y", string(value[:n]))
	}
}
