package relay

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

const (
	tunnelBuffer = 8 << 10
	// halfOpenTime is how long one direction may be silent after the other one has ended.
	halfOpenTime = 30 * time.Second
)

// tunnel passes bytes both ways after an upgrade.
type tunnel struct {
	idle time.Duration
	// patience bounds a write that the other side does not take.
	patience time.Duration
	// moved is when anything last passed, in Unix nanoseconds.
	moved atomic.Int64

	mu   sync.Mutex // above deadlines, so that none undoes what cut did
	half bool       // one direction has ended
	dead bool
}

// runTunnel owns the exchange from the upgrade to the end of both directions.
func (x *exchange) runTunnel(client net.Conn) {
	// A panic here would end the process: no middleware is around any more.
	defer func() { _ = recover() }()
	if !x.claim() {
		return
	}
	defer x.end(false)
	x.mu.Lock()
	up := x.up
	x.mu.Unlock()
	raw := client
	if h, ok := client.(interface{ UnsafeConn() net.Conn }); ok {
		raw = h.UnsafeConn()
	}
	t := &tunnel{idle: x.relay.o.StreamIdleTimeout, patience: x.relay.o.IdleTimeout}
	t.moved.Store(time.Now().UnixNano())
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		defer func() { _ = recover() }()
		t.pass(up.Conn, client, raw)
	}()
	t.pass(raw, up.ahead(), up.Conn)
	<-sent
}

// ahead reads what was read ahead and then the connection.
func (c *upstreamConn) ahead() io.Reader {
	return io.MultiReader(&aheadReader{c}, c.Conn)
}

type aheadReader struct{ c *upstreamConn }

func (a *aheadReader) Read(p []byte) (int, error) {
	n := copy(p, a.c.buffered())
	a.c.discard(n)
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// pass copies from src, which reads conn, to dst. At the end of src it ends the sending
// side of dst, and on any failure everything.
func (t *tunnel) pass(dst net.Conn, src io.Reader, conn net.Conn) {
	err := t.copy(dst, src, conn)
	if err == nil {
		err = closeWrite(dst)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.half = true
	t.moved.Store(time.Now().UnixNano())
	if err == nil && !t.dead {
		_ = dst.SetReadDeadline(time.Now().Add(halfOpenTime))
		return
	}
	t.dead = true
	_ = dst.SetDeadline(time.Unix(1, 0))
	_ = conn.SetDeadline(time.Unix(1, 0))
}

// copy returns nil at the end of src.
func (t *tunnel) copy(dst net.Conn, src io.Reader, conn net.Conn) error {
	buf := make([]byte, tunnelBuffer)
	for {
		if err := t.extend(conn, dst); err != nil {
			return err
		}
		n, err := src.Read(buf)
		if n > 0 {
			t.moved.Store(time.Now().UnixNano())
			if err := t.extend(conn, dst); err != nil {
				return err
			}
			if _, err := dst.Write(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return nil
		case !errors.Is(err, os.ErrDeadlineExceeded) || t.silent():
			return err
		}
	}
}

// extend gives the next read and write their time.
func (t *tunnel) extend(from, to net.Conn) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.dead {
		return errEnded
	}
	now := time.Now()
	return errors.Join(from.SetReadDeadline(now.Add(t.limit())), to.SetWriteDeadline(now.Add(t.patience)))
}

// silent tells whether nothing has passed in either direction for as long as it may.
func (t *tunnel) silent() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Since(time.Unix(0, t.moved.Load())) >= t.limit()
}

func (t *tunnel) limit() time.Duration {
	if t.half {
		return halfOpenTime
	}
	return t.idle
}
