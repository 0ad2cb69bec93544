//go:build unix

package main

import (
	"errors"
	"syscall"
)

// maxFiles is the most descriptors that this process could ask for.
func maxFiles() (uint64, bool) {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 0, false
	}
	return l.Max, true
}

// isNoFolder says that a file is where a folder should be.
func isNoFolder(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
