package process

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// children are the live children of a process, of all of its threads.
func children(pid int) []int {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil
	}
	var found []int
	for _, task := range tasks {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		if err != nil {
			continue
		}
		for _, word := range strings.Fields(string(text)) {
			if n, err := strconv.Atoi(word); err == nil {
				found = append(found, n)
			}
		}
	}
	return found
}

// maxTree bounds a walk over a tree that grows while it is walked.
const maxTree = 10000

// descendants are all processes below pid, parents first.
func descendants(pid int) []int {
	found := children(pid)
	for i := 0; i < len(found) && len(found) < maxTree; i++ {
		found = append(found, children(found[i])...)
	}
	return found
}

// killDescendants ends what is below pid and returns how many there were. Each is killed as soon as its children are
// known: parents go first, so that a tree cannot regrow from them, and none has long to go on.
func killDescendants(pid int) int {
	found := children(pid)
	for i := 0; i < len(found) && len(found) < maxTree; i++ {
		found = append(found, children(found[i])...)
		_ = syscall.Kill(found[i], syscall.SIGKILL)
	}
	return len(found)
}

// eachDescriptor calls f with every open descriptor of this process from first on.
func eachDescriptor(first int, f func(fd int)) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return
	}
	for _, e := range entries {
		if fd, err := strconv.Atoi(e.Name()); err == nil && fd >= first {
			f(fd)
		}
	}
}
