package process

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"appzone/host/fault"
)

// Entry is a function of this binary that runs as a child in place of a program. Its
// arguments are Spec.Args, os.Args and the environment are Spec's, and what it
// returns is the exit code. The jail is on when it is called.
type Entry func(args []string) int

// ready says that Main was called: without it a re-executed binary would run the
// host once more instead of an entry.
var ready atomic.Bool

// orderTimeout bounds the wait of a stage for its order.
const orderTimeout = 10 * time.Second

// A stage that needs none of the entries starts here, before the packages of the host's own libraries are
// initialised: that halves the time of a start and the memory of an init that stays.
func init() {
	if s, fd := announced(); s != "" && s != stageEntry {
		syscall.Exit(runStage(fd, nil))
	}
}

// announced tells which stage this process is, and its control descriptor; "" for none.
func announced() (stage, int) {
	name, number, ok := strings.Cut(os.Getenv(stageEnv), ":")
	fd, err := strconv.Atoi(number)
	if !ok || err != nil || fd < 3 {
		return "", 0
	}
	return stage(name), fd
}

// Main must be the first call of main and of a TestMain whose tests start children. In
// a process that Start made it puts on the jail, calls the entry, and never returns. In every other
// process it returns at once.
func Main(entries map[string]Entry) {
	s, fd := announced()
	if s == "" {
		ready.Store(true)
		return
	}
	// Not os.Exit: nothing of the host may run in a stage, not even what is registered for the end.
	syscall.Exit(runStage(fd, entries))
}

// runStage obeys the order that waits at fd. It returns an exit code when the stage is over.
func runStage(fd int, entries map[string]Entry) int {
	runtime.LockOSThread()
	c, err := openControl(fd)
	if err != nil {
		return 125
	}
	var o order
	_ = c.conn.SetReadDeadline(time.Now().Add(orderTimeout))
	if err := c.in.Decode(&o); err != nil {
		return 125
	}
	_ = c.conn.SetReadDeadline(time.Time{})
	os.Clearenv()
	code, err := o.obey(c, entries)
	if err != nil {
		_ = c.send(report{Failed: failureOf(err)})
		return 125
	}
	return code
}

func (o *order) obey(c *control, entries map[string]Entry) (int, error) {
	if err := o.enterStage(); err != nil {
		return 0, err
	}
	switch o.Stage {
	case stageInit:
		return o.init(c)
	case stageJail:
		return 0, o.become(c)
	case stageEntry:
		return o.call(c, entries[o.Entry])
	case stageProbe:
		if err := o.enclose(); err != nil {
			return 0, err
		}
		if err := o.tryUser(); err != nil {
			return 0, err
		}
		return 0, c.send(report{Started: os.Getpid()})
	}
	return 0, fault.New(fault.Internal, "stage_unknown", "the child was told to be %q, which this version does not know", o.Stage)
}

// call runs an entry in this process.
func (o *order) call(c *control, entry Entry) (int, error) {
	if entry == nil {
		return 0, fault.New(fault.Internal, "entry_unknown", "this binary has no entry %q", o.Entry)
	}
	if err := o.enclose(); err != nil {
		return 0, err
	}
	if err := o.confine(); err != nil {
		return 0, err
	}
	os.Args = append([]string{o.Name}, o.Args...)
	for _, kv := range o.environment() {
		if k, v, ok := cutEnv(kv); ok {
			_ = os.Setenv(k, v)
		}
	}
	if err := c.send(report{Started: os.Getpid()}); err != nil {
		return 0, err
	}
	go dieWithHost(c)
	runtime.UnlockOSThread()
	os.Exit(entry(o.Args))
	return 0, nil
}

// dieWithHost ends this process when the host is gone, also where the kernel has no
// signal for that.
func dieWithHost(c *control) {
	_, _ = c.report(time.Time{})
	os.Exit(125)
}

// environment is what the program gets: the given one, and the words about the listener, which
// nothing that was given replaces.
func (o *order) environment() []string {
	if !o.Listening {
		return o.Env
	}
	env := slices.DeleteFunc(slices.Clone(o.Env), func(kv string) bool {
		return strings.HasPrefix(kv, "LISTEN_FDS=") || strings.HasPrefix(kv, "LISTEN_FD=") || strings.HasPrefix(kv, "LISTEN_PID=")
	})
	return append(env, "LISTEN_FDS=1", "LISTEN_FD=3", "LISTEN_PID="+strconv.Itoa(os.Getpid()))
}
