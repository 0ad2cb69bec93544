package host

import (
	"context"
	"net"
)

// Upstream is one ready instance of a script plugin, for a proxy in front of it.
type Upstream interface {
	// Instance is unique in the life of this host process; connections of one must never serve another.
	Instance() uint64
	// Dial opens a connection to the instance's listener.
	Dial(ctx context.Context) (net.Conn, error)
	// Draining is closed when the instance lets nobody in any more, since it is being stopped or has ended: streams that
	// would never end by themselves are to be cut then.
	Draining() <-chan struct{}
	// Done is closed when the instance has ended; its pooled connections are then dead.
	Done() <-chan struct{}
}
