package host

import "syscall"

// onMemory tells whether dir is a folder on a tmpfs.
func onMemory(dir string) bool {
	const tmpfs = 0x01021994 // TMPFS_MAGIC
	var fs syscall.Statfs_t
	return syscall.Statfs(dir, &fs) == nil && uint32(fs.Type) == tmpfs
}
