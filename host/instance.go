package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"appzone/host/egress"
	"appzone/host/fault"
	"appzone/host/logs"
	"appzone/host/manifest"
	"appzone/host/process"
)

// instance is one run of a script plugin, from its preparation to the last trace of it. One goroutine runs it
// and tells the supervisor what happens; that it ended is the last thing that it tells.
type instance struct {
	host   *Host
	id     string
	number uint64
	log    *logs.Log
	tell   chan<- news
	// ahead is what it is started from; nil: the records.
	ahead *ahead

	stopOnce sync.Once
	stopping chan struct{}
	cutOnce  sync.Once
	cut      chan struct{} // closed: it ends without grace
	done     chan struct{}
	flight   flight

	// Set before it is told to be ready, and not changed after.
	launch   *launch
	proc     *process.Process
	began    time.Time // when proc did
	listener *process.Listener
	door     *egress.Door // nil where nothing was granted
	// listened is closed when the program called listen.
	listened   chan struct{}
	listenOnce sync.Once
	// answers tells whether the program listens now.
	answers atomic.Bool
	// control is the host's end of the control channel; helpers are the goroutines besides run.
	control *os.File
	helpers sync.WaitGroup
}

// codeNotPrepared is what a runtime answers when what it made is for another machine or another version of itself.
const codeNotPrepared = "not_prepared"

// codeDataFull is why a program that keeps too much on disk is not started.
const codeDataFull = "data_full"

// startMark begins the line that marks a start in a plugin's log.
const startMark = "starting version "

var instances atomic.Uint64

func newInstance(h *Host, id string, log *logs.Log, tell chan<- news, a *ahead) *instance {
	return &instance{host: h, id: id, number: instances.Add(1), log: log, tell: tell, ahead: a,
		flight: newFlight(), stopping: make(chan struct{}), cut: make(chan struct{}), done: make(chan struct{}), listened: make(chan struct{})}
}

func (i *instance) goRun() { go i.run() }

// goStop asks it to end: requests in flight may end, then the process must.
func (i *instance) goStop() { i.stopOnce.Do(func() { close(i.stopping) }) }

// goCut lets its end, which goStop asks for, or asked for, wait for nobody.
func (i *instance) goCut() { i.cutOnce.Do(func() { close(i.cut) }) }

func (i *instance) run() {
	ctx, cancel := context.WithCancel(context.Background())
	i.helpers.Go(func() { // a stop ends a start that is under way
		select {
		case <-i.stopping:
			cancel()
		case <-ctx.Done():
		}
	})
	err := i.start(ctx)
	if err == nil {
		i.tell <- news{inst: i, kind: newsReady}
		select {
		case <-i.proc.Done():
		case <-i.stopping:
			i.end()
		}
	} else if i.proc != nil {
		i.stopProcess()
	}
	cancel()
	i.flight.drain() // before it is told that it has ended: who asks for an instance then gets the next one
	close(i.done)
	i.cleanUp()
	i.tell <- news{inst: i, kind: newsEnded, err: err}
}

// start prepares and starts the process and returns when it is ready, or alive at the deadline without having
// called listen.
func (i *instance) start(ctx context.Context) error {
	ready, err := i.host.folders.begin(ctx, i.id)
	if err != nil {
		return err
	}
	defer ready()
	l, err := i.host.prepareLaunch(ctx, i.id, i.number, i.ahead)
	if err != nil {
		return err
	}
	i.launch = l
	if err := i.openDoor(ctx); err != nil {
		return err
	}
	if i.listener, err = process.NewListener(i.host.dirs.run); err != nil {
		return fmt.Errorf("make listener: %w", err)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make control pipe: %w", err)
	}
	defer write.Close()
	spec, err := l.spec(ctx, i.listener, write, i.output)
	if fault.CodeOf(err) == codeNotPrepared {
		i.log.Append(time.Now(), "host", "prepared again: what was made at its installation is of no use to this host any more")
		if err = i.host.prepare(ctx, noProgress{}, &l.version, &l.staged); err == nil {
			spec, err = l.spec(ctx, i.listener, write, i.output)
		}
	}
	if err != nil {
		read.Close()
		return err
	}
	if err := i.host.checkWalls(i.id, process.Machine().Walls(spec.Jail, spec.Limits)); err != nil {
		read.Close()
		return err
	}
	if n := len(l.cleaned); n > 0 {
		i.log.Append(time.Now(), "host", fmt.Sprintf("removed %d files that the plugin wrote over its code: %.500q", n, l.cleaned[:min(n, 10)]))
	}
	i.log.Append(time.Now(), "host", startMark+l.version.Version)
	if i.proc, err = process.Start(ctx, spec); err != nil {
		read.Close()
		return err
	}
	i.began = time.Now()
	i.host.folders.use(i.id, i.proc)
	if err := i.host.checkWalls(i.id, i.proc.Walls()); err != nil { // as they really stand
		read.Close()
		return err
	}
	i.log.SetRate(int64(l.manifest.EffectiveLimits().LogKBps) << 10)
	i.log.Append(time.Now(), "host", fmt.Sprintf("started (pid %d)", i.proc.PID()))
	i.control = read
	i.helpers.Go(i.readControl)
	return i.awaitReady(ctx)
}

// openDoor lets the program reach what the plugin was granted.
func (i *instance) openDoor(ctx context.Context) error {
	if i.launch.way == nil {
		return nil
	}
	g, err := i.host.gateOf(ctx, i.launch.plugin)
	if err != nil {
		return err
	}
	g.SetMaxConnections(i.launch.manifest.EffectiveLimits().OpenFiles) // an update or an administrator may have changed it
	if err := i.host.regulate(ctx, i.id); err != nil {
		return err
	}
	i.door = g.Open(i.launch.way)
	return nil
}

// awaitReady waits for an answer, an end, or the deadline.
func (i *instance) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, i.launch.readyTimeout)
	defer cancel()
	answered := make(chan error, 1)
	go func() { answered <- probe(ctx, i.listener.Dial, i.launch.readyPath) }()
	select {
	case err := <-answered:
		if err == nil {
			i.answers.Store(true)
			return nil
		}
		return i.unready(ctx, err)
	case <-i.proc.Done():
		cancel()
		<-answered
		return fault.New(fault.Invalid, "start_failed", "plugin %q did not start: %s%s", i.id, i.proc.Exit().Cause, hintText(i.hint()))
	}
}

// unready decides what a probe that got no answer means.
func (i *instance) unready(ctx context.Context, err error) error {
	select {
	case <-i.stopping:
		return fault.New(fault.Conflict, "stopped", "plugin %q was stopped while it was starting", i.id)
	default:
	}
	select {
	case <-i.listened:
		return fault.Wrap(err, fault.Invalid, "not_ready", "plugin %q called listen and did not answer %s within %s; see its log, or raise readiness.timeoutSeconds",
			i.id, probeName(i.launch.readyPath), i.launch.readyTimeout)
	default:
	}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil // alive, and never listened: pollers and schedulers are plugins too
	}
	return err
}

// end lets requests in flight end, then the process, then kills what is left.
func (i *instance) end() {
	grace := time.NewTimer(i.launch.grace)
	defer grace.Stop()
	select {
	case <-i.flight.drain():
	case <-grace.C:
	case <-i.proc.Done():
	case <-i.cut:
	}
	i.stopProcess()
}

// stopProcess gives the process its grace, unless the instance is cut off.
func (i *instance) stopProcess() {
	ended := make(chan struct{})
	defer close(ended)
	i.helpers.Go(func() {
		select {
		case <-i.cut:
			i.proc.Kill()
		case <-ended:
		}
	})
	i.proc.Stop(i.launch.grace)
}

func (i *instance) cleanUp() {
	i.flight.drain()
	if i.control != nil {
		i.control.Close()
	}
	i.helpers.Wait()
	if i.door != nil {
		i.door.Close()
	}
	if i.listener != nil {
		if err := i.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			i.host.log.Warn("listener not closed", "plugin", i.id, "error", err)
		}
	}
	if i.launch != nil {
		i.launch.remove()
	}
	if i.proc != nil {
		i.host.folders.unuse(i.id, i.proc)
	}
}

// output takes one line of the child's.
func (i *instance) output(l process.Line) { i.log.Append(l.Time, string(l.Stream), l.Text) }

// Instance implements Upstream.
func (i *instance) Instance() uint64 { return i.number }

// Dial implements Upstream.
func (i *instance) Dial(ctx context.Context) (net.Conn, error) { return i.listener.Dial(ctx) }

// Draining implements Upstream.
func (i *instance) Draining() <-chan struct{} { return i.flight.begun }

// Done implements Upstream.
func (i *instance) Done() <-chan struct{} { return i.done }

func (i *instance) pid() int { return i.proc.PID() }

func (i *instance) walls() []process.Wall { return i.proc.Walls() }

// comesBack tells whether the plugin's policy brings it back after this end.
func (i *instance) comesBack(e process.Exit) bool {
	if i.launch == nil {
		return true
	}
	switch i.launch.manifest.Parameters.Restart.Policy {
	case manifest.RestartNever:
		return false
	case manifest.RestartAlways:
		return true
	default:
		return e.Code != 0
	}
}

// lastExit describes the end of the instance; err is why its start failed, if it did.
func (i *instance) lastExit(err error) *LastExit {
	e := &LastExit{Exit: process.Exit{Code: -1, Time: time.Now().UTC()}}
	if i.proc != nil {
		e.Exit = i.proc.Exit()
		e.Hint = i.hint()
	}
	if err != nil && fault.CodeOf(err) != "start_failed" {
		e.Cause = fault.From(err).Message
		if fault.CodeOf(err) == codeDataFull {
			e.Limit, e.Hint = process.LimitData, limitHints[process.LimitData]
		}
	}
	return e
}

// hint finds what would fix a failed start: by the limit that ended it, else in the last lines that the program wrote.
func (i *instance) hint() string {
	if advice := limitHints[i.proc.Exit().Limit]; advice != "" {
		return advice
	}
	lines, err := i.log.Tail(50)
	if err != nil {
		return ""
	}
	for k := len(lines) - 1; k >= 0; k-- {
		if lines[k].Stream == "host" { // its own words may come between the program's, but what is before the start is another instance's
			if strings.HasPrefix(lines[k].Text, startMark) {
				break
			}
			continue
		}
		if strings.HasPrefix(lines[k].Text, "wasm trap: ") { // the sandbox's own words, of one short line
			return lines[k].Text
		}
		for _, h := range hints {
			if strings.Contains(lines[k].Text, h.sign) {
				return h.advice
			}
		}
	}
	return ""
}

// hints turn a runtime's own words into advice.
var hints = []struct{ sign, advice string }{
	{"Cannot find module", "a package or file is missing: put it into the zip (with node_modules), or name it in package.json"},
	{"ERR_MODULE_NOT_FOUND", "a package or file is missing: put it into the zip (with node_modules), or name it in package.json"},
	{"out of memory", "it used up its memory: raise limits.memoryMB"},
	{"SyntaxError", "its code does not parse: check that it was written for this version of the runtime"},
	{"permissions.network.outbound", "it was refused an address: have that granted, or let it do without"},
	{"EACCES: permission denied", "it touched something outside of its folders"}, // of a file; a refused connection is an EACCES, too
}

// limitHints are advice for who reached a limit.
var limitHints = map[process.Limit]string{
	process.LimitMemory:    "raise limits.memoryMB, or let it keep less in memory",
	process.LimitProcesses: "raise limits.pids, or let it start fewer processes and threads",
	process.LimitOpenFiles: "raise limits.openFiles, or let it close what it opens",
	process.LimitData:      "delete files of its data, or raise limits.dataMB",
}

func hintText(hint string) string {
	if hint == "" {
		return ""
	}
	return "; " + hint
}
