package tree

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// shareContent lets to have the content of from without a copy, where the file system can.
func shareContent(to, from *os.File) error {
	return unix.IoctlFileClone(int(to.Fd()), int(from.Fd()))
}

// Clones tells whether copies of files in dir share their content until one of them changes, and so need no room.
func Clones(dir string) bool {
	from, err := os.CreateTemp(dir, ".clone-*")
	if err != nil {
		return false
	}
	defer os.Remove(from.Name())
	defer from.Close()
	to, err := os.CreateTemp(dir, ".clone-*")
	if err != nil {
		return false
	}
	defer os.Remove(to.Name())
	defer to.Close()
	_, err = from.Write(make([]byte, 4096))
	return err == nil && shareContent(to, from) == nil
}

// nextContent finds the next part of a file, from at on, that is no hole; begin == end: there is none.
func nextContent(f *os.File, at, size int64) (begin, end int64, err error) {
	begin, err = f.Seek(at, unix.SEEK_DATA)
	switch {
	case errors.Is(err, syscall.ENXIO):
		return size, size, nil
	case errors.Is(err, syscall.EINVAL): // a file system that knows no holes
		return at, size, nil
	case err != nil:
		return 0, 0, err
	}
	end, err = f.Seek(begin, unix.SEEK_HOLE)
	return min(begin, size), min(end, size), err
}

// copied tells which attributes a copy has: the program's own, and overlayfs's. The others are the machine's.
func copied(attribute string) bool {
	return strings.HasPrefix(attribute, "user.") || strings.HasPrefix(attribute, "trusted.overlay.")
}

// copyAttributes gives to the extended attributes of from.
func copyAttributes(to, from *os.File) error {
	list := make([]byte, 64<<10) // the most that the kernel lists
	n, err := unix.Flistxattr(int(from.Fd()), list)
	if errors.Is(err, unix.ENOTSUP) {
		return nil
	}
	if err != nil {
		return err
	}
	var value []byte
	for _, name := range strings.Split(strings.TrimRight(string(list[:n]), "\x00"), "\x00") {
		if !copied(name) {
			continue
		}
		if value == nil {
			value = make([]byte, 64<<10) // the most that a value has
		}
		size, err := unix.Fgetxattr(int(from.Fd()), name, value)
		if err == nil {
			err = unix.Fsetxattr(int(to.Fd()), name, value[:size], 0)
		}
		if err != nil && !errors.Is(err, unix.ENODATA) {
			return err
		}
	}
	return nil
}

// makeSpecial makes a pipe, or overlayfs's note that something is deleted. No program of a plugin can have made another device.
func makeSpecial(root *os.Root, name string, info fs.FileInfo) error {
	s, ok := info.Sys().(*syscall.Stat_t)
	pipe := info.Mode()&fs.ModeNamedPipe != 0
	if !ok || !pipe && (info.Mode()&fs.ModeCharDevice == 0 || s.Rdev != 0) {
		return errors.New("a device cannot be copied")
	}
	dir, err := root.Open(path.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	if err := unix.Mknodat(int(dir.Fd()), path.Base(name), s.Mode, 0); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if err := root.Lchown(name, int(s.Uid), int(s.Gid)); err != nil {
			return err
		}
	}
	return setLinkTime(root, name, info.ModTime())
}

// setLinkTime sets the time of a link, or of what cannot be opened, itself.
func setLinkTime(root *os.Root, name string, t time.Time) error {
	dir, err := root.Open(path.Dir(name))
	if err != nil {
		return err
	}
	defer dir.Close()
	at := unix.NsecToTimespec(t.UnixNano())
	return unix.UtimesNanoAt(int(dir.Fd()), path.Base(name), []unix.Timespec{at, at}, unix.AT_SYMLINK_NOFOLLOW)
}

// Sync makes everything below root durable, with whatever else waits to be written on that file system.
func Sync(root string) error {
	f, err := os.Open(root)
	if err != nil {
		return err
	}
	return errors.Join(unix.Syncfs(int(f.Fd())), f.Close())
}
