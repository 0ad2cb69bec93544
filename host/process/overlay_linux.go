package process

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// opaqueMarks are the attributes by which overlayfs hides what lies below a folder.
var opaqueMarks = []string{"user.overlay.opaque", "trusted.overlay.opaque"}

func isOpaque(root *os.Root, name string) bool {
	f, err := root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	for _, mark := range opaqueMarks {
		value := make([]byte, 1)
		if n, err := unix.Fgetxattr(int(f.Fd()), mark, value); err == nil && n == 1 && value[0] != 'n' {
			return true
		}
	}
	return false
}

func clearOpaque(root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	for _, mark := range opaqueMarks {
		if err := unix.Fremovexattr(int(f.Fd()), mark); err != nil && err != unix.ENODATA && err != unix.EPERM {
			return err
		}
	}
	return nil
}

// isWhiteout says that an entry is overlayfs's note that something below is deleted.
func isWhiteout(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && info.Mode()&fs.ModeCharDevice != 0 && s.Rdev == 0
}

// makeWhiteout leaves such a note, where the kernel lets this user.
func makeWhiteout(root *os.Root, dir, base string) error {
	f, err := root.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	return unix.Mknodat(int(f.Fd()), base, unix.S_IFCHR, 0)
}
