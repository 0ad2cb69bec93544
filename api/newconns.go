package api

import (
	"net"
	"sync"

	"github.com/valyala/fasthttp"
)

// newConns are the connections on which nothing was asked yet, such as those that browsers open ahead of need. A server that ends
// has nothing to wait for on them.
type newConns struct{ open sync.Map }

// track follows the life of a connection. What fasthttp calls active has not asked yet: that is for used to tell.
func (n *newConns) track(c net.Conn, state fasthttp.ConnState) {
	switch state {
	case fasthttp.StateNew:
		n.open.Store(c, nil)
	case fasthttp.StateClosed, fasthttp.StateHijacked:
		n.open.Delete(c)
	}
}

// used is called for each request, and looks up without a lock.
func (n *newConns) used(c net.Conn) {
	if _, ok := n.open.Load(c); ok {
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
