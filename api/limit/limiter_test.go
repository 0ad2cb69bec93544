package limit_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"appzone/api/limit"
)

var start = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// taken is how many can be taken from the key at the time.
func taken(l *limit.Limiter, now time.Time, key string) (n int) {
	for l.Take(now, key) == 0 {
		n++
	}
	return n
}

func TestABurstAndThenOneInEachInterval(t *testing.T) {
	l := limit.New(3, time.Minute)
	assert.Equal(t, 3, taken(l, start, "a"))
	assert.Equal(t, time.Minute, l.Take(start, "a"))
	assert.Equal(t, 30*time.Second, l.Take(start.Add(30*time.Second), "a"))
	assert.Equal(t, 1, taken(l, start.Add(time.Minute), "a"))
	assert.Equal(t, 2, taken(l, start.Add(3*time.Minute), "a"))
	assert.Equal(t, 3, taken(l, start.Add(time.Hour), "a"), "never more than a burst")
	assert.Equal(t, 3, taken(l, start, "b"), "another key")
}

func TestSeveralKeysGiveTogetherOrNotAtAll(t *testing.T) {
	l := limit.New(2, time.Minute)
	assert.Equal(t, 2, taken(l, start, "empty"))
	assert.Equal(t, time.Minute, l.Take(start, "full", "empty"))
	assert.Equal(t, 2, taken(l, start, "full"), "nothing was taken")
}

func TestWhatIsGivenBackCanBeTaken(t *testing.T) {
	l := limit.New(2, time.Minute)
	l.Refund(start, "a")
	assert.Equal(t, 2, taken(l, start, "a"), "never more than a burst")
	l.Refund(start, "a", "b")
	assert.Equal(t, 1, taken(l, start, "a"))
	assert.Equal(t, 2, taken(l, start, "b"))
}

// The table is bounded, and who fills it gets nothing back that was used up.
func TestManyKeysDoNotRefillOne(t *testing.T) {
	l := limit.New(100, time.Minute)
	assert.Equal(t, 100, taken(l, start, "used up"))
	for i := range 30_000 {
		assert.Zero(t, l.Take(start, strconv.Itoa(i)))
	}
	assert.Positive(t, l.Take(start, "used up"))
	assert.LessOrEqual(t, l.Len(), 10_000)
	for i := range 30_000 {
		l.Take(start.Add(time.Hour), strconv.Itoa(i))
	}
	assert.LessOrEqual(t, l.Len(), 10_000)
}

func TestManyTakeAtOnce(t *testing.T) {
	l := limit.New(100, time.Hour)
	var all sync.WaitGroup
	var mu sync.Mutex
	got := 0
	for range 8 {
		all.Go(func() {
			n := taken(l, start, "a")
			mu.Lock()
			defer mu.Unlock()
			got += n
		})
	}
	all.Wait()
	assert.Equal(t, 100, got)
}

func BenchmarkTake(b *testing.B) {
	l := limit.New(1<<30, time.Nanosecond)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			l.Take(time.Now(), "token abcdef")
		}
	})
}
