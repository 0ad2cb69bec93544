//go:build !race

// The race detector's own memory does not fit the limits that children have.
package sandbox_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

// F3, G7: under a root host the engine that runs a guest is a user of its own, that can reach what the guest was given and not
// change the code.
func TestAGuestsProcessOfARootHostIsNotRoot(t *testing.T) {
	if !process.Machine().OwnUsers {
		require.NotZero(t, os.Geteuid(), process.Machine().Problems)
		t.Skip("an ordinary user has no user ids to give")
	}
	p := prepared(t, "files")
	p.launch.SettingsFile = filepath.Join(p.dir("private"), "settings.json")
	require.NoError(t, os.Chmod(p.path("private"), 0o700))
	require.NoError(t, os.WriteFile(p.launch.SettingsFile, []byte("{}"), 0o400))
	spec, err := p.runtime.Command(context.Background(), p.staged, p.launch)
	require.NoError(t, err)
	user := process.PluginUser(1)
	spec.Jail.User, spec.Jail.Private = user, []string{p.path("private")}
	i := p.start(spec)
	require.Equal(t, 7, i.end().Code, i.output())
	for _, want := range []string{"write /data/own: ok", "read /data/own: written", "write /tmp/own: ok", "read /app/readme: read me", "read /run/appzone/settings.json: {}"} {
		assert.Contains(t, i.output(), want+"\n")
	}
	assert.Equal(t, user, owner(t, p.path("data/own")))
	require.NoError(t, filepath.WalkDir(p.staged.PreparedDir, func(name string, _ os.DirEntry, err error) error {
		require.NoError(t, err)
		assert.Equal(t, 0, owner(t, name), name)
		return nil
	}))
}

func owner(t *testing.T, name string) int {
	t.Helper()
	info, err := os.Lstat(name)
	require.NoError(t, err)
	return int(info.Sys().(*syscall.Stat_t).Uid)
}
