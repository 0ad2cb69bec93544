package rootfs

import (
	"errors"
	"os"
	"syscall"

	esys "github.com/tetratelabs/wazero/experimental/sys"
)

// writeFlags are those that ask for more than reading.
const writeFlags = esys.O_WRONLY | esys.O_RDWR | esys.O_APPEND | esys.O_CREAT | esys.O_TRUNC

// osFlags translates the flags that the kernel shall see. O_TRUNC and O_APPEND are carried
// out here, where the quota is known, and O_NOFOLLOW was checked before.
func osFlags(flag esys.Oflag) int {
	out := os.O_RDONLY
	switch {
	case flag&esys.O_RDWR != 0, flag&esys.O_TRUNC != 0 && flag&esys.O_WRONLY == 0:
		out = os.O_RDWR
	case flag&esys.O_WRONLY != 0:
		out = os.O_WRONLY
	}
	translate := []struct {
		from esys.Oflag
		to   int
	}{
		{esys.O_CREAT, os.O_CREATE},
		{esys.O_EXCL, os.O_EXCL},
		{esys.O_DIRECTORY, syscall.O_DIRECTORY},
		{esys.O_DSYNC, os.O_SYNC},
		{esys.O_SYNC, os.O_SYNC},
	}
	for _, t := range translate {
		if flag&t.from != 0 {
			out |= t.to
		}
	}
	return out
}

// errno translates what the host's file system said. wazero has no word for a full disk: it
// is EIO there, and the quota remembers, so that the guest can be told the truth.
func (f *FS) errno(err error) esys.Errno {
	if err == nil {
		return 0
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG) {
		f.quota.full()
		return esys.EIO
	}
	var se syscall.Errno
	switch {
	case errors.As(err, &se):
		return esys.UnwrapOSError(se)
	case errors.Is(err, os.ErrNotExist):
		return esys.ENOENT
	case errors.Is(err, os.ErrExist):
		return esys.EEXIST
	case errors.Is(err, os.ErrClosed):
		return esys.EBADF
	case errors.Is(err, os.ErrInvalid):
		return esys.EINVAL
	}
	return esys.EPERM // os.Root: the path leads out of the folder
}
