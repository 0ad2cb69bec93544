//go:build unix

package doctor

import (
	"io/fs"
	"syscall"
)

// writable tells whether this user may write in dir, by asking and not by trying.
func writable(dir string) bool {
	const write, search = 2, 1
	return syscall.Access(dir, write|search) == nil
}

// ownerOf is the user id of the owner.
func ownerOf(info fs.FileInfo) (int, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(st.Uid), true
}
