package host_test

import (
	"context"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/history"
	"appzone/host/process"
)

// points are the plugin's steps of the last hour.
func (r *rig) points(id string) []history.Point {
	r.Helper()
	got, err := r.History(r.Context(), id, history.Hour)
	require.NoError(r, err)
	return got.Points
}

func TestHistoryHasTheStepsSinceTheHostsStart(t *testing.T) {
	process.Machine() // its goroutine is the whole program's, and not of the bubble
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, nil)
		defer r.Close()
		started := time.Now()
		_, err := r.History(t.Context(), "pages", history.Hour)
		require.Equal(t, "plugin_not_found", fault.CodeOf(err))
		r.mustUpload(fmt.Sprintf(html, "Pages", "1.0.0", ""))
		require.Len(t, r.points("pages"), 1, "not installed yet")
		assert.Zero(t, r.Meters())
		require.Equal(t, host.JobSucceeded, r.install("pages", true).State)

		time.Sleep(30 * time.Second)
		site, err := r.Site(t.Context(), "pages")
		require.NoError(t, err)
		site.Meter.Count(true, time.Second)
		time.Sleep(time.Minute)
		_, err = r.Edit(t.Context(), "pages", []byte(`{"description":"other"}`), 0, admin)
		require.NoError(t, err)
		site, err = r.Site(t.Context(), "pages") // made anew, with the same meter
		require.NoError(t, err)
		site.Meter.Count(false, time.Second)
		got, err := r.History(t.Context(), "pages", history.Hour)
		require.NoError(t, err)
		assert.Equal(t, 60, got.StepSeconds)
		assert.Equal(t, started.UTC(), got.From)
		assert.Equal(t, time.Now().UTC(), got.To)
		require.Len(t, got.Points, 2)
		for k, p := range got.Points {
			assert.EqualValues(t, 1, p.Requests)
			assert.EqualValues(t, 1-k, p.Errors)
			assert.Nil(t, p.CPUPercent)
			assert.Nil(t, p.MemoryBytes)
		}
		stats, err := r.Stats(t.Context(), "pages")
		require.NoError(t, err)
		assert.EqualValues(t, []uint64{2, 1}, []uint64{stats.RequestsTotal, stats.ErrorsTotal})
		assert.InEpsilon(t, 1000, *stats.P95Ms, 1./9)

		time.Sleep(26 * time.Hour) // the sampler alone ends steps
		site.Meter.Count(false, time.Second)
		day, err := r.History(t.Context(), "pages", history.Day)
		require.NoError(t, err)
		require.Len(t, day.Points, 96)
		assert.EqualValues(t, 1, day.Points[95].Requests)
		assert.Equal(t, day.From.Add(95*15*time.Minute), day.Points[95].Time)
		assert.Len(t, r.points("pages"), 60)
	})
}

// A removed plugin leaves nothing behind, and another one of its id begins from nothing. A site that a change makes void while it is made
// is made again, so that no request goes uncounted.
func TestAMeterGoesWithItsPlugin(t *testing.T) {
	r := newRig(t, nil)
	ctx, done := context.WithCancel(t.Context())
	var changing sync.WaitGroup
	defer changing.Wait()
	defer done()
	changing.Go(func() {
		for ctx.Err() == nil {
			r.ForgetSites()
			time.Sleep(100 * time.Microsecond)
		}
	})
	for range 15 {
		r.mustUpload(fmt.Sprintf(html, "Pages", "1.0.0", ""))
		require.Equal(t, host.JobSucceeded, r.install("pages", true).State)
		site, err := r.Site(t.Context(), "pages")
		require.NoError(t, err)
		site.Meter.Count(false, time.Second)
		assert.EqualValues(t, 1, r.points("pages")[0].Requests)
		assert.Equal(t, 1, r.Meters())
		require.NoError(t, r.Remove(t.Context(), "pages", true, admin))
		site.Meter.Count(false, time.Second) // a request that was under way
		assert.Zero(t, r.Meters())
	}
}

func TestHistoryTellsWhatAProgramUsesAndThatItCameBack(t *testing.T) {
	r := newRig(t, func(c *host.Config) { c.Backoff = host.Backoff{First: time.Millisecond} })
	r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", `,"limits":{"memoryMB":300}`))
	require.Equal(t, host.JobSucceeded, r.install("p", true).State)
	r.SampleAll()
	p := r.points("p")[0]
	require.NotNil(t, p.CPUPercent)
	require.NotNil(t, p.MemoryBytes)
	assert.Greater(t, *p.MemoryBytes, int64(1<<20))
	assert.EqualValues(t, 300<<20, *p.MemoryLimitBytes)
	assert.Zero(t, p.Restarts)

	require.NoError(t, syscall.Kill(r.view("p").PID, syscall.SIGKILL))
	require.Eventually(t, func() bool { return r.view("p").Restarts == 1 }, 10*time.Second, time.Millisecond)
	assert.EqualValues(t, 1, r.points("p")[0].Restarts)

	stop, err := r.Stop(t.Context(), "p", admin)
	require.NoError(t, err)
	r.succeed(stop)
	r.SampleAll() // nothing runs
	assert.Equal(t, 1, r.Meters())
}
