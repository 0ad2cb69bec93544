package history_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/history"
)

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// requests of each point, for short.
func requests(points []history.Point) (all []int) {
	for _, p := range points {
		all = append(all, int(p.Requests))
	}
	return all
}

func TestStepsGoFromTheBeginningToTheOneThatIsOpen(t *testing.T) {
	m := history.New(0)
	m.Count(false, time.Millisecond)
	m.Count(true, time.Millisecond)
	m.Turn(time.Minute)
	m.Count(false, time.Millisecond)
	m.Restarted()
	points := m.Points(history.Hour, 100*time.Second, began)
	require.Equal(t, []int{2, 1}, requests(points))
	assert.Equal(t, began, points[0].Time)
	assert.Equal(t, began.Add(time.Minute), points[1].Time)
	assert.EqualValues(t, []any{uint32(1), uint32(0)}, []any{points[0].Errors, points[0].Restarts})
	assert.EqualValues(t, []any{uint32(0), uint32(1)}, []any{points[1].Errors, points[1].Restarts})
	assert.Equal(t, []int{3}, requests(m.Points(history.Day, 100*time.Second, began)))
	assert.Equal(t, []int{2, 1, 0}, requests(m.Points(history.Hour, 2*time.Minute, began)), "looking ends a step, too")
}

func TestOldStepsMakeRoomForNewOnes(t *testing.T) {
	for _, w := range []history.Window{history.Hour, history.Day} {
		m := history.New(0)
		at := time.Duration(0)
		for n := range 3 * w.Steps() {
			for range n {
				m.Count(false, time.Millisecond)
			}
			at += w.Step()
			m.Turn(at)
		}
		points := m.Points(w, at, began)
		require.Len(t, points, w.Steps(), w)
		for k, p := range points[:len(points)-1] {
			n := 2*w.Steps() + 1 + k
			assert.EqualValues(t, n, p.Requests)
			assert.Equal(t, began.Add(time.Duration(n)*w.Step()), p.Time)
		}
		assert.Zero(t, points[len(points)-1].Requests)
		assert.Nil(t, points[len(points)-1].P95Ms)
	}
}

// Where nobody looked for longer than a step, and for longer than all of them, what is there is not told as something else.
func TestStepsThatNobodySawAreEmpty(t *testing.T) {
	m := history.New(0)
	m.Count(false, time.Second)
	m.Turn(3*time.Minute + time.Second)
	m.Count(false, time.Second)
	assert.Equal(t, []int{1, 0, 0, 1}, requests(m.Points(history.Hour, 3*time.Minute+2*time.Second, began)))
	points := m.Points(history.Hour, 5*time.Hour, began)
	require.Len(t, points, 60)
	for _, p := range points {
		assert.Zero(t, p.Requests)
		assert.Nil(t, p.P95Ms)
	}
	assert.Nil(t, m.Totals(5*time.Hour).P95Ms)
	assert.EqualValues(t, 2, m.Totals(5*time.Hour).Requests)
}

func TestAMeterThatIsMadeLaterHasEmptySteps(t *testing.T) {
	at := 3*time.Hour + 20*time.Second
	m := history.New(at)
	m.Count(false, time.Millisecond)
	points := m.Points(history.Hour, at, began)
	require.Len(t, points, 60)
	assert.EqualValues(t, 1, points[59].Requests)
	assert.Zero(t, points[58].Requests)
	assert.Equal(t, began.Add(3*time.Hour), points[59].Time)
	assert.NotNil(t, m.Totals(at).P95Ms)
}

// A time that is before the last one, as two goroutines may bring it, changes nothing.
func TestTimesThatComeInAnotherOrder(t *testing.T) {
	m := history.New(time.Hour)
	m.Count(false, time.Millisecond)
	before := m.Points(history.Hour, time.Hour, began)
	m.Turn(time.Minute)
	assert.Equal(t, before, m.Points(history.Hour, 0, began))
}

func TestTheLastFiveMinutes(t *testing.T) {
	m := history.New(0)
	m.Count(false, 10*time.Second)
	for minute := range 4 {
		m.Turn(time.Duration(minute+1) * time.Minute)
		m.Count(false, time.Millisecond)
		assert.Greater(t, *m.Totals(time.Duration(minute+1) * time.Minute).P95Ms, 5000.)
	}
	assert.Less(t, *m.Totals(5 * time.Minute).P95Ms, 2.)
	assert.NotNil(t, m.Totals(8*time.Minute).P95Ms)
	assert.Nil(t, m.Totals(9*time.Minute).P95Ms)
	assert.Equal(t, uint64(5), m.Totals(9*time.Minute).Requests)
}

func TestUseOfProcessorAndMemory(t *testing.T) {
	m := history.New(0)
	sample := func(at time.Duration, instance uint64, age, cpu time.Duration, memory int64) {
		m.Sample(at, history.Sample{Instance: instance, Age: age, CPU: cpu, MemoryBytes: memory, MemoryLimitBytes: 100})
	}
	sample(15*time.Second, 1, 10*time.Second, 5*time.Second, 40) // counts from its beginning
	sample(30*time.Second, 1, 25*time.Second, 5*time.Second, 60)
	sample(60*time.Second, 1, 55*time.Second, 11*time.Second, 50) // the end of the first step is of it
	sample(75*time.Second, 2, 4*time.Second, 8*time.Second, 10)   // another instance
	m.Turn(2 * time.Minute)
	m.Turn(3 * time.Minute)
	sample(3*time.Minute+10*time.Second, 2, 30*time.Second, 7*time.Second, 20) // less than before: a process that ended is not in it
	points := m.Points(history.Hour, 3*time.Minute+10*time.Second, began)
	require.Len(t, points, 4)
	assert.InDelta(t, 20, *points[0].CPUPercent, 0.001)
	assert.EqualValues(t, 60, *points[0].MemoryBytes)
	assert.EqualValues(t, 100, *points[0].MemoryLimitBytes)
	assert.InDelta(t, 200, *points[1].CPUPercent, 0.001)
	assert.EqualValues(t, 10, *points[1].MemoryBytes)
	assert.Nil(t, points[2].CPUPercent, "nothing ran")
	assert.Nil(t, points[2].MemoryBytes)
	assert.Nil(t, points[2].MemoryLimitBytes)
	assert.Zero(t, *points[3].CPUPercent)
	day := m.Points(history.Day, 3*time.Minute+10*time.Second, began)
	assert.InDelta(t, 100*19./85, *day[0].CPUPercent, 0.001)
	assert.EqualValues(t, 60, *day[0].MemoryBytes)
}

func TestNothingIsLostBetweenGoroutines(t *testing.T) {
	const each = 20_000
	m := history.New(0)
	var counting, looking sync.WaitGroup
	stop := make(chan struct{})
	for range 4 {
		counting.Go(func() {
			for n := range each {
				m.Count(n%2 == 0, time.Duration(n)*time.Microsecond)
			}
			m.Restarted()
		})
	}
	var at time.Duration
	looking.Go(func() {
		for at < 30*time.Minute {
			select {
			case <-stop:
				return
			default:
			}
			at += time.Second
			m.Sample(at, history.Sample{Instance: 1, Age: at, CPU: at})
			m.Points(history.Day, at, began)
			m.Totals(at)
		}
	})
	counting.Wait()
	close(stop)
	looking.Wait()
	var requests, errors, restarts uint32
	for _, p := range m.Points(history.Hour, at, began) {
		requests, errors, restarts = requests+p.Requests, errors+p.Errors, restarts+p.Restarts
		assert.False(t, p.P95Ms != nil && math.IsNaN(*p.P95Ms))
	}
	assert.EqualValues(t, []any{uint32(4 * each), uint32(2 * each), uint32(4)}, []any{requests, errors, restarts})
}

func BenchmarkCount(b *testing.B) {
	m := history.New(0)
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			m.Count(false, 3*time.Millisecond)
		}
	})
	b.Run("at once", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				m.Count(false, 3*time.Millisecond)
			}
		})
	})
}

func BenchmarkTurn(b *testing.B) {
	m := history.New(0)
	b.ReportAllocs()
	for b.Loop() {
		m.Turn(time.Second)
	}
}
