//go:build !wasip1

package guest

import (
	"context"
	"errors"
	"net"
)

// dial is for the sandbox alone: elsewhere there is no host to ask.
func dial(context.Context, address) (net.Conn, error) { return nil, errors.ErrUnsupported }
