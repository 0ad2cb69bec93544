package process

import (
	"bytes"
	"fmt"
)

// Limit names one of the limits that a program can end by.
type Limit string

// The limits that end a program.
const (
	LimitMemory    Limit = "memory"
	LimitProcesses Limit = "processes"
	LimitOpenFiles Limit = "openFiles"
	LimitData      Limit = "data"
)

// Sign is a piece of text that a program's last words hold when it went over a limit.
type Sign struct {
	Text  string
	Limit Limit
}

// commonSigns are words of the C library, of Go and of shells.
var commonSigns = []Sign{
	{"Cannot fork", LimitProcesses},
	{"fork: Resource temporarily unavailable", LimitProcesses},
	{"fork: retry: Resource temporarily unavailable", LimitProcesses},
	{"pthread_create failed: Resource temporarily unavailable", LimitProcesses},
	{"failed to create new OS thread", LimitProcesses},
	{"Too many open files", LimitOpenFiles},
	{"too many open files", LimitOpenFiles},
}

// breach is the going over a limit for which the host ended a tree.
type breach struct {
	limit Limit
	cause string
}

// overLimit ends the tree because of a limit, and does not wait for the end.
func (p *Process) overLimit(b breach) {
	if p.breach.CompareAndSwap(nil, &b) {
		go p.Kill() // which ends with the child
	}
}

// reached says in words that a limit was reached.
func (l Limits) reached(which Limit) string {
	switch which {
	case LimitMemory:
		return fmt.Sprintf("memory limit of %s reached", megabytes(l.MemoryBytes))
	case LimitProcesses:
		return fmt.Sprintf("process limit of %d reached", l.Processes)
	case LimitOpenFiles:
		return fmt.Sprintf("open file limit of %d reached", l.OpenFiles)
	case LimitData:
		return fmt.Sprintf("data limit of %s reached", megabytes(l.DataBytes))
	}
	return string(which) + " limit reached"
}

// set says that there is such a limit at all.
func (l Limits) set(which Limit) bool {
	switch which {
	case LimitMemory:
		return l.MemoryBytes > 0
	case LimitProcesses:
		return l.Processes > 0
	case LimitOpenFiles:
		return l.OpenFiles > 0
	case LimitData:
		return l.DataBytes > 0
	}
	return false
}

// megabytes is a size for people, rounded up.
func megabytes(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)>>10)
	}
	return fmt.Sprintf("%d MB", (n+1<<20-1)>>20)
}

// explainLimit adds to an exit which limit was behind it, if one was.
func (p *Process) explainLimit(exit *Exit) {
	b, l := p.breach.Load(), p.spec.Limits
	switch {
	case exit.Code == 0: // it came to its own end
		return
	case b != nil:
		exit.Limit, exit.Cause = b.limit, b.cause
		return
	case p.killing.Load():
		return
	case exit.Signal == "SIGXFSZ": // whose cause says what it wrote
		exit.Limit = LimitData
		return
	case p.group.outOfMemory():
		exit.Limit, exit.Cause = LimitMemory, l.reached(LimitMemory)+": the kernel ended what was over it"
		return
	}
	if which := p.output.lastSign(); l.set(which) {
		exit.Limit, exit.Cause = which, l.reached(which)+": "+exit.Cause
	}
}

// findSign remembers what a line on stderr says about a limit. The caller holds mu.
func (o *output) findSign(line []byte) {
	o.said++
	for _, s := range o.signs {
		if bytes.Contains(line, []byte(s.Text)) {
			o.sign, o.said = s.Limit, 0
			return
		}
	}
}

// lastSign is the limit that the last lines on stderr speak of; "" for none.
func (o *output) lastSign() Limit {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.said > lastLines {
		return ""
	}
	return o.sign
}
