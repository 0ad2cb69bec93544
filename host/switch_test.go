package host_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
)

// failing is a store whose updates fail while err is set.
type failing struct {
	host.Store
	mu  sync.Mutex
	err error
}

func (f *failing) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *failing) Update(ctx context.Context, fn func(host.Writer) error) error {
	f.mu.Lock()
	err := f.err
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return f.Store.Update(ctx, fn)
}

// runningFailing is a rig with the script plugin "p" that runs, over a store that can fail from a point on.
func runningFailing(t *testing.T) (r *rig, store *failing, failAt func(point string)) {
	at := ""
	r = newRig(t, func(c *host.Config) {
		store = &failing{Store: c.Store}
		c.Store = store
		c.Hook = func(point string) {
			if point == at {
				store.set(errors.New("no space left"))
			}
		}
	})
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	return r, store, func(point string) { at = point; store.set(nil) }
}

// Row A10: when the switch itself fails, what ran runs on.
func TestWhatRanComesBackAfterASwitchThatFailed(t *testing.T) {
	r, _, failAt := runningFailing(t)
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", ""))
	failAt("install.stopped")
	assert.Equal(t, host.JobFailed, r.install("p", true).State)
	failAt("")
	v := r.view("p")
	assert.Equal(t, "1.0.0", v.Version)
	assert.Equal(t, host.Running, v.State)
}

func TestWhatRanComesBackAfterAnUninstallationThatFailed(t *testing.T) {
	r, _, failAt := runningFailing(t)
	failAt("uninstall.stopped")
	job, err := r.Uninstall(t.Context(), "p", false, admin)
	require.NoError(t, err)
	assert.Equal(t, host.JobFailed, r.wait(job).State)
	assert.Equal(t, host.Running, r.view("p").State)
	failAt("remove.stopped")
	require.Error(t, r.Remove(t.Context(), "p", true, admin))
	failAt("")
	assert.Equal(t, host.Running, r.view("p").State)
	job, err = r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(job)
}

func TestRequestsAndCommandsWaitForTheNextVersion(t *testing.T) {
	held, on := make(chan struct{}), make(chan struct{})
	r := newRig(t, func(c *host.Config) {
		n := 0
		c.Hook = func(point string) {
			if point == "install.stopped" {
				if n++; n == 2 {
					close(held)
					<-on
				}
			}
		}
	})
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", ""))
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	install, err := r.Install(t.Context(), "p", host.InstallRequest{Grants: host.GrantChoice{Requested: true}}, plan.ETag, admin)
	require.NoError(t, err)
	proceed := sync.OnceFunc(func() { close(on) })
	t.Cleanup(proceed)
	<-held
	got := make(chan error, 1)
	go func() {
		_, release, err := r.Acquire(context.Background(), "p")
		if err == nil {
			release()
		}
		got <- err
	}()
	start, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	proceed()
	r.succeed(install)
	r.succeed(start)
	require.NoError(t, <-got)
	assert.Equal(t, "2.0.0", r.view("p").Version)
}

// Row F6: a stop during an upgrade is not undone by it.
func TestAStopDuringAnUpgradeHolds(t *testing.T) {
	begun, on := make(chan struct{}), make(chan struct{})
	upgrade := false
	r := newRig(t, func(c *host.Config) {
		c.Runtimes = []host.Runtime{ownRuntime{prepare: func(context.Context, host.Staged, host.Progress) error {
			if upgrade {
				close(begun)
				<-on
			}
			return nil
		}}}
	})
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", ""))
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	upgrade = true
	install, err := r.Install(t.Context(), "p", host.InstallRequest{Grants: host.GrantChoice{Requested: true}}, plan.ETag, admin)
	require.NoError(t, err)
	<-begun
	stop, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(stop)
	close(on)
	r.succeed(install)
	v := r.view("p")
	assert.Equal(t, "2.0.0", v.Version)
	assert.Equal(t, host.Stopped, v.State)
	assert.Equal(t, host.DesiredStopped, v.Desired)
}

// Row F6: two people who ask for opposite things at once get one outcome, in the store as in the process.
func TestWhatIsDesiredIsWhatIsRecorded(t *testing.T) {
	r := running(t)
	for range 20 {
		var all sync.WaitGroup
		for _, ask := range []func(context.Context, string, host.Actor) (host.Job, error){r.Start, r.Stop, r.Restart, r.Stop} {
			all.Go(func() {
				job, err := ask(t.Context(), "p", admin)
				if assert.NoError(t, err) {
					_, _ = r.WaitJob(t.Context(), job.ID)
				}
			})
		}
		all.Wait()
		var recorded host.Plugin
		require.NoError(t, r.store.View(t.Context(), func(rd host.Reader) error {
			return rd.Get("plugins", "p", &recorded)
		}))
		v := r.view("p")
		require.Equal(t, recorded.Desired, v.Desired)
		require.Equal(t, v.Desired == host.DesiredRunning, v.State == host.Running, "state %s, desired %s", v.State, v.Desired)
	}
}

func TestACancelledStartTellsWhatBecameOfIt(t *testing.T) {
	begun, on := make(chan struct{}), make(chan struct{})
	r := newRig(t, func(c *host.Config) {
		c.Runtimes = []host.Runtime{ownRuntime{command: func() error { close(begun); <-on; return nil }}}
	})
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
	require.Equal(t, host.JobSucceeded, r.install("p", false).State)
	job, err := r.Start(t.Context(), "p", admin)
	require.NoError(t, err)
	<-begun
	_, err = r.CancelJob(t.Context(), job.ID, admin)
	require.NoError(t, err)
	close(on)
	r.succeed(job)
	assert.Equal(t, host.Running, r.view("p").State)
}

func TestAPluginThatIsGoneIsNotDesired(t *testing.T) {
	r := running(t)
	job, err := r.Uninstall(t.Context(), "p", false, admin)
	require.NoError(t, err)
	r.succeed(job)
	_, err = r.Start(t.Context(), "p", admin)
	assert.Equal(t, "not_installed", fault.CodeOf(err))
}

// Row F2: a plugin that fills the disk can still be stopped, by somebody who has to log in first.
func TestAFullDiskDoesNotKeepAPluginRunning(t *testing.T) {
	r, store, _ := runningFailing(t)
	store.set(fault.New(fault.NoSpace, "disk_full", "the disk is full"))
	_, _, err := r.Login(t.Context(), host.Credentials{Username: "admin", Password: "for the test"}, host.Origin{Address: "127.0.0.1"})
	require.NoError(t, err)
	job, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	job = r.wait(job)
	assert.Equal(t, host.JobFailed, job.State, "it could not be recorded")
	assert.Equal(t, "disk_full", job.Error.Code)
	assert.Equal(t, host.Stopped, r.view("p").State)
}

// Requests wait longer than a start may take while a switch takes long.
func TestRequestsWaitAsLongAsASwitchMayTake(t *testing.T) {
	held, on := make(chan struct{}), make(chan struct{})
	upgrading := false
	r := newRig(t, func(c *host.Config) {
		c.Hook = func(point string) {
			if point == "install.stopped" && upgrading {
				close(held)
				<-on
			}
		}
	})
	quick := `,"readiness":{"timeoutSeconds":1},"stop":{"graceSeconds":1}`
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", quick))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	r.mustUpload(fmt.Sprintf(script, "P", "2.0.0", quick))
	plan, err := r.Plan(t.Context(), "p", "")
	require.NoError(t, err)
	upgrading = true
	install, err := r.Install(t.Context(), "p", host.InstallRequest{}, plan.ETag, admin)
	require.NoError(t, err)
	proceed := sync.OnceFunc(func() { close(on) })
	t.Cleanup(proceed)
	<-held
	got := make(chan error, 1)
	go func() {
		_, release, err := r.Acquire(context.Background(), "p")
		if err == nil {
			release()
		}
		got <- err
	}()
	select {
	case err := <-got:
		require.NoError(t, err, "it did not wait")
	case <-time.After(2 * time.Second): // twice what a start may take
	}
	proceed()
	r.succeed(install)
	require.NoError(t, <-got)
}
