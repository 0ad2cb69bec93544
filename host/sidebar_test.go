package host_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// entry is how the administrators' sidebar shows the plugin.
func (r *rig) entry(id string) host.SidebarEntry {
	r.Helper()
	entries, err := r.Sidebar(r.Context(), admin)
	require.NoError(r, err)
	for _, e := range entries {
		if e.ID == id {
			return e
		}
	}
	require.Fail(r, "not in the sidebar", id)
	return host.SidebarEntry{}
}

// reasonBecomes waits until the sidebar says why the plugin is not to be used.
func (r *rig) reasonBecomes(id, code string) host.SidebarEntry {
	r.Helper()
	require.Eventually(r, func() bool { return r.entry(id).ReasonCode == code }, time.Minute, 5*time.Millisecond, "%s: %s", id, code)
	e := r.entry(id)
	assert.Equal(r, code == "", e.Reason == "", "every reason has its words")
	return e
}

func TestASidebarSaysWhyAPluginDoesNotRun(t *testing.T) {
	r := newRig(t, nil)
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Empty(t, r.install("p", true).Error)
	e := r.reasonBecomes("p", "")
	assert.Equal(t, []any{host.Running, "1.0.0", r.view("p").Since}, []any{e.State, e.Version, e.Since})
	job, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	r.reasonBecomes("p", "stopped")
	job, err = r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)

	// After a boot it waits, and says until when.
	sub := 0
	r.reboot(func(c *host.Config) { c.RestartPlugins, c.RestartDelay = true, time.Hour })
	e = r.reasonBecomes("p", "waiting")
	require.NotNil(t, e.WaitingUntil)
	assert.WithinDuration(t, time.Now().Add(time.Hour), *e.WaitingUntil, time.Minute)
	live := r.Bus().Subscribe()
	defer live.Close()
	job, err = r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
	for e := range live.C {
		if e.Type == "plugin.waiting" {
			assert.Nil(t, e.Data["until"])
			sub++
		}
		if e.Type == "job.ended" {
			break
		}
	}
	assert.Equal(t, 1, sub, "who looks on is told that it does not wait any more")
	assert.Nil(t, r.reasonBecomes("p", "stopped").WaitingUntil)
}

// What follows a crash is said with the time of the next attempt, and what gave up says that nobody tries again.
func TestASidebarSaysThatACrashedPluginComesBack(t *testing.T) {
	for name, c := range map[string]struct {
		first time.Duration
		code  string
		state host.State
	}{
		"it waits":   {time.Hour, "crashed", host.BackingOff},
		"it gave up": {time.Millisecond, "failed", host.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
			require.Empty(t, r.install("p", true).Error)
			r.reboot(func(cfg *host.Config) {
				cfg.Runtimes = []host.Runtime{ownRuntime{command: func() error { return errors.New("/etc/secret is not there") }}}
				cfg.RestartPlugins, cfg.RestartDelay = true, time.Nanosecond
				cfg.Backoff = host.Backoff{First: c.first, Max: c.first, Budget: 2}
			})
			e := r.reasonBecomes("p", c.code)
			assert.Equal(t, c.state, e.State)
			assert.NotContains(t, e.Reason, "secret")
			if c.state == host.BackingOff {
				require.NotNil(t, e.WaitingUntil)
				assert.WithinDuration(t, time.Now().Add(c.first), *e.WaitingUntil, c.first/4)
				assert.Equal(t, e.WaitingUntil, r.view("p").WaitingUntil)
			}
		})
	}
}

// H4: members are told that a plugin is in quarantine, and what is for administrators is not told.
func TestASidebarSaysThatAPluginIsInQuarantine(t *testing.T) {
	r, key := published(t, nil)
	r.reasonBecomes("h", "")
	r.revoke(key, true)
	for _, id := range []string{"h", "p"} {
		e := r.reasonBecomes(id, "quarantined")
		assert.Equal(t, host.Stopped, e.State)
		assert.NotContains(t, e.Reason, key.Public().ID)
	}
	r.revoke(key, false)
	r.reasonBecomes("h", "")
}
