package process_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host/fault"
	"appzone/host/process"
)

// F2: descriptors, memory, disk, pids.
func TestLimits(t *testing.T) {
	dir := t.TempDir()
	openUp(t, dir)
	onEach(t, func(t *testing.T, m process.Capabilities) {
		tests := map[string]struct {
			limits process.Limits
			script string
			want   string
		}{
			"open files":   {process.Limits{OpenFiles: 40}, "ulimit -n", "40\n"},
			"memory":       {process.Limits{MemoryBytes: 64 << 20}, "ulimit -d; head -c 200M /dev/zero | tail -n 1 >/dev/null || echo refused", "65536\nrefused\n"},
			"file size":    {process.Limits{FileBytes: 4096}, "head -c 9000 /dev/zero > " + dir + "/file; wc -c < " + dir + "/file", "4096\n"},
			"core dumps":   {process.Limits{}, "exec grep -o 'core.*bytes' /proc/self/limits", "core file size        1                    1                    bytes\n"}, // 0 would not stop a core_pattern with a pipe
			"not raisable": {process.Limits{OpenFiles: 40}, "ulimit -n 41 || echo refused", "refused\n"},
		}
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				if raceDetector && test.limits.MemoryBytes != 0 {
					t.Skip("the race detector in the launcher may not get the memory that it wants")
				}
				spec, out := shell("exec 2>/dev/null; " + test.script)
				spec.Limits, spec.Jail.ReadWrite = test.limits, []string{dir}
				exit := run(t, spec)
				got := out.text()
				if exit.Limit == process.LimitMemory && !strings.HasSuffix(got, "refused\n") {
					got += "refused\n" // to the whole tree, before one process of it was at its own limit
				}
				assert.Equal(t, test.want, got, "%+v", exit)
			})
		}
	})
}

// F1: a fork bomb, where the number of processes can be bounded.
func TestProcessesAreCounted(t *testing.T) {
	spec, out := shell("exec 2>/dev/null; i=0; while [ $i -lt 100 ]; do sleep 1000 & i=$((i+1)); done; echo all")
	spec.Limits.Processes = 20
	p := start(t, spec)
	if level(p, "processes") != process.Enforced {
		out.await(t, "all")
		return // and the wall says that it is partial
	}
	await(t, p)
	assert.NotContains(t, out.text(), "all")
}

func init() {
	entries["watch"] = func([]string) int {
		n := 0
		for ; n < 500; n++ {
			if _, err := unix.InotifyInit(); err != nil {
				break
			}
		}
		fmt.Println(n)
		return 0
	}
}

// F2: what the kernel counts for each user is not for one child to use up.
func TestWatchersAreLeftForOthers(t *testing.T) {
	if !process.Machine().UserNamespace {
		t.Skip("to root the kernel lends no count of its own")
	}
	spec, out := entry("watch")
	run(t, spec)
	assert.Equal(t, "16\n", out.text())
}

func TestAnEntrysMemoryIsBounded(t *testing.T) {
	spec, out := entry("fill")
	spec.Limits.MemoryBytes = 100 << 20
	assert.NotZero(t, run(t, spec).Code)
	assert.Contains(t, out.text(), "32 MB\n")
	assert.False(t, strings.Contains(out.text(), "256 MB\n"))
}

func TestFileLimitIsExplained(t *testing.T) {
	dir := t.TempDir()
	openUp(t, dir)
	spec, _ := shell("exec head -c 9000 /dev/zero > " + dir + "/file")
	spec.Limits.FileBytes, spec.Jail.ReadWrite = 4096, []string{dir}
	exit := run(t, spec)
	assert.Equal(t, "SIGXFSZ", exit.Signal)
	assert.Contains(t, exit.Cause, "larger than its limit")
}

func TestUsage(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		spec, out := shell("exec 5</dev/null; i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; sleep 1000 & echo waiting; sleep 1000")
		p := start(t, spec)
		out.await(t, "waiting")
		require.Eventually(t, func() bool {
			u, err := p.Usage()
			require.NoError(t, err)
			return u.Processes == 3 && u.Threads == 3 && u.OpenFiles >= 10 && u.CPU >= 30*time.Millisecond && u.RSSBytes > 1<<20
		}, 5*time.Second, 20*time.Millisecond)
		u, err := p.Usage()
		require.NoError(t, err)
		assert.NotZero(t, u.PSSBytes)
		assert.Less(t, u.PSSBytes, u.RSSBytes)
		cpu, rss, err := p.Load()
		require.NoError(t, err)
		assert.GreaterOrEqual(t, cpu, u.CPU)
		assert.InEpsilon(t, u.RSSBytes, rss, 0.2, "everything sleeps, but for what the kernel has not counted yet")
		p.Kill()
		_, err = p.Usage()
		assert.Equal(t, "process_ended", fault.CodeOf(err))
		_, _, err = p.Load()
		assert.Equal(t, "process_ended", fault.CodeOf(err))
	})
}
