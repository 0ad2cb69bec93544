package host_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// A backup has a plugin's record and its folders of one and the same moment: an upgrade waits, while what runs answers.
func TestAnUpgradeWaitsForABackup(t *testing.T) {
	change, reached, goOn := held("backup.locked")
	r := keeping(t, change)
	done := make(chan []byte)
	go func() { done <- r.backup() }()
	<-reached
	upgraded := make(chan host.Job)
	go func() { upgraded <- r.upgrade("2.0.0", "", host.InstallRequest{}) }()
	require.Eventually(t, func() bool {
		jobs, _, err := r.Jobs(t.Context(), "", 1)
		return err == nil && jobs[0].Kind == "install" && currentStep(jobs[0]) == "switch"
	}, time.Minute, 5*time.Millisecond)
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, r.say(""))
	select {
	case <-upgraded:
		require.Fail(t, "it did not wait")
	case <-time.After(100 * time.Millisecond):
	}
	goOn()
	in := <-done
	require.Equal(t, host.JobSucceeded, (<-upgraded).State)
	assert.Equal(t, kept{"2.0.0", "one two", "one two", "{}"}, r.say(" two"))

	again, err := restore(t, in)
	require.NoError(t, err)
	again.reopen(keeperConfig(nil))
	again.comesBack()
	assert.Equal(t, "1.0.0", again.view("p").Version)
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, again.say(""))
}

// comesBack waits until the keeper runs again.
func (r *rig) comesBack() {
	r.Helper()
	require.Eventually(r, func() bool { return r.view("p").State == host.Running }, time.Minute, 5*time.Millisecond)
}

func currentStep(j host.Job) (name string) {
	for _, s := range j.Steps {
		if s.State == host.JobRunning {
			name = s.Name
		}
	}
	return name
}

// What can be gone back to on the host that was backed up can be gone back to on the restored one, with its data.
func TestARestoredPluginCanBeRolledBack(t *testing.T) {
	r := keeping(t, nil)
	require.Equal(t, host.JobSucceeded, r.upgrade("2.0.0", "", host.InstallRequest{}).State)
	assert.Equal(t, kept{"2.0.0", "one two", "one two", "{}"}, r.say(" two"))
	again, err := restore(t, r.backup())
	require.NoError(t, err)
	again.reopen(keeperConfig(nil))
	again.comesBack()
	assert.Equal(t, kept{"2.0.0", "one two", "one two", "{}"}, again.say(""))
	require.NotNil(t, again.view("p").Former)
	require.Equal(t, host.JobSucceeded, again.rollback(host.RollbackRequest{Data: host.DataRestore}).State)
	assert.Equal(t, kept{"1.0.0", "one", "one", "{}"}, again.say(""))
}
