package process

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"appzone/host/fault"
)

// startTimeout bounds the time from the fork to the program's first instruction.
const startTimeout = 20 * time.Second

// Start starts one child and returns when its program (or entry) runs inside its jail: every wall
// that this machine can build stands by then, or Start fails. Cancelling ctx ends a start
// that is under way; it has no effect afterwards.
//
// Errors are *fault.Error: process_invalid, program_missing, program_refused, jail_refused,
// start_failed, start_timeout, or ctx's.
func Start(ctx context.Context, spec Spec) (*Process, error) {
	if !ready.Load() {
		return nil, fault.New(fault.Internal, "process_invalid", "start a child process: process.Main was not called first in main")
	}
	spec.Jail.ReadOnly = slices.Concat(spec.Jail.ReadOnly, spec.Jail.Private)
	if err := spec.check(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	machine := Machine()
	p := &Process{spec: spec, machine: machine, oomKills: oomKills(), done: make(chan struct{})}
	p.walls = machine.Walls(spec.Jail, spec.Limits)
	if err := p.prepare(); err != nil {
		return nil, err
	}
	if err := p.checkData(); err != nil {
		return nil, err
	}
	if err := p.own(ctx); err != nil {
		return nil, err
	}
	if err := p.launch(); err != nil {
		return nil, err
	}
	if err := p.greet(ctx); err != nil {
		return nil, err
	}
	p.guard()
	go p.wait()
	return p, nil
}

// launch forks the first stage and gives it its order.
func (p *Process) launch() error {
	o := p.order()
	var err error
	if p.group, err = p.newGroup(); err != nil {
		return err
	}
	if err := p.forkStage(o); err != nil {
		p.group.remove()
		return startFailed(err)
	}
	p.output.start()
	if err := p.mark(); err != nil {
		return p.abort(err)
	}
	if err := p.group.add(p.proc.Pid); err != nil {
		return p.abort(err)
	}
	_ = p.control.conn.SetWriteDeadline(time.Now().Add(startTimeout))
	if err := p.control.send(o); err != nil && !errors.Is(err, unix.EPIPE) && !errors.Is(err, unix.ECONNRESET) {
		return p.abort(startFailed(err))
	}
	return nil
}

// forkStage makes the descriptors of the first stage, forks it, and closes what is the child's.
func (p *Process) forkStage(o *order) error {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	output, theirs, err := newOutput(p.spec)
	if err != nil {
		return err
	}
	defer closeAll(theirs)
	control, their, err := controlPair()
	if err != nil {
		output.close()
		return err
	}
	defer their.Close()
	files := append([]*os.File{null}, theirs...)
	if l := p.spec.Listener; l != nil {
		l.mu.RLock()
		defer l.mu.RUnlock()
		if l.file == nil || l.closed {
			err = errors.New("the listener was used or closed before")
		}
		files = append(files, l.file)
	}
	files = append(append(files, p.spec.Files...), their)
	if err == nil {
		p.proc, err = fork(child{path: selfPath(), name: p.stageName(), env: o.stageEnvironment(), files: files, sys: o.Plan.attributes()})
	}
	if err != nil {
		output.close()
		control.close()
		return err
	}
	p.output, p.control = output, control
	return nil
}

// greet waits until the program runs.
func (p *Process) greet(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() { _ = p.control.conn.SetReadDeadline(time.Unix(1, 0)) })
	deadline := time.Now().Add(startTimeout)
	r, err := p.control.report(deadline)
	if err == nil && r.Failed == nil && firstStage(p.spec) == stageJail {
		r.Failed = p.control.awaitExec(deadline)
	}
	switch {
	case !stop():
		return p.abort(ctx.Err())
	case errors.Is(err, os.ErrDeadlineExceeded):
		return p.abort(fault.New(fault.Unavailable, "start_timeout", "%s did not start within %s; the machine may be overloaded", p.spec.Name, startTimeout))
	case err != nil:
		return p.abort(nil)
	case r.Failed != nil:
		return p.abort(r.Failed.fault())
	}
	_ = p.control.conn.SetReadDeadline(time.Time{})
	p.pid = p.hostPID(r.Started)
	if p.spec.Listener != nil {
		p.spec.Listener.handOver()
	}
	return nil
}

// abort ends a start that failed and gives its reason; nil means that the stage ended
// without saying one.
func (p *Process) abort(reason error) error {
	go p.wait()
	p.Kill()
	if reason == nil {
		return fault.New(fault.Internal, "start_failed", "%s could not be started: its jail ended by itself (%s)", p.spec.Name, p.exit.Cause)
	}
	return reason
}

func startFailed(err error) error {
	return fault.Wrap(err, fault.Unavailable, "start_failed", "no process could be started: the machine is out of processes, memory or descriptors")
}

func closeAll[C io.Closer](files []C) {
	for _, f := range files {
		_ = f.Close()
	}
}

// order makes the first stage's order.
func (p *Process) order() *order {
	s := p.spec
	o := &order{
		Stage: firstStage(s), Name: s.Name, Path: s.Path, Entry: s.Entry, Args: s.Args, Env: s.Env, Dir: s.Dir,
		Listening: s.Listener != nil, Descriptors: len(s.Files), Jail: s.Jail, Limits: s.Limits,
		Plan: p.machine.plan(s.Jail, s.Limits),
	}
	if o.Listening {
		o.Descriptors++
	}
	if o.Dir == "" {
		o.Dir = "/"
	}
	return o
}

// stageEnvironment is the whole environment of a stage of ours. Go reads a few variables
// before any code of ours can set them, so an entry gets those from its own environment.
func (o *order) stageEnvironment() []string {
	env := []string{stageEnv + "=" + string(o.Stage) + ":" + strconv.Itoa(3+o.Descriptors)}
	if o.Stage != stageEntry {
		return append(env, "GOMAXPROCS=1")
	}
	runtime := []string{"GOCOVERDIR", "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GORACE", "GOTRACEBACK"}
	for _, kv := range o.Env {
		if name, _, _ := strings.Cut(kv, "="); slices.Contains(runtime, name) {
			env = append(env, kv)
		}
	}
	return env
}
