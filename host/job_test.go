package host_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

func TestNobodyWaitsForTheDiskBehindTheStartOfAJob(t *testing.T) {
	r, store := newStuckRig(t)
	r.mustUpload(fmt.Sprintf(html, "Clock", "1.0.0", ""))
	plan, err := r.Plan(t.Context(), "clock", "")
	require.NoError(t, err)
	var job host.Job
	ended := store.begin(t, func() (err error) {
		job, err = r.Install(t.Context(), "clock", host.InstallRequest{Grants: host.GrantChoice{Requested: true}}, plan.ETag, admin)
		return err
	})
	within(t, func() {
		items, _, err := r.Jobs(t.Context(), "", 0)
		assert.NoError(t, err)
		assert.Empty(t, items, "it has not begun")
		_, err = r.System(t.Context())
		assert.NoError(t, err)
	})
	store.release()
	require.NoError(t, <-ended)
	assert.Equal(t, host.JobSucceeded, r.wait(job).State)
}
