package history_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/history"
)

// worst is the relative error that the package promises, from 16 µs to 67 s.
const worst = 1.0 / 9

// exact is the 95th percentile, in milliseconds, by looking at every request.
func exact(all []time.Duration) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return float64(sorted[(len(sorted)*95+99)/100-1].Nanoseconds()) / 1e6
}

// near allows for the three digits that are told.
func near(t *testing.T, want float64, got *float64, about ...any) {
	t.Helper()
	require.NotNil(t, got, about...)
	assert.LessOrEqual(t, math.Abs(*got-want), want*worst+0.0005, append([]any{"want %v, got %v", want, *got}, about...)...)
}

// some draws a latency between the bounds, any size as likely as another.
func some(r *rand.Rand, least, most time.Duration) time.Duration {
	return time.Duration(float64(least) * math.Pow(float64(most)/float64(least), r.Float64()))
}

func TestThePercentileIsOffByANinthAtMost(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 500 {
		m := history.New(0)
		least := some(r, 16*time.Microsecond, 67*time.Second)
		most := some(r, least, 67*time.Second)
		var all []time.Duration
		for range 1 + r.IntN(300) {
			took := some(r, least, most)
			all = append(all, took)
			m.Count(false, took)
		}
		points := m.Points(history.Hour, time.Second, time.Time{})
		near(t, exact(all), points[0].P95Ms, round)
		near(t, exact(all), m.Totals(time.Second).P95Ms, round)
	}
}

// A quarter of an hour has its own percentile, not a mean of its minutes'.
func TestALongStepAddsUpItsRequests(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	m := history.New(0)
	var all []time.Duration
	for minute := range 15 {
		count, typical := 1+r.IntN(200), some(r, time.Millisecond, 10*time.Second)
		for range count {
			took := some(r, typical, 2*typical)
			all = append(all, took)
			m.Count(false, took)
		}
		m.Turn(time.Duration(minute+1) * time.Minute)
	}
	day := m.Points(history.Day, 15*time.Minute, time.Time{})
	require.Len(t, day, 2)
	assert.EqualValues(t, len(all), day[0].Requests)
	near(t, exact(all), day[0].P95Ms)
}

func TestWhatIsOutOfTheClassesIsToldAsTheirEnd(t *testing.T) {
	for _, c := range []struct {
		took time.Duration
		want float64
	}{{-time.Second, .008}, {0, .008}, {15999 * time.Nanosecond, .008}, {68 * time.Second, 67108.864}, {math.MaxInt64, 67108.864}} {
		m := history.New(0)
		m.Count(false, c.took)
		assert.InDelta(t, c.want, *m.Totals(0).P95Ms, 1e-9, c.took)
	}
}
