package host_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// future puts a record as a host writes it whose clock is years ahead.
func (r *rig) future(table, key string, v any) {
	r.Helper()
	r.reboot(func(c *host.Config) {
		require.NoError(r, c.Store.Update(context.Background(), func(w host.Writer) error { return w.Put(table, key, v) }))
	})
}

// Row F7: after the clock was set back, new jobs and tokens follow the old ones.
func TestIDsGrowThoughTheClockIsSetBack(t *testing.T) {
	r := running(t)
	const ahead = "1eb85f88b370fd77ca24f479cb2"
	r.future("jobs", ahead, host.Job{ID: ahead, Kind: "start", Plugin: "p", State: host.JobSucceeded})
	last := ahead
	for range 3 {
		job, err := r.Restart(t.Context(), "p", admin)
		require.NoError(t, err)
		r.succeed(job)
		assert.Greater(t, job.ID, last)
		last = job.ID
		jobs, _, err := r.Jobs(t.Context(), "", 10)
		require.NoError(t, err)
		assert.Equal(t, job.ID, jobs[0].ID, "the newest is first")
	}
	before := ""
	for n := range 3 {
		made, err := r.CreateToken(t.Context(), host.TokenRequest{Name: fmt.Sprint(n), Scopes: []string{host.ScopeAll}}, admin)
		require.NoError(t, err)
		assert.Greater(t, made.ID, before)
		before = made.ID
	}
}

// Row F7: a session that was opened while the clock was years ahead ends as others do, when the clock is right again.
func TestASessionDoesNotOutliveAClockThatIsSetBack(t *testing.T) {
	r := newRig(t, nil)
	sum := sha256.Sum256([]byte("cookie"))
	ahead := time.Now().AddDate(10, 0, 0)
	r.future("sessions", hex.EncodeToString(sum[:]), host.Session{User: "admin", CreatedAt: ahead, UsedAt: ahead})
	actor, ok := r.BySession("cookie", host.Origin{})
	require.True(t, ok)
	sessions := r.Sessions(actor)
	require.Len(t, sessions, 1)
	assert.WithinDuration(t, time.Now().Add(12*time.Hour), sessions[0].ExpiresAt, time.Minute)
}
