package process_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host/fault"
	"appzone/host/process"
)

// level is how well a wall stands around a child.
func level(p *process.Process, name string) process.Level {
	for _, w := range p.Walls() {
		if w.Name == name {
			return w.Level
		}
	}
	return ""
}

// F3: the host's environment.
func TestEnvironmentIsWhatWasGiven(t *testing.T) {
	t.Setenv("SECRET_OF_THE_HOST", "x")
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		spec, out := shell("")
		spec.Path, spec.Args = "/usr/bin/env", nil
		spec.Env = []string{"A=1", "PATH=/usr/bin", "EMPTY=", "Z=line\nbreak", "A_B=\"quoted\""}
		run(t, spec)
		assert.Equal(t, strings.Join(spec.Env, "\n")+"\n", out.text())
	})
}

// F3: inherited descriptors, those that the host itself inherited among them.
func TestDescriptorsAreWhatWasGiven(t *testing.T) {
	leak, err := os.Open("/etc/hostname")
	require.NoError(t, err)
	defer leak.Close()
	inherit(t, leak)
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		defer r.Close()
		spec, out := shell("echo given >&4; exec ls /proc/self/fd")
		spec.Listener = listen(t, t.TempDir())
		spec.Files = []*os.File{w}
		run(t, spec)
		require.NoError(t, w.Close())
		assert.Equal(t, []string{"0", "1", "2", "3", "4", "5"}, strings.Fields(out.text()), "5 is the folder that is listed")
		given := make([]byte, 16)
		n, err := r.Read(given)
		require.NoError(t, err)
		assert.Equal(t, "given\n", string(given[:n]))
	})
}

// A program cannot learn anything of how it was started from ps or /proc.
func TestNothingShowsInTheProcessList(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		n := word()
		spec, out := entry("wait", "argument-"+n)
		spec.Name, spec.Env = "name-"+n, []string{"SECRET=secret-" + n}
		p := start(t, spec)
		out.await(t, "waiting")
		cmdline, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", p.PID()))
		require.NoError(t, err)
		assert.Equal(t, "name-"+n+"\x00", string(cmdline))
		if environ, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.PID())); err == nil {
			assert.NotContains(t, string(environ), "secret")
		}
	})
}

// F3: files, the parent's environment, a sibling's folder, a link out.
func TestFilesWall(t *testing.T) {
	base := t.TempDir()
	openUp(t, base)
	own, read, sibling := filepath.Join(base, "own"), filepath.Join(base, "read"), filepath.Join(base, "sibling")
	for _, dir := range []string{own, read, sibling} {
		require.NoError(t, os.Mkdir(dir, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), []byte("text"), 0o600))
	}
	require.NoError(t, os.Symlink("/etc/hostname", filepath.Join(own, "link")))
	require.NoError(t, os.Symlink(filepath.Join(sibling, "file"), filepath.Join(own, "link2")))
	script := `cd ` + own + `
try() { if eval "$2" >/dev/null 2>&1; then echo "$1: yes"; else echo "$1: no"; fi; }
try own.read 'cat file'
try own.write 'echo x > new && mkdir d && mv new d/moved && rm -r d'
try read.read 'cat ../read/file'
try read.list 'ls ../read'
try read.write 'echo x > ../read/new'
try read.change 'echo x > ../read/file'
try sibling.read 'cat ../sibling/file'
try sibling.list 'ls ../sibling'
try sibling.write 'echo x > ../sibling/new'
try link.out 'cat link'
try link.sibling 'cat link2'
try link.new 'ln -s /etc/hostname link3 && cat link3'
try shadow 'cat /etc/shadow'
try hostname 'cat /etc/hostname'
try home 'ls /root'
try root.write 'echo x > /x'
try tmp.write 'echo x > /tmp/x'
try usr.write 'echo x > /usr/x'
try parent.environ 'cat /proc/$PPID/environ'
try host.environ 'cat /proc/` + strconv.Itoa(os.Getpid()) + `/environ'
try init.mem 'head -c 1 /proc/1/mem'
try sysctl 'echo 0 > /proc/sys/kernel/panic'
try sysctl.keep 'cat /proc/sys/kernel/panic > /proc/sys/kernel/panic'
try device 'mknod dev c 1 3'
try disk 'head -c 1 /dev/vda || head -c 1 /dev/sda'
try mount 'mount -t tmpfs tmpfs .'
try null 'echo x > /dev/null && head -c 1 /dev/zero && head -c 1 /dev/urandom'
try system 'ls /usr/bin'
`
	allowed := []string{"own.read", "own.write", "read.read", "read.list", "null", "system"}
	onEach(t, func(t *testing.T, m process.Capabilities) {
		if !m.MountNamespace && m.Landlock == 0 {
			return // no wall, and it says so: see TestWallsSayWhatStands
		}
		spec, out := shell(script)
		spec.Jail.Private, spec.Jail.ReadWrite = []string{read}, []string{own}
		p := start(t, spec)
		await(t, p)
		for line := range strings.Lines(out.text()) {
			name, answer, _ := strings.Cut(strings.TrimSpace(line), ": ")
			want := "no"
			if slices.Contains(allowed, name) {
				want = "yes"
			}
			assert.Equal(t, want, answer, name)
		}
		assert.Contains(t, out.text(), "system: ", "the script came to its end")
		_ = os.Remove(filepath.Join(own, "link3"))
	})
}

func TestAnEntryIsInTheSameJail(t *testing.T) {
	dir := t.TempDir()
	openUp(t, dir)
	file := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	onEach(t, func(t *testing.T, m process.Capabilities) {
		if !m.MountNamespace && m.Landlock == 0 {
			return
		}
		spec, out := entry("read", file, "/etc/hostname", "/usr/bin/env")
		spec.Jail.Private = []string{dir}
		run(t, spec)
		answers := strings.Split(out.text(), "\n")
		assert.Equal(t, file+" <nil>", answers[0])
		assert.Regexp(t, "permission denied|no such file", answers[1])
		assert.Regexp(t, "permission denied|no such file", answers[2], "the zero jail shows no system files")
	})
}

// F3, F4: signals to the host and ptrace of it.
func TestProcessesWall(t *testing.T) {
	onEach(t, func(t *testing.T, m process.Capabilities) {
		if !m.PIDNamespace && m.Landlock < 6 {
			return
		}
		spec, out := shell(fmt.Sprintf("kill -0 %d && echo reached; kill -0 $PPID && echo init; kill -STOP %d; ps -e >/dev/null; echo end", os.Getpid(), os.Getpid()))
		run(t, spec)
		assert.NotContains(t, out.text(), "reached")
		if !m.PIDNamespace {
			assert.NotContains(t, out.text(), "init\n")
		}
		assert.Contains(t, out.text(), "end\n")
	})
}

func TestPrivileges(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		for _, kind := range []string{"program", "entry"} {
			spec, out := shell("exec cat /proc/self/status")
			if kind == "entry" {
				spec, out = entry("status")
				spec.Jail.SystemFiles = true
			}
			run(t, spec)
			threads := strings.Split(out.text(), "Name:")[1:]
			require.NotEmpty(t, threads)
			for _, status := range threads {
				for _, line := range []string{"CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapAmb:\t0000000000000000", "NoNewPrivs:\t1"} {
					assert.Contains(t, status, line, kind)
				}
				if process.Machine().Root || process.Machine().UserNamespace {
					assert.Contains(t, status, "CapBnd:\t0000000000000000", kind)
				}
			}
		}
	})
}

func init() {
	entries["calls"] = func([]string) int {
		unshare := func(flags int) error { return unix.Unshare(flags) }
		_, _, key := unix.Syscall(unix.SYS_KEYCTL, 0, 0, 0)
		_, _, ring := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, 0, 0)
		_, _, fault := unix.Syscall(unix.SYS_USERFAULTFD, 0, 0, 0)
		_, _, clone3 := unix.Syscall(unix.SYS_CLONE3, 0, 0, 0)
		_, machine := unix.Socket(unix.AF_VSOCK, unix.SOCK_STREAM, 0)
		_, smc := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 256)
		file, err := unix.MemfdCreate("lease", 0)
		if err == nil {
			_, err = unix.FcntlInt(uintptr(file), unix.F_SETLEASE, unix.F_WRLCK)
		}
		fmt.Println(machine, smc, err)
		fmt.Println(unshare(unix.CLONE_NEWUSER), unshare(unix.CLONE_NEWNET), unshare(0), key, ring, fault, clone3)
		return 0
	}
}

// Ways into the kernel, and out of limits, that no plugin needs; sockets that no network namespace holds (the hypervisor's),
// and leases, with which a reader makes everybody else wait for a file.
func TestSystemCallsAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, m process.Capabilities) {
		if !m.Seccomp {
			return
		}
		spec, out := entry("calls")
		run(t, spec)
		const no = "operation not permitted"
		const other = "address family not supported by protocol"
		sockets, rest, _ := strings.Cut(out.text(), "\n")
		smc := "protocol not supported"
		if !m.NetworkNamespace {
			smc = other // no internet sockets at all
		}
		assert.Equal(t, strings.Join([]string{other, smc, no}, " "), sockets)
		assert.Equal(t, strings.Join([]string{no, no, "<nil>", no, no, no, "function not implemented"}, " ")+"\n", rest)

		spec, out = shell("unshare -U true || echo refused; (sleep 0 & wait) && echo forks")
		run(t, spec)
		assert.Contains(t, out.text(), "refused\n")
		assert.Contains(t, out.text(), "forks\n")
	})
}

func TestNetworkWall(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	onEach(t, func(t *testing.T, m process.Capabilities) {
		for network, want := range map[process.Network]bool{process.NetworkHost: true, process.NetworkNone: !m.NetworkNamespace && !m.Seccomp && m.Landlock < 4} {
			spec, out := entry("dial", l.Addr().String())
			spec.Jail.Network = network
			p := start(t, spec)
			await(t, p)
			assert.Equal(t, fmt.Sprintln("connected", want), out.text(), "network %q", network)
			assert.Equal(t, want, level(p, "network") == process.None)
		}
	})
}

// D7: on the host's network a program with a listener opens no port beside it.
func TestAListenerIsTheOnlyOne(t *testing.T) {
	if process.Machine().Landlock < 4 {
		t.Skip("this kernel's Landlock knows nothing of ports")
	}
	for _, given := range []bool{true, false} {
		spec, out := entry("loopback")
		spec.Jail.Network = process.NetworkHost
		if given {
			spec.Listener = listen(t, t.TempDir())
		}
		run(t, spec)
		assert.Equal(t, given, strings.Contains(out.text(), "permission denied"), out.text())
	}
}

// A program may talk to itself over its loopback, which is its own.
func TestAnEmptyNetworkHasALoopback(t *testing.T) {
	if !process.Machine().NetworkNamespace {
		t.Skip("this machine has no network namespaces")
	}
	spec, out := entry("loopback")
	run(t, spec)
	assert.Equal(t, "loopback <nil>\n", out.text())
}

// What a child prepared in its own folder does not lead its next start out of it.
func TestLinksInWritableFoldersAreRefused(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Symlink("/etc", filepath.Join(dir, "sub")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "real/deep"), 0o700))
	spec, _ := shell("exit 0")
	spec.Jail.ReadWrite, spec.Jail.ReadOnly = []string{dir}, []string{filepath.Join(dir, "sub/ssl")}
	_, err := process.Start(context.Background(), spec)
	assert.Equal(t, "jail_refused", fault.CodeOf(err))
	spec.Jail.ReadOnly = []string{filepath.Join(dir, "real/deep")}
	assert.Equal(t, 0, run(t, spec).Code)
}

// F9, F10: a wall that is missing is said to be missing.
func TestWallsSayWhatStands(t *testing.T) {
	type levels [10]process.Level // network, files, processes, memory, cpu, privileges, environment, disk, descriptors, output
	const e, p, n = process.Enforced, process.Partial, process.None
	linux := process.Capabilities{System: "linux", NoNewPrivileges: true}
	full := linux
	full.UserNamespace, full.MountNamespace, full.PIDNamespace, full.NetworkNamespace, full.Overlay, full.Landlock = true, true, true, true, true, 7
	full.Seccomp = true
	root, copied, landlock, unfiltered, grouped := full, full, linux, full, full
	unfiltered.Seccomp = false
	root.Root, root.UserNamespace = true, false
	copied.Overlay = false
	landlock.Landlock = 7
	own, bare := root, process.Capabilities{System: "linux", NoNewPrivileges: true, Root: true, OwnUsers: true}
	own.OwnUsers = true
	user := process.Jail{User: testUser}
	grouped.Root, grouped.UserNamespace, grouped.CgroupMemory, grouped.CgroupCPU, grouped.CgroupPIDs = true, false, 2, 2, 1
	limits := process.Limits{MemoryBytes: 1, CPUPercent: 1, Processes: 1, OpenFiles: 1, DataBytes: 1, LogBytesPerSecond: 1}
	guest := limits
	guest.Guest = true
	overlay := process.Jail{Overlay: &process.Overlay{}}
	tests := map[string]struct {
		machine process.Capabilities
		jail    process.Jail
		limits  process.Limits
		want    levels
	}{
		"everything":                {full, process.Jail{}, limits, levels{e, e, e, p, p, e, e, p, e, e}},
		"root":                      {root, process.Jail{}, limits, levels{e, e, p, p, p, p, e, p, e, e}},
		"root, other users":         {own, user, limits, levels{e, e, e, p, p, e, e, p, e, e}},
		"root, no user is asked":    {own, process.Jail{}, limits, levels{e, e, p, p, p, p, e, p, e, e}},
		"root, a build":             {own, process.Jail{User: process.BuildUser}, limits, levels{e, e, p, p, p, e, e, p, e, e}},
		"root, no tree of files":    {bare, user, limits, levels{n, n, p, p, p, p, e, p, e, e}},
		"control groups":            {grouped, process.Jail{}, limits, levels{e, e, e, e, e, p, e, p, e, e}},
		"a guest":                   {root, process.Jail{}, guest, levels{e, e, e, e, p, p, e, e, e, e}},
		"a guest in control groups": {grouped, process.Jail{}, guest, levels{e, e, e, e, e, p, e, e, e, e}},
		"no limits":                 {root, process.Jail{}, process.Limits{}, levels{e, e, e, n, n, p, e, n, n, n}},
		"the host's network":        {full, process.Jail{Network: process.NetworkHost}, limits, levels{n, e, e, p, p, e, e, p, e, e}},
		"no filter of calls":        {unfiltered, process.Jail{}, limits, levels{p, e, e, p, p, e, e, p, e, e}},
		"a mounted overlay":         {full, overlay, limits, levels{e, e, e, p, p, e, e, p, e, e}},
		"a copied overlay":          {copied, overlay, limits, levels{e, p, e, p, p, e, e, p, e, e}},
		"landlock alone":            {landlock, process.Jail{}, limits, levels{p, p, p, p, p, e, e, p, e, e}},
		"an old kernel":             {linux, process.Jail{}, limits, levels{n, n, p, p, p, e, e, p, e, e}},
		"a system that is no Linux": {process.Capabilities{System: "darwin"}, process.Jail{}, limits, levels{n, n, n, n, n, n, p, n, n, e}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got levels
			for i, w := range test.machine.Walls(test.jail, test.limits) {
				got[i] = w.Level
				assert.NotEmpty(t, w.Reason)
			}
			assert.Equal(t, test.want, got)
		})
	}
}

func TestMachineIsProbedByTrying(t *testing.T) {
	m := process.Machine()
	assert.Equal(t, "linux", m.System)
	assert.Equal(t, os.Geteuid() == 0, m.Root)
	t.Logf("%+v", m)
}
