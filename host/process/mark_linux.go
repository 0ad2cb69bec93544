package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

func bootID() string {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// startOf is when a process started, in clock ticks since boot.
func startOf(pid int) (string, error) {
	s, err := readStat(pid)
	return strconv.FormatUint(s.start, 10), err
}

// end kills the recorded process and its tree. The descriptor of a process is opened first and its
// start time read after that: what it names cannot change any more.
func (r record) end() (bool, error) {
	fd, err := unix.PidfdOpen(r.PID, 0)
	if errors.Is(err, unix.ESRCH) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("open process %d: %w", r.PID, err)
	}
	defer unix.Close(fd)
	s, err := readStat(r.PID)
	if err != nil || s.ended || strconv.FormatUint(s.start, 10) != r.Start {
		return false, nil
	}
	_ = unix.PidfdSendSignal(fd, unix.SIGSTOP, nil, 0) // it must not start more meanwhile
	below := append(descendants(r.PID), session(r.PID)...)
	if err := unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0); err != nil {
		return false, fmt.Errorf("kill process %d: %w", r.PID, err)
	}
	for _, pid := range below {
		_ = unix.Kill(pid, unix.SIGKILL)
	}
	return true, awaitPidfd(fd)
}

// session lists the processes of a session, its leader left out.
func session(leader int) []int {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var found []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == leader {
			continue
		}
		if s, err := readStat(pid); err == nil && s.session == leader {
			found = append(found, pid)
		}
	}
	return found
}

func awaitPidfd(fd int) error {
	deadline := time.Now().Add(sweepTime)
	for {
		left := time.Until(deadline)
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, int(max(left, 0)/time.Millisecond))
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		case n > 0:
			return nil
		default:
			return fmt.Errorf("it is still there %s after SIGKILL", sweepTime)
		}
	}
}
