package host_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/doctor"
	"appzone/host/fault"
)

// closes closes the host and waits for that.
func (r *rig) closes() {
	r.Helper()
	closed := make(chan struct{})
	go func() { r.Close(); close(closed) }()
	select {
	case <-closed:
	case <-time.After(time.Minute):
		r.Fatal("the host does not close")
	}
}

// shuttingDown waits until the host has begun to close.
func (r *rig) shuttingDown() {
	require.Eventually(r, func() bool {
		_, err := r.Doctor(r.Context())
		return fault.CodeOf(err) == "shutting_down"
	}, time.Minute, time.Millisecond)
}

// Whoever reads a backup slowly keeps the store from being tidied, but neither the host from closing, nor its memory small.
func TestTheHostClosesWhileABackupIsRead(t *testing.T) {
	r := newRig(t, nil)
	const plugins = 40
	for i := range plugins {
		r.mustUpload(fmt.Sprintf(html, fmt.Sprintf("P%d", i), "1.0.0", ""))
	}
	b, err := r.Backup(t.Context(), admin)
	require.NoError(t, err)
	defer b.Close()
	before := runtime.NumGoroutine()
	for i := range plugins {
		require.NoError(t, r.Remove(t.Context(), fmt.Sprintf("p%d", i), false, admin))
	}
	assert.Less(t, runtime.NumGoroutine(), before+plugins/2, "one of them tidies for all")
	r.closes()
}

// A shutdown does not wait for gigabytes to be copied: what ran is what runs again.
func TestAShutdownEndsTheCopyOfWhatAPluginKeeps(t *testing.T) {
	var r *rig
	upgrading := false
	r = keeping(t, func(c *host.Config) {
		c.Hook = func(point string) {
			if point == "install.stopped" && upgrading {
				go r.Close()
				r.shuttingDown()
			}
		}
	})
	upgrading = true
	job := r.upgrade("2.0.0", "", host.InstallRequest{})
	upgrading = false
	assert.Equal(t, host.JobFailed, job.State)
	assert.Equal(t, "shutting_down", job.Error.Code)
	r.closes()
	assert.Empty(t, r.snapshots())
	r.reboot(keeperConfig(nil))
	r.becomes("1.0.0", host.Running)
}

// A check that waits for a disk which does not answer keeps no plugin running.
func TestAShutdownStopsPluginsWhileACheckHangs(t *testing.T) {
	hangs, goOn := make(chan struct{}), make(chan struct{})
	r := keeping(t, func(c *host.Config) {
		c.Checks = []doctor.Check{{Name: "disk", Run: func(context.Context) ([]doctor.Finding, error) {
			close(hangs)
			<-goOn
			return nil, nil
		}}}
	})
	go func() { _, _ = r.Doctor(context.Background()) }()
	<-hangs
	closed := make(chan struct{})
	go func() { r.Close(); close(closed) }()
	defer func() { close(goOn); <-closed }()
	require.Eventually(t, func() bool { return r.view("p").State == host.Stopped }, time.Minute, 5*time.Millisecond)
}
