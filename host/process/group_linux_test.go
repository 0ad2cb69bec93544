package process_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

// grouped pretends a machine whose only walls are its control groups, if it has any.
func grouped(t *testing.T) process.Capabilities {
	t.Helper()
	all := process.Machine()
	if all.CgroupMemory+all.CgroupCPU+all.CgroupPIDs == 0 {
		t.Skip("the host may not make control groups here")
	}
	m := process.Capabilities{System: all.System, Root: all.Root, NoNewPrivileges: true,
		CgroupMemory: all.CgroupMemory, CgroupCPU: all.CgroupCPU, CgroupPIDs: all.CgroupPIDs, CgroupKill: all.CgroupKill}
	t.Cleanup(process.Pretend(m))
	return m
}

// groupsOf are the control groups of a process that are a host's.
func groupsOf(t *testing.T, pid int) (found []string) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "/appzone-"+strconv.Itoa(os.Getpid())) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// foldersOf are all folders of control groups with this in their name.
func foldersOf(name string) []string {
	found, _ := filepath.Glob("/sys/fs/cgroup/*" + name + "*")
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.Contains(d.Name(), name) {
			found = append(found, path)
		}
		return nil
	})
	return found
}

var every = process.Limits{MemoryBytes: 64 << 20, CPUPercent: 100, Processes: 32}

// F1: whatever a child starts is born in its groups, which go with it.
func TestAChildLivesInGroupsOfItsOwn(t *testing.T) {
	m := grouped(t)
	spec, out := shell("setsid sleep 1000 & echo waiting $!; wait")
	spec.Limits, spec.Mark = every, "group-test-"+strconv.Itoa(os.Getpid())
	p := start(t, spec)
	out.await(t, "waiting")
	want := 0
	versions := map[int]bool{}
	for _, v := range []int{m.CgroupMemory, m.CgroupCPU, m.CgroupPIDs} {
		if v == 1 {
			want++
		}
		versions[v] = true
	}
	if versions[2] || m.CgroupKill {
		want++
	}
	assert.Len(t, groupsOf(t, p.PID()), want)
	orphan, err := strconv.Atoi(strings.Fields(out.text())[1])
	require.NoError(t, err)
	assert.Equal(t, groupsOf(t, p.PID()), groupsOf(t, orphan))
	assert.NotEmpty(t, foldersOf(spec.Mark))
	p.Kill()
	assert.Equal(t, "killed by the host", p.Exit().Cause)
	assert.Empty(t, foldersOf(spec.Mark))
}

// F2: the memory of all processes of a tree together, each of them far below the limit.
func TestTheMemoryOfATreeIsBounded(t *testing.T) {
	if grouped(t).CgroupMemory == 0 {
		t.Skip("control groups do not hold memory here")
	}
	spec, out := shell("for i in 1 2 3 4 5 6 7 8; do head -c 20M /dev/zero | tail -c 20M | (sleep 0.5; wc -c) & done; wait; echo end; exit 3")
	spec.Limits.MemoryBytes = 64 << 20
	exit := run(t, spec)
	assert.Equal(t, process.LimitMemory, exit.Limit, "%+v %s", exit, out.text())
	assert.True(t, strings.HasPrefix(exit.Cause, "memory limit of 64 MB reached"), exit.Cause)
}

// F1: a bomb is held at the limit, and ended as a whole.
func TestABombInAGroupIsHeldAndEnded(t *testing.T) {
	if grouped(t).CgroupPIDs == 0 {
		t.Skip("control groups do not hold processes here")
	}
	n := word()
	spec, out := shell(bomb)
	spec.Args = append(spec.Args, n)
	spec.Limits.Processes = 40
	p := start(t, spec)
	out.await(t, "Cannot fork")
	u, err := p.Usage()
	require.NoError(t, err)
	assert.LessOrEqual(t, u.Processes, 48)
	p.Kill()
	requireGone(t, n)
}

// bomb doubles without end, in sessions of its own, up to a few thousand processes where nothing holds it.
const bomb = "b() { [ $1 -gt 11 ] && exec sleep $0; (b $(($1+1))) & (b $(($1+1))) & [ $1 -gt 8 ] || setsid sleep $0 & sleep $0; }; b 0"

// G2: an endless loop gets its share and no more.
func TestCPUTimeIsHeld(t *testing.T) {
	if grouped(t).CgroupCPU == 0 {
		t.Skip("control groups do not hold CPU time here")
	}
	spec, out := shell("echo waiting; (while :; do :; done) & while :; do :; done")
	spec.Limits.CPUPercent = 20
	p := start(t, spec)
	out.await(t, "waiting")
	began := time.Now()
	time.Sleep(1500 * time.Millisecond)
	u, err := p.Usage()
	require.NoError(t, err)
	assert.Less(t, u.CPU, time.Since(began)/2, "two loops would have used twice the time")
}

// F1, F4: the groups of a host that crashed are emptied and removed by the next one.
func TestGroupsOfACrashedHostAreSwept(t *testing.T) {
	m := grouped(t)
	n := word()
	host := startHost(t, order{Machine: m, Name: "test-orphan", Path: "/bin/sh", Args: []string{"-c", "(setsid sleep " + n + " &); sleep " + n}, Limits: every})
	require.NotEmpty(t, foldersOf("appzone-"+strconv.Itoa(host.Process.Pid)))
	require.NoError(t, host.Process.Kill())
	_ = host.Wait()
	startHost(t, order{Machine: m, Name: "test-next", Path: "/bin/sh", Args: []string{"-c", "sleep 1000"}, Limits: every})
	requireGone(t, n)
	assert.Empty(t, foldersOf("appzone-"+strconv.Itoa(host.Process.Pid)))
}
