package host_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"appzone/host"
)

func TestTransitions(t *testing.T) {
	states := []host.State{host.Stopped, host.Starting, host.Running, host.Stopping, host.BackingOff, host.Failed}
	causes := []host.Cause{host.CauseStart, host.CauseReady, host.CauseStop, host.CauseEnded, host.CauseCrashed, host.CauseGaveUp}
	// One row a state, one column a cause; "" is refused.
	want := map[host.State][6]host.State{
		host.Stopped:    {host.Starting, "", host.Stopped, "", "", ""},
		host.Starting:   {"", host.Running, host.Stopping, "", host.BackingOff, host.Failed},
		host.Running:    {"", "", host.Stopping, host.Stopped, host.BackingOff, host.Failed},
		host.Stopping:   {"", "", "", host.Stopped, "", ""},
		host.BackingOff: {host.Starting, "", host.Stopped, "", "", host.Failed},
		host.Failed:     {host.Starting, "", host.Stopped, "", "", ""},
	}
	for _, s := range states {
		for k, c := range causes {
			got, ok := s.Next(c)
			assert.Equal(t, want[s][k], got, "%s, %s", s, c)
			assert.Equal(t, want[s][k] != "", ok, "%s, %s", s, c)
		}
	}
}

func TestCrashBudget(t *testing.T) {
	policy := host.Backoff{First: time.Second, Max: 8 * time.Second, Budget: 5, HalfLife: time.Minute, Stable: 30 * time.Second}
	start := time.Unix(1_000_000, 0)

	t.Run("delays double up to the maximum", func(t *testing.T) {
		c := host.NewCrashes(host.Backoff{First: time.Second, Max: 8 * time.Second, Budget: 100, HalfLife: time.Minute, Stable: 30 * time.Second})
		for k, want := range []time.Duration{1, 2, 4, 8, 8} {
			d, ok := c.Add(start.Add(time.Duration(k)*time.Second), start)
			assert.True(t, ok)
			assert.InDelta(t, float64(want*time.Second), float64(d), float64(want*time.Second)/9)
		}
	})
	t.Run("a loop uses the budget up", func(t *testing.T) {
		c := host.NewCrashes(policy)
		n := 0
		for ; n < 50; n++ {
			if _, ok := c.Add(start.Add(time.Duration(n)*time.Second), time.Time{}); !ok {
				break
			}
		}
		assert.Equal(t, 5, n)
		c.Reset()
		_, ok := c.Add(start.Add(time.Minute), time.Time{})
		assert.True(t, ok, "a start by hand forgives")
	})
	t.Run("rare crashes never add up", func(t *testing.T) {
		c := host.NewCrashes(policy)
		for n := range 200 {
			now := start.Add(time.Duration(n) * 2 * time.Minute)
			d, ok := c.Add(now, now.Add(-time.Minute))
			assert.True(t, ok)
			assert.Less(t, d, 2*time.Second, "a stable run resets the delay")
		}
	})
}

func TestGrantsBeyond(t *testing.T) {
	some := &host.Grants{}
	some.Network.Outbound = []string{"a.example:443"}
	all := &host.Grants{UnrestrictedNetwork: true}
	more := &host.Grants{}
	more.Network.Outbound = []string{"a.example:443", "b.example:443"}
	more.Network.Listen = []int{9006}
	more.InstallScripts = true

	assert.Empty(t, some.Beyond(more))
	assert.Equal(t, []string{"network b.example:443", "listen 9006", "installScripts true"}, more.Beyond(some))
	assert.Equal(t, []string{"listen 9006", "installScripts true"}, more.Beyond(all), "every address covers each of them")
	assert.Equal(t, []string{"network *"}, all.Beyond(more))
	assert.Equal(t, []string{"network a.example:443"}, some.Beyond(nil), "nothing is granted that nobody agreed to")
}

func TestMergeEnv(t *testing.T) {
	got := host.MergeEnv([]string{"A=1", "B=2"}, []string{"B=3", "C=x=y"})
	assert.Equal(t, []string{"A=1", "B=3", "C=x=y"}, got, "one value for each name, the last one")
}
