package lean

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"time"
)

// conn is one connection. All but busy belongs to its goroutine.
type conn struct {
	server *Server
	conn   net.Conn
	busy   bool // guarded by server.mu

	in       *input
	request  Request
	response Response
}

// serve answers requests until either side has enough.
func (c *conn) serve() {
	c.in = newInput(c.conn)
	c.response.dst = c.conn
	for c.next() {
	}
}

// next answers one request. It tells whether another one may follow.
func (c *conn) next() bool {
	if c.in.buffered() == 0 {
		if c.in.fill(MaxHead) != nil {
			return false // nothing was asked
		}
	}
	if c.server.mark(c, true) {
		return false
	}
	err := c.readHead()
	if err != nil {
		c.refuse(err)
		return false
	}
	if c.handle() && c.request.body.finish() {
		return !c.server.mark(c, false)
	}
	if !c.request.body.ended() || c.in.buffered() > 0 {
		c.linger()
	}
	return false
}

// readHead reads a request up to its body.
func (c *conn) readHead() error {
	head, err := c.in.head(MaxHead)
	if err != nil {
		return err
	}
	r := &c.request
	if err := parseRequest(head, r); err != nil {
		return err
	}
	limit := c.server.MaxBody
	if limit <= 0 {
		limit = DefaultMaxBody
	}
	if r.ContentLength > limit {
		return ErrBodyTooLarge
	}
	r.body.reset(c.in, r.ContentLength, limit)
	r.Body = &r.body
	c.response.reset(r)
	if r.expects && r.ContentLength != 0 {
		r.body.before = c.invite
	}
	return nil
}

// invite asks for the body, where the client waits to be asked.
func (c *conn) invite() {
	if !c.response.sent {
		_, _ = io.WriteString(c.conn, "HTTP/1.1 100 Continue\r\n\r\n")
	}
}

// handle calls the handler. One that fails ends its own request and not the plugin.
func (c *conn) handle() (more bool) {
	defer func() {
		if v := recover(); v != nil {
			fmt.Fprintf(os.Stderr, "handling %s %q failed: %v\n%s", c.request.Method, c.request.Target, v, debug.Stack())
			c.response.fail(500, "internal server error")
			more = false
		}
	}()
	c.server.Handler(&c.response, &c.request)
	if c.request.body.before != nil { // the client may send the body or not: nobody can tell
		c.response.close = true
	}
	if p := c.request.body.wrong(); p != nil && c.response.status < 400 {
		c.response.fail(p.status, p.reason)
		return false
	}
	return c.response.end()
}

// refuse answers what could not be read.
func (c *conn) refuse(err error) {
	var p *problem
	if !errors.As(err, &p) {
		return // the connection is gone
	}
	c.response.reset(&Request{})
	c.response.fail(p.status, p.reason)
	c.linger()
}

// linger reads a little more before the connection is closed: closing with bytes unread would
// destroy the answer on its way.
func (c *conn) linger() {
	if half, ok := c.conn.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
		return
	}
	_ = c.conn.SetReadDeadline(time.Now().Add(lingerTime))
	_, _ = io.CopyN(io.Discard, c.in, maxUnread)
}
