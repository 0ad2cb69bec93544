//go:build !linux

package static

import (
	"bufio"
	"errors"
	"net"
	"os"
)

func createNameless(string) (*os.File, error) { return nil, errors.ErrUnsupported }

func freeBytes(*os.File) (int64, error) { return 0, errors.ErrUnsupported }

func sendFile(*net.TCPConn, *bufio.Writer, int, int64, int64) (int64, error) {
	return 0, errors.ErrUnsupported
}
