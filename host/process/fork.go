package process

import (
	"os"
	"runtime"
	"sync"
	"syscall"
)

// forks carries work to the one thread that starts processes.
//
// A parent-death signal fires when the thread that forked ends, not the process. Go may end
// any thread whose goroutine was locked to it, so that forks from just anywhere could kill
// children at random. This thread lives as long as the program.
var forks = struct {
	once sync.Once
	work chan func()
}{work: make(chan func())}

// forkThread is the package's one goroutine that never ends.
func forkThread() {
	runtime.LockOSThread()
	for f := range forks.work {
		f()
	}
}

// child is what fork needs to know.
type child struct {
	path  string
	name  string
	env   []string
	files []*os.File // descriptors 0, 1, 2, ...
	sys   *syscall.SysProcAttr
}

// fork starts a process from the fork thread.
func fork(c child) (*os.Process, error) {
	forks.once.Do(func() { go forkThread() })
	var proc *os.Process
	var err error
	done := make(chan struct{})
	forks.work <- func() {
		defer close(done)
		closeOnExec(3)
		proc, err = os.StartProcess(c.path, []string{c.name}, &os.ProcAttr{Dir: "/", Env: c.env, Files: c.files, Sys: c.sys})
	}
	<-done
	return proc, err
}
