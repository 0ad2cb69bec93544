package relay

import (
	"errors"
	"time"

	"github.com/valyala/fasthttp"
)

// replayable tells whether sending the request twice does no harm.
func (l *call) replayable() bool {
	return l.x.body == nil && !l.out.upgrade && (l.c.Context().IsGet() || l.c.Context().IsHead())
}

// exchange finds an instance, sends the request and reads the head of its final answer.
func (l *call) exchange() (*upstreamConn, error) {
	if err := l.acquire(); err != nil {
		return nil, err
	}
	if up := l.x.pool.get(l.x.relay.o.KeepAlive, !l.replayable()); up != nil {
		err := l.send(up)
		if err == nil {
			return up, nil
		}
		var unanswered errBeforeFirstByte
		if !errors.As(err, &unanswered) || !l.replayable() || l.x.aborted() != nil || timedOut(err) {
			return nil, err
		}
		up.close()
	}
	up, err := l.connect()
	if err != nil {
		return nil, err
	}
	return up, l.send(up)
}

func (l *call) acquire() error {
	x := l.x
	x.letGo()
	up, release, err := x.relay.o.Acquire(x, x.who.Plugin)
	if err != nil {
		return acquireError{err}
	}
	x.release, x.pool = release, x.relay.pools.of(up)
	return nil
}

// send writes the request and reads the head of the final answer into up.in.
func (l *call) send(up *upstreamConn) error {
	x := l.x
	if err := x.attach(up); err != nil {
		return err
	}
	out, err := appendRequest(up.out[:0], &l.head, &l.out, x.relay.reserved)
	if err != nil {
		return err
	}
	out = append(out, l.small...)
	up.out = out
	// One deadline for both: the head and a small body fit the socket's buffer.
	if err := up.SetDeadline(time.Now().Add(x.relay.o.HeaderTimeout)); err != nil {
		return errBeforeFirstByte{err}
	}
	if _, err := up.Write(out); err != nil {
		return errBeforeFirstByte{err}
	}
	if l.streamed {
		_ = up.SetReadDeadline(time.Time{})
		x.startUpload(up)
	}
	return l.receive(up)
}

// receive reads heads until the final one.
func (l *call) receive(up *upstreamConn) error {
	for range maxInformational {
		block, first, err := up.readHead(l.x.relay.o.MaxHeaderBytes)
		if err != nil {
			if first {
				return errBeforeFirstByte{err}
			}
			return err
		}
		if err := up.in.parse(block); err != nil {
			return malformedAnswer{err}
		}
		if up.in.status >= 200 {
			return nil
		}
		if up.in.status == fasthttp.StatusSwitchingProtocols {
			if !l.out.upgrade || len(up.in.protocol) == 0 {
				return malformedAnswer{errors.New("it switches protocols without being asked")}
			}
			return nil
		}
	}
	return malformedAnswer{errors.New("it sends informational answers without end")}
}
