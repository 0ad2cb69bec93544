package process_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host/fault"
	"appzone/host/process"
)

// Programs that take more than their share, each in its own way. They stop by themselves at a few hundred megabytes or
// a few thousand processes, so that a limit that does not hold fails a test and not the machine.
func init() {
	const most = 400 << 20
	entries["hog-unmapped"] = func([]string) int { // belongs to the tree and to no process's memory
		fd, err := unix.MemfdCreate("hog", 0)
		block := make([]byte, 1<<20)
		for n := 0; n < most && err == nil; n += len(block) {
			_, err = unix.Write(fd, block)
			time.Sleep(5 * time.Millisecond)
		}
		fmt.Println("full", err)
		time.Sleep(time.Minute)
		return 0
	}
	entries["hog-shared"] = func([]string) int { // is no private data
		all, err := unix.Mmap(-1, 0, most, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANON)
		for n := 0; n < len(all); n += 4096 {
			all[n] = 1
			if n%(1<<20) == 0 {
				time.Sleep(5 * time.Millisecond)
			}
		}
		fmt.Println("full", err)
		time.Sleep(time.Minute)
		return 0
	}
	entries["hog-threads"] = func([]string) int {
		for range 1000 {
			go func() {
				runtime.LockOSThread()
				_ = unix.Nanosleep(&unix.Timespec{Sec: 60}, nil)
			}()
			time.Sleep(time.Millisecond)
		}
		fmt.Println("full")
		time.Sleep(time.Minute)
		return 0
	}
	entries["hog-descriptors"] = func([]string) int {
		for {
			if _, err := unix.Open("/dev/null", unix.O_RDONLY, 0); err != nil {
				fmt.Fprintln(os.Stderr, "open:", err)
				return 1
			}
		}
	}
}

// withAndWithoutGroups runs a test with what this machine has, and with the watchdog in place of control groups.
func withAndWithoutGroups(t *testing.T, test func(t *testing.T)) {
	for _, name := range []string{"every wall", "no overlay, no control groups"} {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(process.Pretend(machines()[name]))
			test(t)
		})
	}
}

// F2, F10: memory of a tree, whichever way it is taken.
func TestMemoryHogsEnd(t *testing.T) {
	shells := map[string]string{
		"many children": "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do head -c 20M /dev/zero | tail -c 20M | (sleep 5; wc -c) & sleep 0.05; done; wait; echo full",
		"one child":     "head -c 60M /dev/zero | tail -c 60M | (sleep 1; wc -c); head -c 60M /dev/zero | tail -c 60M | (head -c 60M /dev/zero | tail -c 60M | (sleep 5; wc -c); wc -c); echo full",
	}
	withAndWithoutGroups(t, func(t *testing.T) {
		for name, script := range shells {
			t.Run(name, func(t *testing.T) {
				n := neighbour(t)
				spec, out := shell(script)
				spec.Limits.MemoryBytes = 64 << 20
				exit := run(t, spec)
				n.end(t)
				assert.Equal(t, process.LimitMemory, exit.Limit, "%+v\n%s", exit, out.text())
				assert.True(t, strings.HasPrefix(exit.Cause, "memory limit of 64 MB reached"), exit.Cause)
			})
		}
		for _, name := range []string{"hog-unmapped", "hog-shared"} {
			t.Run(name, func(t *testing.T) {
				spec, out := entry(name)
				spec.Limits.MemoryBytes = 64 << 20
				exit := run(t, spec)
				assert.Equal(t, process.LimitMemory, exit.Limit, "%+v\n%s", exit, out.text())
				assert.True(t, strings.HasPrefix(exit.Cause, "memory limit of 64 MB reached"), exit.Cause)
			})
		}
	})
}

// F1, F10: bombs of processes and threads are held or end, and nothing of them is left.
func TestBombsEnd(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		t.Run("processes", func(t *testing.T) {
			neighbour := neighbour(t)
			n := word()
			spec, out := shell(bomb)
			spec.Args = append(spec.Args, n)
			spec.Limits.Processes = 40
			p := start(t, spec)
			if level(p, "processes") == process.Enforced {
				out.await(t, "Cannot fork")
				p.Kill()
			} else {
				exit := await(t, p)
				assert.Equal(t, process.LimitProcesses, exit.Limit, "%+v\n%s", exit, out.text())
				assert.True(t, strings.HasPrefix(exit.Cause, "process limit of 40 reached"), exit.Cause)
			}
			requireGone(t, n)
			neighbour.end(t)
		})
		t.Run("threads", func(t *testing.T) {
			spec, out := entry("hog-threads")
			spec.Limits.Processes = 40
			exit := run(t, spec)
			assert.Equal(t, process.LimitProcesses, exit.Limit, "%+v\n%.500s", exit, out.text())
		})
	})
}

// G2, F10: a tree that computes without end is held near its share of CPU time, and can be stopped all the same.
func TestLoopsAreHeld(t *testing.T) {
	withAndWithoutGroups(t, func(t *testing.T) {
		neighbour := neighbour(t)
		spec, out := shell("trap 'exit 7' TERM; (while :; do :; done) & echo waiting; while :; do :; done")
		spec.Limits.CPUPercent = 20
		p := start(t, spec)
		out.await(t, "waiting")
		began := time.Now()
		var u process.Usage
		require.Eventually(t, func() (enough bool) {
			var err error
			u, err = p.Usage()
			require.NoError(t, err)
			return time.Since(began) > 3*time.Second
		}, 20*time.Second, 100*time.Millisecond)
		t.Logf("a share of 20%%: %.0f%%", 100*u.CPU.Seconds()/time.Since(began).Seconds())
		assert.Less(t, u.CPU, time.Since(began), "two loops take two processors where nothing holds them")
		p.Stop(20 * time.Second)
		assert.Equal(t, 7, p.Exit().Code, p.Exit().Cause)
		neighbour.end(t)
	})
}

// F2: descriptors end at the limit, and the cause says so.
func TestADescriptorLeakIsExplained(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		spec, out := entry("hog-descriptors")
		spec.Jail.SystemFiles, spec.Limits.OpenFiles = true, 64
		exit := run(t, spec)
		assert.Equal(t, "open file limit of 64 reached: exited with code 1", exit.Cause, out.text())
		assert.Equal(t, process.LimitOpenFiles, exit.Limit)
	})
}

// F2: disk, in whatever form, and no start before there is room again.
func TestDiskHogsEnd(t *testing.T) {
	scripts := map[string]string{
		"one file":         "head -c 12M /dev/zero > big; sleep 60",
		"several files":    "for i in 1 2 3 4 5 6; do head -c 2M /dev/zero > f$i; done; sleep 60",
		"a sea of files":   "i=0; while [ $i -lt 12000 ]; do : > f$i; i=$((i+1)); done; sleep 60",
		"a file in a hole": "mkdir hole; head -c 12M /dev/zero > hole/big; chmod 0 hole; sleep 60",
		"nested folders":   "i=0; while [ $i -lt 220 ]; do mkdir d; cd d; i=$((i+1)); done; head -c 12M /dev/zero > big; sleep 60",
		"no name":          "exec 5>gone; rm gone; head -c 12M /dev/zero >&5; sleep 60",
	}
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			openUp(t, dir)
			data := filepath.Join(dir, "data")
			require.NoError(t, os.Mkdir(data, 0o700))
			t.Cleanup(func() { _ = os.Chmod(filepath.Join(data, "hole"), 0o700) })
			spec, out := shell("cd " + data + "; echo waiting; " + script)
			spec.Jail.ReadWrite, spec.Limits.DataBytes = []string{data}, 8<<20
			p := start(t, spec)
			if level(p, "disk") == process.None {
				p.Kill()
				return
			}
			exit := await(t, p)
			assert.Equal(t, process.LimitData, exit.Limit, "%+v\n%s", exit, out.text())
			assert.Regexp(t, `^data limit of 8 MB reached \(it uses \d+ MB\)$`, exit.Cause)
			_, err := process.Start(t.Context(), spec)
			if name == "no name" {
				assert.NoError(t, err)
				return
			}
			require.Equal(t, "data_full", fault.CodeOf(err))
			assert.Contains(t, err.Error(), "is not started: data limit of 8 MB reached (it uses ")
			assert.Contains(t, err.Error(), "delete files of its data, or raise its limit")
		})
	}
}

// Hard links and holes count as what they take.
func TestDataIsMeasuredAsItLiesOnDisk(t *testing.T) {
	dir := t.TempDir()
	openUp(t, dir)
	spec, _ := shell("cd " + dir + "; head -c 3M /dev/zero > a; for i in 1 2 3 4 5 6; do ln a b$i; done; truncate -s 100M hole 2>/dev/null; exit 0")
	spec.Jail.ReadWrite, spec.Limits.DataBytes = []string{dir}, 8<<20
	run(t, spec)
	assert.Equal(t, 0, run(t, spec).Code)
	found, _ := filepath.Glob(filepath.Join(dir, "*"))
	assert.Len(t, found, 8, strconv.Itoa(len(found)))
}

// A folder that is named twice, or lies in another one, is measured once.
func TestAFolderIsMeasuredOnce(t *testing.T) {
	dir := t.TempDir()
	openUp(t, dir)
	inner := filepath.Join(dir, "inner")
	require.NoError(t, os.Mkdir(inner, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(inner, "kept"), make([]byte, 5<<20), 0o600))
	spec, _ := shell("exit 0")
	spec.Jail.ReadWrite, spec.Limits.DataBytes = []string{inner, dir, dir}, 8<<20
	assert.Equal(t, 0, run(t, spec).Code)
}

// What a program writes beside its code counts, and the code does not, however it is shown.
func TestCodeIsNoData(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		v := overlay(t, map[string]string{"large": strings.Repeat("code", 4<<20)})
		spec, out := shell("cd '" + v.Target + "'; echo x > note; echo waiting; sleep 1; exit 3")
		spec.Jail.Overlay, spec.Limits.DataBytes = v, 8<<20
		assert.Equal(t, "exited with code 3", run(t, spec).Cause)
		spec.Args[1] = "cd '" + v.Target + "'; head -c 12M /dev/zero > big; sleep 60"
		exit := run(t, spec)
		assert.Equal(t, process.LimitData, exit.Limit, "%+v\n%s", exit, out.text())
		_, err := process.Start(t.Context(), spec)
		assert.Equal(t, "data_full", fault.CodeOf(err))
	})
}
