package wasi

import (
	"errors"

	"golang.org/x/sys/unix"
)

// errno is an error number of WASI preview 1, which is not the kernel's.
type errno uint32

const (
	success        errno = 0
	errAcces       errno = 2
	errAgain       errno = 6
	errConnRefused errno = 14
	errHostUnreach errno = 23
	errNetUnreach  errno = 40
	errNoEnt       errno = 44
	errBadf        errno = 8
	errConnReset   errno = 15
	errFault       errno = 21
	errInval       errno = 28
	errIO          errno = 29
	errMfile       errno = 33
	errNameLong    errno = 37
	errNospc       errno = 51
	errNotConn     errno = 53
	errNotSock     errno = 57
	errNotSup      errno = 58
	errPipe        errno = 64
	errRange       errno = 68
	errTimedOut    errno = 73
)

// fromKernel are the errors that a socket gives, in the guest's numbers.
var fromKernel = map[unix.Errno]errno{
	unix.EACCES:       errAcces,
	unix.EAGAIN:       errAgain,
	unix.ECONNREFUSED: errConnRefused,
	unix.ENOENT:       errConnRefused, // the host's door is shut
	unix.ECONNABORTED: errAgain,       // gone before it was accepted: look again
	unix.ECONNRESET:   errConnReset,
	unix.EINVAL:       errInval,
	unix.EMFILE:       errMfile,
	unix.ENFILE:       errMfile,
	unix.ENOTCONN:     errNotConn,
	unix.EPIPE:        errPipe,
	unix.ETIMEDOUT:    errTimedOut,
}

func errnoOf(err error) errno {
	if err == nil {
		return success
	}
	var kernel unix.Errno
	if errors.As(err, &kernel) {
		if e, ok := fromKernel[kernel]; ok {
			return e
		}
	}
	return errIO
}
