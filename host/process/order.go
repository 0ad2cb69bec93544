package process

import (
	"encoding/json"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"appzone/host/fault"
)

// stageEnv marks a process of this binary as a stage of a child. Its value is the stage, a
// colon and the number of the control descriptor; everything else comes over that, so that
// neither ps nor /proc/PID/environ shows anything.
const stageEnv = "APPZONE_STAGE"

// stage is what a re-executed process of this binary has to do.
type stage string

const (
	stageInit  stage = "init"  // enclose, start a stageJail, reap, report how it ended
	stageJail  stage = "jail"  // confine, become the program
	stageEntry stage = "entry" // enclose and confine, call the entry
	stageProbe stage = "probe" // try what this machine can do
)

// order is what a stage is told. It is the one message towards a stage before it
// reports.
type order struct {
	Stage       stage
	Name        string
	Path        string
	Entry       string
	Args        []string
	Env         []string
	Dir         string
	Listening   bool // descriptor 3 is a listener
	Descriptors int  // inherited descriptors from 3 on, the listener among them
	Jail        Jail
	Limits      Limits
	Plan        plan
}

// command is what a running init is told.
type command struct {
	// Signal is sent to every process of the tree. SIGKILL also ends the init.
	Signal int
	// Program says that it is for the program alone.
	Program bool `json:",omitempty"`
}

// report is what a stage tells whoever started it.
type report struct {
	// Started is the program's process id, as the stage sees it.
	Started int `json:",omitempty"`
	// Failed says why there is no program.
	Failed *failure `json:",omitempty"`
	// Ended is the wait status of the program, once it is gone.
	Ended *uint32 `json:",omitempty"`
}

// failure is a fault on its way between processes.
type failure struct {
	Kind    fault.Kind
	Code    string
	Message string
}

func failureOf(err error) *failure {
	f := fault.From(err)
	message := f.Message
	if f.Err != nil {
		message += ": " + f.Err.Error()
	}
	return &failure{Kind: f.Kind, Code: f.Code, Message: message}
}

func (f *failure) fault() error { return fault.New(f.Kind, f.Code, "%s", f.Message) }

// control is one end of the socket pair between a stage and whoever started it. Its end of file
// tells either side that the other is gone.
type control struct {
	conn net.Conn
	in   *json.Decoder
	mu   sync.Mutex // guards out
	out  *json.Encoder
}

func newControl(conn net.Conn) *control {
	return &control{conn: conn, in: json.NewDecoder(conn), out: json.NewEncoder(conn)}
}

// controlPair makes both ends: ours, and the file that is handed down.
func controlPair() (*control, *os.File, error) {
	syscall.ForkLock.RLock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, err
	}
	ours := os.NewFile(uintptr(fds[0]), "control")
	theirs := os.NewFile(uintptr(fds[1]), "control")
	conn, err := net.FileConn(ours)
	_ = ours.Close()
	if err != nil {
		_ = theirs.Close()
		return nil, nil, err
	}
	return newControl(conn), theirs, nil
}

// openControl is a stage's end.
func openControl(fd int) (*control, error) {
	unix.CloseOnExec(fd)
	f := os.NewFile(uintptr(fd), "control")
	defer f.Close()
	conn, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	return newControl(conn), nil
}

// send may be called from several goroutines.
func (c *control) send(v any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.out.Encode(v)
}

// report waits for the next report until the deadline; a zero one never comes.
func (c *control) report(deadline time.Time) (report, error) {
	_ = c.conn.SetReadDeadline(deadline)
	var r report
	err := c.in.Decode(&r)
	return r, err
}

func (c *control) close() { _ = c.conn.Close() }

// awaitExec tells whether a stageJail that said Started became its program: then its end
// of the socket closes by the exec.
func (c *control) awaitExec(deadline time.Time) *failure {
	r, err := c.report(deadline)
	if err != nil {
		return nil
	}
	return r.Failed
}
