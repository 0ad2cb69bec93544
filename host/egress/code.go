package egress

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"syscall"
)

// Code says why there is no connection, in the words of errno and getaddrinfo, which programs know.
type Code string

// The codes, and what the plugin's errors become.
const (
	Denied      Code = "EACCES"       // not granted
	Refused     Code = "ECONNREFUSED" // nobody listens there
	Reset       Code = "ECONNRESET"
	TimedOut    Code = "ETIMEDOUT"
	Unreachable Code = "EHOSTUNREACH"
	NoNetwork   Code = "ENETUNREACH"
	UnknownName Code = "ENOTFOUND" // there is no such name, or it has no address
	TryAgain    Code = "EAI_AGAIN" // the name service did not answer
	TooMany     Code = "EMFILE"    // more connections at once than the plugin may have
	Malformed   Code = "EINVAL"    // the request makes no sense
)

// Error is why a request to a door failed.
type Error struct {
	Code Code `json:"code"`
	// Message is for the author of the plugin: what failed, and what to do.
	Message string `json:"message"`
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Unwrap gives the errno that the code stands for, so that errors.Is works on it.
func (e *Error) Unwrap() error {
	switch e.Code {
	case Denied:
		return syscall.EACCES
	case Refused:
		return syscall.ECONNREFUSED
	case Reset:
		return syscall.ECONNRESET
	case TimedOut:
		return syscall.ETIMEDOUT
	case Unreachable:
		return syscall.EHOSTUNREACH
	case NoNetwork:
		return syscall.ENETUNREACH
	case UnknownName:
		return syscall.ENOENT
	case TryAgain:
		return syscall.EAGAIN
	case TooMany:
		return syscall.EMFILE
	default:
		return syscall.EINVAL
	}
}

// status is the HTTP status that goes with the code.
func (c Code) status() int {
	switch c {
	case Denied:
		return http.StatusForbidden
	case Malformed:
		return http.StatusBadRequest
	case TooMany:
		return http.StatusServiceUnavailable
	case TimedOut, TryAgain:
		return http.StatusGatewayTimeout
	default:
		return http.StatusBadGateway
	}
}

// dialCode finds the code for an error of a dial or a look-up.
func dialCode(err error) Code {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return UnknownName
	case errors.As(err, &dns):
		return TryAgain
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.ECONNRESET):
		return Reset
	case errors.Is(err, syscall.ENETUNREACH):
		return NoNetwork
	case errors.Is(err, syscall.ETIMEDOUT), errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return TimedOut
	default:
		return Unreachable
	}
}
