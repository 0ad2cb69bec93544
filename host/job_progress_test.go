package host_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// A bar moves with the work, and nobody who looks on is flooded: what comes in a rush is told ten times a second, its last word in any case.
func TestProgressIsToldOftenAndNotTooOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		own := ownRuntime{prepare: func(_ context.Context, s host.Staged, p host.Progress) error {
			for n := range 50 {
				p.Percent(n + 1)
				p.Output("line")
			}
			time.Sleep(10 * time.Second)
			for n := range 50 {
				p.Percent(50 + n)
				time.Sleep(10 * time.Millisecond)
			}
			return os.WriteFile(s.PreparedDir+"/made", nil, 0o600)
		}}
		r := newRig(t, func(c *host.Config) { c.Runtimes = []host.Runtime{own} })
		r.mustUpload(fmt.Sprintf(script, "P", "1.0.0", ""))
		live := r.Bus().Subscribe()
		defer live.Close()
		require.Empty(t, r.install("p", false).Error)
		synctest.Wait()
		var told []host.Event
		started, ended := 0, 0
		for len(live.C) > 0 {
			e := <-live.C
			switch {
			case e.Type == "job.started":
				started++
				assert.Equal(t, host.JobQueued, e.Data["state"])
			case e.Type == "job.ended":
				ended++
			case e.Type == "job.progress" && e.Data["step"] == "prepare":
				told = append(told, e)
			}
		}
		assert.Equal(t, []int{1, 1}, []int{started, ended})
		require.Greater(t, len(told), 5)
		assert.LessOrEqual(t, len(told), 10)
		for i := 2; i < len(told); i++ { // the first tells that the step began
			assert.GreaterOrEqual(t, told[i].Time.Sub(told[i-1].Time), 100*time.Millisecond)
		}
		assert.Equal(t, told[0].Time.Add(100*time.Millisecond), told[1].Time, "the last word of the rush")
		assert.Greater(t, told[1].Data["percent"], told[0].Data["percent"])
		r.Close()
	})
}
