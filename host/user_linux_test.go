package host_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/process"
)

// userOf is the user id of a plugin's process.
func userOf(t *testing.T, view host.PluginView) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", view.PID))
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), "\nUid:\t")
	id, _, _ := strings.Cut(rest, "\t")
	return id
}

func ownerOf(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return fmt.Sprint(info.Sys().(*syscall.Stat_t).Uid)
}

// F3: under a host of root's each plugin has a user id that is its alone, for as long as it is there.
func TestEachPluginHasAUserOfItsOwn(t *testing.T) {
	if !process.Machine().OwnUsers {
		require.NotZero(t, os.Geteuid(), process.Machine().Problems)
		t.Skip("an ordinary user has no user ids to give")
	}
	overlaid := func(c *host.Config) { c.Runtimes = []host.Runtime{ownRuntime{overlay: true}} }
	r := newRig(t, overlaid)
	one, other := sameNumber(r.dir)
	data := filepath.Join(r.dir, "plugins", one, "data")
	for _, id := range []string{one, other} {
		r.mustUpload(fmt.Sprintf(script, id, "1.0.0", ""))
	}
	require.NoError(t, os.MkdirAll(data, 0o700)) // as a host that gave no user ids left it
	require.NoError(t, os.WriteFile(filepath.Join(data, "old"), nil, 0o600))
	users := map[string]string{}
	for _, id := range []string{one, other} {
		require.Equal(t, host.JobSucceeded, r.install(id, true).State)
		users[id] = userOf(t, r.view(id))
		assert.Equal(t, "enforced", wall(r.view(id), "privileges"))
	}
	assert.NotEqual(t, users[one], users[other])
	assert.Equal(t, fmt.Sprint(process.PluginUser(host.FirstNumber(r.dir, one))), users[one])
	assert.Equal(t, users[one], ownerOf(t, filepath.Join(data, "old")))
	assert.Equal(t, "0", ownerOf(t, filepath.Dir(data)))

	r.reboot(overlaid)
	for _, id := range []string{other, one} {
		job, err := r.Start(t.Context(), id, admin)
		require.NoError(t, err)
		r.succeed(job)
		assert.Equal(t, users[id], userOf(t, r.view(id)))
	}
	revision := r.view(one).Revision
	job, err := r.Restart(t.Context(), one, admin)
	require.NoError(t, err)
	r.succeed(job)
	assert.Equal(t, revision, r.view(one).Revision)

	require.NoError(t, r.Remove(t.Context(), one, true, admin))
	assert.NoDirExists(t, filepath.Dir(data))
}

// sameNumber finds two plugins that would get the same number.
func sameNumber(root string) (one, other string) {
	seen := map[int]string{}
	for i := 0; ; i++ {
		id := fmt.Sprintf("p%d", i)
		n := host.FirstNumber(root, id)
		if seen[n] != "" {
			return seen[n], id
		}
		seen[n] = id
	}
}
