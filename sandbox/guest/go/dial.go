package guest

import (
	"context"
	"net"
)

// address is the peer of a connection, by the name that was dialled: the host does the resolving.
type address struct{ network, hostport string }

func (a address) Network() string { return a.network }
func (a address) String() string  { return a.hostport }

// Dial is [DialContext] without a bound on the time; the host gives up by itself.
func Dial(network, hostport string) (net.Conn, error) {
	return DialContext(context.Background(), network, hostport)
}

// DialContext connects to hostport ("name:port", "192.0.2.1:port" or "[2001:db8::1]:port") over
// network "tcp", "tcp4" or "tcp6". The host resolves the name, decides whether the plugin was granted
// the address, and dials. The end of ctx ends the attempt, not the connection.
//
// An error is a *net.OpError. What it wraps is a syscall.Errno where the host or the network said no:
// EACCES for an address that was not granted, ENOENT for a name that does not exist, ECONNREFUSED,
// ETIMEDOUT and so on; the context's error where ctx ended first; errors.ErrUnsupported outside of
// WASM.
func DialContext(ctx context.Context, network, hostport string) (net.Conn, error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return nil, &net.OpError{Op: "dial", Net: network, Err: net.UnknownNetworkError(network)}
	}
	to := address{network, hostport}
	if err := ctx.Err(); err != nil {
		return nil, dialError(to, err)
	}
	if _, _, err := net.SplitHostPort(hostport); err != nil {
		return nil, dialError(to, err)
	}
	c, err := dial(ctx, to)
	if err != nil {
		return nil, dialError(to, err)
	}
	return c, nil
}

func dialError(to address, err error) error {
	return &net.OpError{Op: "dial", Net: to.network, Addr: to, Err: err}
}
