package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"syscall"
)

// Fetched is the answer to /fetch for what came back.
func Fetched(status int, body []byte) []byte {
	b, _ := json.Marshal(struct { // an int and a string have no way to fail
		Status int    `json:"status"`
		Body   string `json:"body"`
	}{status, string(body)})
	return b
}

// Failed is the answer to /fetch, with status 502, for what did not.
func Failed(err error) []byte {
	b, _ := json.Marshal(struct {
		Error string `json:"error"`
	}{code(err)})
	return b
}

// codes are names that people know of errors that the kit gives.
var codes = map[syscall.Errno]string{
	syscall.EACCES: "EACCES", syscall.ECONNREFUSED: "ECONNREFUSED", syscall.ECONNRESET: "ECONNRESET",
	syscall.EHOSTUNREACH: "EHOSTUNREACH", syscall.ENETUNREACH: "ENETUNREACH", syscall.ETIMEDOUT: "ETIMEDOUT",
	syscall.EMFILE: "EMFILE", syscall.EINVAL: "EINVAL", syscall.ENOENT: "ENOTFOUND",
}

func code(err error) string {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno) && codes[errno] != "":
		return codes[errno]
	case errors.Is(err, context.DeadlineExceeded):
		return "ETIMEDOUT"
	}
	return "EIO"
}
