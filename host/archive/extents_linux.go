package archive

import (
	"archive/tar"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// extents are the pieces of a file that has holes, nil for one that has none, or too many.
func extents(f *os.File, info fs.FileInfo) (pieces, error) {
	s, ok := info.Sys().(*syscall.Stat_t)
	if !ok || s.Blocks*512 >= info.Size() {
		return nil, nil
	}
	all := pieces{}
	for at := int64(0); at < info.Size(); {
		data, err := unix.Seek(int(f.Fd()), at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			break
		}
		if err != nil || len(all) == extentsMax {
			return nil, rewound(f) // a file system that does not tell
		}
		hole, err := unix.Seek(int(f.Fd()), data, unix.SEEK_HOLE)
		if err != nil {
			return nil, rewound(f)
		}
		at = min(hole, info.Size())
		if at > data {
			all = append(all, extent{data, at - data})
		}
	}
	return all, rewound(f)
}

func rewound(f *os.File) error {
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// marks are the attributes by which overlayfs hides what lies below.
var marks = []string{"user.overlay.opaque", "trusted.overlay.opaque", "user.overlay.whiteout", "trusted.overlay.whiteout"}

// addMarks adds a file's marks to its header.
func addMarks(h *tar.Header, f *os.File) {
	for _, mark := range marks {
		value := make([]byte, 1)
		if n, err := unix.Fgetxattr(int(f.Fd()), mark, value); err == nil {
			h.PAXRecords[recordXattr+mark] = string(value[:n])
		}
	}
}

// setMarks gives a file or folder its marks, as far as this user may.
func setMarks(f *os.File, h map[string]string) error {
	for _, mark := range marks {
		value, ok := h[recordXattr+mark]
		if !ok {
			continue
		}
		if len(value) > 1 {
			return Invalid("a mark of an overlay is %.20q", value)
		}
		err := unix.Fsetxattr(int(f.Fd()), mark, []byte(value), 0)
		if err != nil && !errors.Is(err, unix.EPERM) && !errors.Is(err, unix.EOPNOTSUPP) {
			return err
		}
	}
	return nil
}

// makeWhiteout leaves a note that something below is deleted. Where the kernel does not let this user, what was deleted comes back.
func makeWhiteout(root *os.Root, dir, base string) error {
	f, err := root.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := unix.Mknodat(int(f.Fd()), base, unix.S_IFCHR, 0); err != nil && !errors.Is(err, unix.EPERM) {
		return err
	}
	return nil
}
