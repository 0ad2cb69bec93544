package api

import (
	"net"
	"sync"

	"github.com/valyala/fasthttp"
)

// newConns are the connections on which nothing was asked yet, such as those that browsers open ahead of need. A server that ends
// has nothing to wait for on them.
type newConns struct{ open sync.Map }

// track follows the state of a connection; it is called for each request, and looks up without a lock.
func (n *newConns) track(c net.Conn, state fasthttp.ConnState) {
	if state == fasthttp.StateNew {
		n.open.Store(c, nil)
	} else if _, ok := n.open.Load(c); ok {
		n.open.Delete(c)
	}
}

// close closes them.
func (n *newConns) close() {
	n.open.Range(func(c, _ any) bool {
		_ = c.(net.Conn).Close()
		return true
	})
}
