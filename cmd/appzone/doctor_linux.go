package main

import "golang.org/x/sys/unix"

// volatileKind names the file system of dir if it is none to keep data on.
func volatileKind(dir string) string {
	switch kind, _ := filesystem(dir); kind {
	case unix.TMPFS_MAGIC, unix.RAMFS_MAGIC:
		return "tmpfs, which is memory"
	case unix.NFS_SUPER_MAGIC:
		return "a network's file system (NFS)"
	case unix.SMB_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC:
		return "a network's file system (SMB)"
	}
	return ""
}

// sharedMemory tells whether there is a tmpfs for the settings of running plugins.
func sharedMemory() bool {
	kind, err := filesystem("/dev/shm")
	return err == nil && kind == unix.TMPFS_MAGIC
}

// filesystem is the kind of the file system of dir.
func filesystem(dir string) (int64, error) {
	var st unix.Statfs_t
	err := unix.Statfs(dir, &st)
	return int64(uint32(st.Type)), err
}

// clockSynchronised asks the kernel, and sets nothing.
func clockSynchronised() (synchronised, known bool) {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return err == nil && state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0, err == nil
}
