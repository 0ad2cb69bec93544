package host_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// A plugin that cannot be told by a signal is restarted: it must not go on with settings that nobody sees any more.
func TestSettingsThatCannotBeDeliveredAreARestart(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", secretSettings+`,"settingsChange":"signal"`))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	pid := r.view("p").PID
	folders, err := filepath.Glob(filepath.Join(r.PrivateDir(), host.InstanceFolders))
	require.NoError(t, err)
	require.Len(t, folders, 1)
	require.NoError(t, os.RemoveAll(folders[0]))
	r.putToken("p", "new")
	require.Eventually(t, func() bool { v := r.view("p"); return v.State == host.Running && v.PID != pid }, time.Minute, 5*time.Millisecond)
	assert.Contains(t, ask(t, r, "p"), "new")
}

// Secrets in clear are in memory alone, readable by nobody else, and only as long as the instance lives.
func TestSettingsFilesArePrivateAndRemoved(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", secretSettings))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	files, err := filepath.Glob(filepath.Join(r.PrivateDir(), host.InstanceFolders, "*"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	for path, mode := range map[string]fs.FileMode{files[0]: 0o400, filepath.Dir(files[0]): fs.ModeDir | 0o700, r.PrivateDir(): fs.ModeDir | 0o700} {
		info, err := os.Lstat(path)
		require.NoError(t, err)
		assert.Equal(t, mode, info.Mode(), path)
	}
	job, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.NoDirExists(t, filepath.Dir(files[0]))
	r.Close()
	assert.NoDirExists(t, r.PrivateDir())
}

func TestWithoutATmpfsSettingsFilesAreInTheDataFolder(t *testing.T) {
	root, shared := t.TempDir(), t.TempDir()
	left := filepath.Join(root, "private", "left", "settings.json")
	require.NoError(t, os.MkdirAll(filepath.Dir(left), 0o700))
	require.NoError(t, os.WriteFile(left, []byte("of a host that crashed"), 0o400))
	dir, inMemory, err := host.MakePrivate(root, filepath.Join(shared, "missing"))
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(root, "private"), dir)
	assert.False(t, inMemory)
	assert.NoFileExists(t, left)
	again, _, err := host.MakePrivate(root, filepath.Join(shared, "missing"))
	require.NoError(t, err, "the next boot")
	assert.Equal(t, dir, again)
}

// H8: a version that calls a setting a secret finds it sealed, also if it was set under one that did not.
func TestASettingThatBecomesASecretIsSealed(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", `,"settings":{"type":"object","properties":{"token":{"type":"string"}}}`))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	r.putToken("p", "was plain")
	assert.Zero(t, r.secrets().Sealed)
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", secretSettings))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	assert.Equal(t, 1, r.secrets().Sealed)
	view, err := r.Settings(t.Context(), "p")
	require.NoError(t, err)
	assert.NotContains(t, string(view.Values), "was plain")
	assert.Contains(t, string(view.Values), `"fingerprint"`)
	assert.Contains(t, r.delivered("p"), "was plain")
}

// Row F6: the restart that new settings need says nothing of whether the plugin is to run. What somebody asks for afterwards holds, also when
// a switch to another version ends the supervisor that was restarting.
func TestARestartForSettingsLeavesWhatIsDesired(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", `,"settings":{"type":"object","properties":{"token":{"type":"string"}}}`))
	for n := range 5 {
		require.Equal(t, host.JobSucceeded, r.install("p", true).State)
		_, err := r.PutSettings(t.Context(), "p", fmt.Appendf(nil, `{"token":"%d"}`, n), 0, admin)
		require.NoError(t, err)
		require.Equal(t, host.JobSucceeded, r.install("p", false).State)
		jobs, _, err := r.Jobs(t.Context(), "", 10)
		require.NoError(t, err)
		for _, job := range jobs {
			r.wait(job)
		}
		v := r.view("p")
		require.Equal(t, host.DesiredStopped, v.Desired)
		require.Equal(t, host.Stopped, v.State)
	}
}
