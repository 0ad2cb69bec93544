package guest

import (
	"errors"
	"syscall"
	"unsafe"
)

// maxClaims is room for what a token says.
const maxClaims = 4 << 10

// hostVerifyIdentity writes what the token says, and how long that is; with EACCES why it is not believed.
//
//go:wasmimport appzone_v1 verify_identity
//go:noescape
func hostVerifyIdentity(token unsafe.Pointer, length uint32, out unsafe.Pointer, capacity uint32, written unsafe.Pointer) uint32

func verify(token string) (string, error) {
	var out [maxClaims]byte
	var n uint32
	e := syscall.Errno(hostVerifyIdentity(unsafe.Pointer(unsafe.StringData(token)), uint32(len(token)), unsafe.Pointer(&out), maxClaims, unsafe.Pointer(&n)))
	switch {
	case e == syscall.EACCES:
		return "", errors.New(string(out[:n]))
	case e != 0:
		return "", e
	}
	return string(out[:n]), nil
}
