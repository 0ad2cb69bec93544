package process_test

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

// without is a machine that lacks some walls.
type without struct {
	name string
	take func(*process.Capabilities)
}

var withouts = []without{
	{"every wall", func(*process.Capabilities) {}},
	{"no network namespace", func(c *process.Capabilities) { c.NetworkNamespace = false }},
	{"no view, no own pids, no own uid", func(c *process.Capabilities) {
		c.MountNamespace, c.PIDNamespace, c.Overlay, c.OwnUsers = false, false, false, false
	}},
	{"no namespaces", withoutNamespaces},
	{"no Landlock", func(c *process.Capabilities) { c.Landlock = 0 }},
	{"no seccomp", func(c *process.Capabilities) { c.Seccomp = false }},
	{"no own uid", func(c *process.Capabilities) { c.OwnUsers = false }},
	{"no control groups", withoutGroups},
	{"none of these", func(c *process.Capabilities) {
		withoutNamespaces(c)
		withoutGroups(c)
		c.Landlock, c.Seccomp = 0, false
	}},
}

func withoutNamespaces(c *process.Capabilities) {
	c.UserNamespace, c.MountNamespace, c.PIDNamespace, c.NetworkNamespace = false, false, false, false
	c.Overlay, c.OwnUsers = false, false
}

func withoutGroups(c *process.Capabilities) {
	c.CgroupMemory, c.CgroupCPU, c.CgroupPIDs, c.CgroupKill = 0, 0, 0, false
}

// BenchmarkWalls tells what each wall costs a start, by leaving it out: the time from the start to the end of a program that
// does nothing, and of Node.js doing nothing. The machines take turns, so that they meet the same neighbours. Run it with
//
//	go test -run '^$' -bench Walls -benchtime 30x ./host/process
func BenchmarkWalls(b *testing.B) {
	for _, program := range [][]string{{"true"}, {"node", "-e", "0"}} {
		path, err := exec.LookPath(program[0])
		if err != nil {
			b.Logf("%s is not installed", program[0])
			continue
		}
		b.Run(program[0], func(b *testing.B) { benchmarkWalls(b, path, program[1:]) })
	}
}

func benchmarkWalls(b *testing.B, path string, args []string) {
	all := process.Machine()
	way, err := process.NewSocket(b.TempDir())
	require.NoError(b, err)
	defer way.Close()
	spec := process.Spec{Name: "walls", Path: path, Args: args, Dir: "/", Env: []string{"PATH=/usr/bin:/bin"},
		Jail:   process.Jail{SystemFiles: true, User: testUser},
		Limits: process.Limits{MemoryBytes: 512 << 20, ReservedBytes: 1 << 40, CPUPercent: 100, Processes: 64, OpenFiles: 256}}
	relayed := spec
	relayed.Jail.Network, relayed.Jail.Sockets = process.NetworkEgress, []string{way.Path}
	names := []string{"bare", "every wall, and a way out"}
	runs := []func(){
		func() {
			cmd := exec.Command(path, args...)
			cmd.Env, cmd.Dir = spec.Env, spec.Dir
			require.NoError(b, cmd.Run())
		},
		func() { startAndEnd(b, relayed) },
	}
	for _, w := range withouts {
		less := all
		w.take(&less)
		names = append(names, w.name)
		runs = append(runs, func() {
			defer process.Pretend(less)()
			startAndEnd(b, spec)
		})
	}
	times := make([][]time.Duration, len(runs))
	for b.Loop() {
		for i, run := range runs {
			began := time.Now()
			run()
			times[i] = append(times[i], time.Since(began))
		}
	}
	if len(times[0]) < 3 { // the try that comes before each measurement
		return
	}
	middle := func(i int) time.Duration {
		slices.Sort(times[i])
		return times[i][len(times[i])/2]
	}
	bare, every := middle(0), middle(2)
	text := "\n" // in one piece: what a benchmark logs is cut off after some lines
	for i, name := range names {
		t := middle(i)
		text += fmt.Sprintf("%-32s median %8v  lowest %8v  %5.2f x bare, %8v against every wall\n", name, t.Round(10*time.Microsecond),
			times[i][0].Round(10*time.Microsecond), float64(t)/float64(bare), (t - every).Round(10*time.Microsecond))
	}
	b.Log(text)
}

func startAndEnd(b *testing.B, spec process.Spec) {
	p, err := process.Start(context.Background(), spec)
	require.NoError(b, err)
	<-p.Done()
	require.Zero(b, p.Exit().Code, "%s", p.Exit().Cause)
}
