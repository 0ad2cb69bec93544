package process_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"appzone/host/process"
)

// helperHost makes this test binary a host that can be killed: its value is an order.
const helperHost = "APPZONE_TEST_HOST"

// entries are what children of these tests run in place of programs.
var entries = map[string]process.Entry{
	"args": func(args []string) int {
		fmt.Printf("%q %q\n", os.Args, args)
		fmt.Println(strings.Join(os.Environ(), "\n"))
		return 3
	},
	"wait": func([]string) int {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		fmt.Println("waiting")
		<-stop
		fmt.Println("stopping")
		return 0
	},
	"serve": func([]string) int {
		l, err := net.FileListener(os.NewFile(3, "listener"))
		if err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println(os.Getenv("LISTEN_PID"), os.Getpid())
		_ = http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "served") }))
		return 0
	},
	"read": func(args []string) int {
		for _, path := range args {
			_, err := os.ReadFile(path)
			fmt.Println(path, err)
		}
		return 0
	},
	"status": func([]string) int {
		tasks, _ := os.ReadDir("/proc/self/task")
		for _, task := range tasks {
			text, err := os.ReadFile("/proc/self/task/" + task.Name() + "/status")
			fmt.Println(string(text), err)
		}
		return 0
	},
	"dial": func(args []string) int {
		c, err := net.DialTimeout("tcp", args[0], 5*time.Second)
		if err == nil {
			_ = c.Close()
		}
		fmt.Println("connected", err == nil)
		return 0
	},
	"fill": func([]string) int {
		var all [][]byte
		for mb := 32; mb <= 256; mb += 32 {
			block := make([]byte, 32<<20)
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
			all = append(all, block)
			fmt.Println(mb, "MB")
		}
		return len(all) * 0
	},
	"loopback": func([]string) int {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err == nil {
			_, err = net.Dial("tcp", l.Addr().String())
		}
		fmt.Println("loopback", err)
		return 0
	},
	"nothing": func([]string) int { return 0 },
	"panic":   func([]string) int { panic("on purpose") },
}

// helpers are what this test binary can be besides, by the variable that says so. They do not return.
var helpers = map[string]func(string){}

func init() { helpers[helperHost] = beHost }

func TestMain(m *testing.M) {
	process.Main(entries)
	for name, be := range helpers {
		if text := os.Getenv(name); text != "" {
			be(text)
		}
	}
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("appzone/host/process.forkThread"))
}

// order is what a helper host is told: its machine, and what it starts.
type order struct {
	Machine           process.Capabilities
	Name, Path, Entry string
	Args              []string
	MarkDir           string
	Limits            process.Limits
}

// beHost starts one child, says so, and waits to be killed.
func beHost(text string) {
	var o order
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		panic(err)
	}
	process.Machine() // which finds what a crashed host left
	process.Pretend(o.Machine)
	p, err := process.Start(context.Background(), process.Spec{
		Name: o.Name, Path: o.Path, Entry: o.Entry, Args: o.Args, Env: []string{"PATH=/usr/bin:/bin"},
		Jail: process.Jail{SystemFiles: true, User: testUser}, MarkDir: o.MarkDir, Mark: "one", Limits: o.Limits,
	})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	time.Sleep(300 * time.Millisecond)
	fmt.Println("ready", p.PID())
	time.Sleep(time.Minute)
	os.Exit(1)
}

// machines are what the tests pretend to run on.
func machines() map[string]process.Capabilities {
	all := process.Machine()
	landlock := process.Capabilities{System: all.System, Root: all.Root, Landlock: all.Landlock, NoNewPrivileges: true, Seccomp: all.Seccomp}
	nothing := process.Capabilities{System: all.System, Root: all.Root, NoNewPrivileges: true}
	copied := all
	copied.Overlay = false
	copied.CgroupMemory, copied.CgroupCPU, copied.CgroupPIDs, copied.CgroupKill = 0, 0, 0, false
	return map[string]process.Capabilities{"every wall": all, "no overlay, no control groups": copied, "landlock alone": landlock, "no namespaces, no landlock": nothing}
}

// onEach runs a test on each of them.
func onEach(t *testing.T, test func(t *testing.T, m process.Capabilities)) {
	for name, m := range machines() {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(process.Pretend(m))
			test(t, m)
		})
	}
}

// lines collects a child's output.
type lines struct {
	mu  sync.Mutex
	all []process.Line
}

func (l *lines) add(line process.Line) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, line)
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var b strings.Builder
	for _, line := range l.all {
		b.WriteString(line.Text + "\n")
	}
	return b.String()
}

// await waits until the output holds text.
func (l *lines) await(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(l.text(), text) }, 20*time.Second, 5*time.Millisecond, "no %q in %s", text, l.text())
}

// testUser is whom the children of these tests run as where the host is root.
var testUser = process.PluginUser(7)

// shell is a child that runs a script.
func shell(script string) (process.Spec, *lines) {
	out := &lines{}
	return process.Spec{
		Name: "test-shell", Path: "/bin/sh", Args: []string{"-c", script}, Dir: "/",
		Env: []string{"PATH=/usr/bin:/bin"}, Jail: process.Jail{SystemFiles: true, User: testUser}, Output: out.add,
	}, out
}

// entry is a child that runs one of entries.
func entry(name string, args ...string) (process.Spec, *lines) {
	out := &lines{}
	env := []string{"GORACE=atexit_sleep_ms=0"} // the race detector would sleep for a second
	return process.Spec{Name: "test-entry", Entry: name, Args: args, Env: env, Jail: process.Jail{User: testUser}, Output: out.add}, out
}

func start(t *testing.T, spec process.Spec) *process.Process {
	t.Helper()
	p, err := process.Start(context.Background(), spec)
	require.NoError(t, err)
	t.Cleanup(p.Kill)
	return p
}

func await(t *testing.T, p *process.Process) process.Exit {
	t.Helper()
	select {
	case <-p.Done():
	case <-time.After(30 * time.Second):
		require.Fail(t, "the child did not end")
	}
	return p.Exit()
}

// run starts a child and waits for its end.
func run(t *testing.T, spec process.Spec) process.Exit {
	t.Helper()
	return await(t, start(t, spec))
}

// running finds live processes by a word of their command line.
func running(word string) []string {
	out, _ := exec.Command("ps", "-eo", "pid,stat,args").Output()
	var found []string
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) > 2 && !strings.HasPrefix(f[1], "Z") && strings.Contains(line, word) {
			found = append(found, strings.TrimSpace(line))
		}
	}
	return found
}

// word is a number that no other process names.
var word = func() func() string {
	n := 0
	return func() string { n++; return fmt.Sprintf("%d.%d", 90000+os.Getpid()%9999, 1000+n) }
}()

// openUp lets every user through to a test's folder, as they are through to a host's that runs plugins.
func openUp(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.Chmod(dir, 0o755))
}

// inherit makes a descriptor that passes to every child of an ordinary exec, as a host may
// have got from whoever started it.
func inherit(t *testing.T, f *os.File) {
	t.Helper()
	fd, err := syscall.Dup(int(f.Fd()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = syscall.Close(fd) })
}

func requireGone(t *testing.T, word string) {
	t.Helper()
	require.Eventually(t, func() bool { return len(running(word)) == 0 }, 10*time.Second, 20*time.Millisecond, "left: %v", running(word))
}
