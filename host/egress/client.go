package egress

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Dial connects a child to address ("host:port") through the door at socket, the path in APPZONE_EGRESS. Errors are *net.OpError
// around an *[Error], so that errors.Is(err, syscall.EACCES) tells a refusal. ctx bounds the dial, not the connection.
func Dial(ctx context.Context, socket, address string) (net.Conn, error) {
	fail := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	in, answer, err := shake(conn, address, "")
	if err == nil && answer.StatusCode != http.StatusOK {
		err = refusal(in, answer)
	}
	if !stop() {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		return nil, fail(err)
	}
	_ = conn.SetDeadline(time.Time{})
	return &clientConn{Conn: conn, in: in}, nil
}

// shake asks the other end of conn for a connection to address. header is whole lines. in has what follows the head of the answer.
func shake(conn net.Conn, address, header string) (in *bufio.Reader, answer *http.Response, err error) {
	_, unsent := fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", address, address, header)
	in = bufio.NewReader(conn)
	answer, err = http.ReadResponse(in, &http.Request{Method: http.MethodConnect}) // which may be there although the other end has closed
	if err != nil {
		return nil, nil, cmp.Or(unsent, err)
	}
	return in, answer, nil
}

// refusal is why a door refused.
func refusal(in io.Reader, answer *http.Response) *Error {
	e := &Error{Code: Unreachable, Message: "the answer was " + answer.Status}
	body, err := io.ReadAll(io.LimitReader(in, min(max(answer.ContentLength, 0), headMax)))
	if err == nil {
		_ = json.Unmarshal(body, e)
	}
	return e
}

// clientConn reads what came with the head first.
type clientConn struct {
	net.Conn
	in *bufio.Reader
}

func (c *clientConn) Read(b []byte) (int, error) {
	if c.in != nil && c.in.Buffered() > 0 {
		return c.in.Read(b)
	}
	c.in = nil
	return c.Conn.Read(b)
}

// CloseWrite ends what is sent, as on a TCP connection.
func (c *clientConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Close()
}
