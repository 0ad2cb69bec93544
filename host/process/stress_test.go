package process_test

import (
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

// F5, F2: many starts at once leave no descriptor, process or goroutine behind.
func TestManyAtOnceLeaveNothing(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		descriptors := func() int {
			entries, err := os.ReadDir("/proc/self/fd")
			require.NoError(t, err)
			return len(entries)
		}
		before := descriptors()
		n := word()
		var all sync.WaitGroup
		for i := range 12 {
			all.Go(func() {
				spec, _ := shell("sleep " + n)
				if i%3 == 0 {
					spec, _ = entry("wait")
				}
				l, err := process.NewListener(t.TempDir())
				if !assert.NoError(t, err) {
					return
				}
				defer l.Close()
				spec.Listener = l
				p, err := process.Start(t.Context(), spec)
				if !assert.NoError(t, err) {
					return
				}
				p.Stop(time.Duration(i) * time.Second)
			})
		}
		all.Wait()
		requireGone(t, n)
		assert.LessOrEqual(t, descriptors(), before)
	})
}
