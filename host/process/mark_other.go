//go:build !linux

package process

import (
	"fmt"
	"syscall"
	"time"
)

// bootID is nothing here: start times are absolute.
func bootID() string { return "" }

// end kills the recorded process and its group.
func (r record) end() (bool, error) {
	if start, err := startOf(r.PID); err != nil || start != r.Start {
		return false, nil
	}
	_ = syscall.Kill(-r.PID, syscall.SIGKILL)
	for deadline := time.Now().Add(sweepTime); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if start, err := startOf(r.PID); err != nil || start != r.Start {
			return true, nil
		}
	}
	return true, fmt.Errorf("it is still there %s after SIGKILL", sweepTime)
}
