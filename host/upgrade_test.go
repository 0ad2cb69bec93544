package host_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

func TestAnUpgradeCanBeGoneBackFrom(t *testing.T) {
	prepared := 0
	r := keeping(t, func(c *host.Config) { c.Runtimes = []host.Runtime{keeperRuntime{prepared: &prepared}} })
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", "", host.InstallRequest{}).State)
	assert.Equal(t, kept{"2.0.0", "one two", "one two", "{}"}, r.say(" two"), "data goes on")
	v := r.view("p")
	assert.True(t, v.Trial)
	require.NotNil(t, v.Former)
	assert.Equal(t, "1.0.0", v.Former.Version)
	assert.True(t, v.Former.Snapshot)
	assert.Equal(t, int64(6), v.Former.SnapshotBytes)
	assert.Len(t, r.snapshots(), 1)

	// Back with its data, without a preparation.
	before := prepared
	require.Equal(t, host.JobSucceeded, r.rollback(host.RollbackRequest{Data: host.DataRestore}).State)
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, r.say(""))
	assert.Equal(t, before, prepared)
	v = r.view("p")
	assert.False(t, v.Trial, "who goes back has decided")
	assert.Equal(t, "2.0.0", v.Former.Version, "and may go forward again")
	assert.Len(t, r.snapshots(), 1)

	// Forward again, with the data of then; and back with what is there.
	require.Equal(t, host.JobSucceeded, r.rollback(host.RollbackRequest{Data: host.DataRestore}).State)
	assert.Equal(t, kept{"2.0.0", "one two", "one two", "{}"}, r.say(""))
	require.Equal(t, host.JobSucceeded, r.rollback(host.RollbackRequest{}).State)
	assert.Equal(t, kept{"1.0.0", "one two", "one two", "{}"}, r.say(""))

	// There already: nothing is done.
	require.Equal(t, host.JobSucceeded, r.rollback(host.RollbackRequest{Version: "1.0.0"}).State)
	assert.Equal(t, "2.0.0", r.view("p").Former.Version)
	assert.Len(t, r.snapshots(), 1)
	_, err := r.Rollback(t.Context(), "p", host.RollbackRequest{Version: "9.0.0"}, admin)
	assert.Equal(t, "version_not_found", fault.CodeOf(err))
	_, err = r.Rollback(t.Context(), "p", host.RollbackRequest{Data: "lose"}, admin)
	assert.Equal(t, "data_unknown", fault.CodeOf(err))
}

// Row A10: a version that does not start is taken back, with what it did to the data, and the job says why.
func TestAVersionThatDoesNotStartIsTakenBack(t *testing.T) {
	r := keeping(t, nil)
	job := r.upgrade("2.0.0-fail", "", host.InstallRequest{})
	assert.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "rolled_back", job.Error.Code)
	assert.Equal(t, fault.Invalid, job.Error.Kind)
	assert.Contains(t, job.Error.Detail, "1.0.0 is running again")
	assert.Contains(t, job.Error.Detail, "exited with code 3")
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, r.say(""))
	v := r.view("p")
	assert.False(t, v.Trial)
	assert.Nil(t, v.Former)
	assert.Empty(t, r.snapshots())
	versions, err := r.Versions(t.Context(), "p")
	require.NoError(t, err)
	assert.Contains(t, versions[0].Fault, "exited with code 3")
	plan, err := r.Plan(t.Context(), "p", "2.0.0-fail")
	require.NoError(t, err)
	assert.Equal(t, "rolled_back", plan.Findings[0].Code)
	assert.Equal(t, host.SeverityHigh, plan.Findings[0].Severity)
	entries := r.auditedAs("plugin.rolled_back")
	require.Len(t, entries, 1)
	assert.Equal(t, "host", entries[0].Actor)
	assert.Contains(t, string(entries[0].Data), "exited with code 3")

	// A plugin that was stopped is stopped again.
	stop, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(stop)
	start := true
	job = r.upgrade("3.0.0-fail", "", host.InstallRequest{Start: &start})
	assert.Equal(t, "rolled_back", job.Error.Code)
	v = r.view("p")
	assert.Equal(t, "1.0.0", v.Version)
	assert.Equal(t, host.Stopped, v.State)
	assert.Equal(t, host.DesiredStopped, v.Desired)
}

// Requests wait while a version fails and the former one comes back; none is refused.
func TestRequestsWaitForTheWayBack(t *testing.T) {
	r := keeping(t, nil)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	asked := 0
	go func() {
		for ctx.Err() == nil {
			var said kept
			if err := r.trySay(context.WithoutCancel(ctx), "", &said); err != nil || said.Version != "1.0.0" {
				done <- fmt.Errorf("%+v: %w", said, err)
				return
			}
			asked++
		}
		done <- nil
	}()
	job := r.upgrade("2.0.0-fail", "", host.InstallRequest{})
	stop()
	require.NoError(t, <-done)
	assert.Positive(t, asked)
	assert.Equal(t, "rolled_back", job.Error.Code)
}

// A second upgrade replaces what can be gone back to, and its snapshot.
func TestThereIsOneWayBack(t *testing.T) {
	r := keeping(t, nil)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", "", host.InstallRequest{}).State)
	first := r.snapshots()
	r.say(" two")
	require.Equal(t, host.JobSucceeded, r.upgrade("3.0.0", "", host.InstallRequest{}).State)
	assert.Equal(t, "2.0.0", r.view("p").Former.Version)
	require.Len(t, r.snapshots(), 1)
	assert.NotEqual(t, first, r.snapshots())
	_, err := r.Rollback(t.Context(), "p", host.RollbackRequest{Version: "1.0.0", Data: host.DataRestore}, admin)
	assert.Equal(t, "no_snapshot", fault.CodeOf(err))
	require.Equal(t, host.JobSucceeded, r.rollback(host.RollbackRequest{Version: "1.0.0"}).State)
	assert.Equal(t, kept{"1.0.0", "one two", "one two", "{}"}, r.say(""))
}

func TestWhatTakesAPluginOutTakesItsWayBack(t *testing.T) {
	for _, keep := range []bool{true, false} {
		r := keeping(t, nil)
		require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", "", host.InstallRequest{}).State)
		job, err := r.Uninstall(t.Context(), "p", keep, admin)
		require.NoError(t, err)
		r.succeed(job)
		v := r.view("p")
		assert.False(t, v.Trial)
		assert.Nil(t, v.Former, "what is not in use has nothing before it")
		assert.Equal(t, keep, len(r.snapshots()) > 0)
		_, err = r.Rollback(t.Context(), "p", host.RollbackRequest{}, admin)
		assert.Equal(t, "not_installed", fault.CodeOf(err))
		require.NoError(t, r.Remove(t.Context(), "p", false, admin))
		assert.NoDirExists(t, filepath.Join(r.dir, "plugins", "p"))
	}
}

// scarce is a store whose disk has as much room as it says.
type scarce struct {
	host.Store
	free atomic.Int64
}

func (s *scarce) FreeBytes() (int64, error) { return s.free.Load(), nil }

// A full disk stops an upgrade before anything is stopped.
func TestAnUpgradeThatHasNoRoomChangesNothing(t *testing.T) {
	store := &scarce{}
	store.free.Store(1 << 40)
	r := keeping(t, func(c *host.Config) { store.Store, c.Store = c.Store, store })
	big := filepath.Join(r.dir, "plugins", "p", "data", "big")
	require.NoError(t, os.WriteFile(big, make([]byte, 32<<20), 0o600))
	pid := r.view("p").PID
	r.mustUpload(versionOf("2.0.0"))
	store.free.Store(80 << 20) // enough for the files, and not for a copy
	job := r.upgrade("2.0.0", "", host.InstallRequest{})
	assert.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "disk_full", job.Error.Code)
	v := r.view("p")
	assert.Equal(t, "1.0.0", v.Version)
	assert.Equal(t, pid, v.PID)
}

// Row A10: a copy that fails half way leaves what ran.
func TestACopyThatFailsChangesNothing(t *testing.T) {
	dir := ""
	r := keeping(t, func(c *host.Config) {
		c.Hook = func(point string) {
			if point == "install.stopped" && dir != "" {
				_ = os.Rename(dir, dir+".away")
				_ = os.WriteFile(dir, nil, 0o600) // no folder: it cannot be copied
			}
			if point == "snapshot.copied" {
				panic("it could")
			}
		}
	})
	dir = filepath.Join(r.dir, "plugins", "p", "data")
	job := r.upgrade("2.0.0", "", host.InstallRequest{})
	assert.Equal(t, host.JobFailed, job.State)
	assert.Empty(t, r.snapshots())
	assert.Equal(t, "1.0.0", r.view("p").Version)
}

const portSettings = `,"settings":{"type":"object","properties":{"port":{"type":"integer"}},"additionalProperties":false}`

// Settings that the new schema refuses stop the upgrade before anything changes; others come with it, and leave with it.
func TestSettingsThatAVersionRefuses(t *testing.T) {
	r := newRig(t, keeperConfig(nil))
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", portSettings))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	_, err := r.PutSettings(t.Context(), "p", []byte(`{"port":80}`), 0, admin)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return r.say("").Settings == `{"port":80}` }, time.Minute, 5*time.Millisecond)
	pid := r.becomes("1.0.0", host.Running).PID
	named := `,"settings":{"type":"object","properties":{"port":{"type":"string"}}}`
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", named))
	plan, err := r.Plan(t.Context(), "p", "2.0.0")
	require.NoError(t, err)
	code := ""
	if job, err := r.Install(t.Context(), "p", host.InstallRequest{Version: "2.0.0", Grants: host.GrantChoice{Requested: true}}, plan.ETag, admin); err != nil {
		code = fault.CodeOf(err)
	} else if job = r.wait(job); job.Error != nil {
		code = job.Error.Code
	}
	assert.Equal(t, "settings_refused", code)
	assert.Equal(t, pid, r.view("p").PID, "nothing was stopped")

	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", named, host.InstallRequest{Settings: []byte(`{"port":"eighty"}`)}).State)
	assert.Equal(t, `{"port":"eighty"}`, r.say("").Settings)
	_, err = r.Rollback(t.Context(), "p", host.RollbackRequest{}, admin)
	assert.Equal(t, "settings_refused", fault.CodeOf(err))
	assert.ErrorContains(t, err, `"data": "restore"`, "a rollback takes no settings")
	require.Equal(t, host.JobSucceeded, r.rollback(host.RollbackRequest{Data: host.DataRestore}).State)
	assert.Equal(t, `{"port":80}`, r.say("").Settings)

	job := r.upgrade("3.0.0-fail", named, host.InstallRequest{Settings: []byte(`{"port":"x"}`)})
	assert.Equal(t, "rolled_back", job.Error.Code)
	assert.Equal(t, `{"port":80}`, r.say("").Settings)
}

// Row H3: what was taken back since an upgrade is not given back by a rollback, and more than is granted takes the right to grant.
func TestGrantsOfAVersionThatIsGoneBackTo(t *testing.T) {
	asking := func(hosts string) string { return `,"permissions":{"network":{"outbound":[` + hosts + `]}}` }
	r := newRig(t, keeperConfig(nil))
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", asking(`"a.example:443","b.example:443"`)))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", asking(`"b.example:443"`), host.InstallRequest{}).State)
	manager := host.Actor{User: "m", Role: host.RoleAdmin, Token: "t", Scopes: []string{host.ScopePluginsManage}}
	_, err := r.Rollback(t.Context(), "p", host.RollbackRequest{}, manager)
	assert.Equal(t, "consent_required", fault.CodeOf(err))
	_, err = r.PutGrants(t.Context(), "p", host.GrantChoice{Grants: &host.Grants{}}, 0, admin)
	require.NoError(t, err)
	require.Equal(t, host.JobSucceeded, r.rollback(host.RollbackRequest{}).State)
	assert.Equal(t, []string{"a.example:443"}, r.view("p").Grants.Network.Outbound)
}

// Row A10: whatever the moment of an error, the record and the folders agree.
func TestAWayBackThatFailsIsTriedAgain(t *testing.T) {
	r := keeping(t, nil)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", "", host.InstallRequest{}).State)
	r.say(" two")
	store := &failing{Store: r.store}
	r.reboot(keeperConfig(func(c *host.Config) {
		store = &failing{Store: c.Store}
		c.Store = store
		c.Hook = func(point string) {
			if point == "restore.between" {
				store.set(errors.New("a disk that fails"))
			}
		}
	}))
	r.becomes("2.0.0", host.Running)
	job := r.rollback(host.RollbackRequest{Data: host.DataRestore})
	assert.Equal(t, host.JobFailed, job.State)
	r.reboot(keeperConfig(nil))
	r.becomes("1.0.0", host.Running)
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, r.say(""))
	assert.Equal(t, "2.0.0", r.view("p").Former.Version)
}
