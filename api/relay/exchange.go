package relay

import (
	"context"
	"net"
	"strings"
	"sync"
	"time"

	"appzone/api/httpguard"
	"appzone/host/fault"
)

// phase is who has to end an exchange.
type phase uint8

const (
	handling phase = iota // the handler
	waiting               // nobody yet: the server was told to write the answer
	writing               // whoever writes the answer
	ended
)

// exchange is one request under way. It is the context of its own Acquire and Dial.
type exchange struct {
	relay   *Relay
	client  net.Conn
	body    *httpguard.Body
	pool    *pool
	release func() // nil once it was called
	// uploaded is closed when the upload's goroutine has ended; nil without one.
	uploaded chan struct{}
	// uploadErr is what went wrong with reading from the client, set before uploaded is closed.
	uploadErr error
	// drainWatched is closed when the goroutine of untilDrained has ended; nil without one.
	drainWatched chan struct{}
	once         sync.Once // of end
	// next, previous, count, the plugin's, and nobodys, whether no user asks, belong to the relay.
	next, previous *exchange
	count          *load
	nobodys        bool

	mu sync.Mutex
	// who may alias memory of the server until hand copies it.
	who      Request
	phase    phase
	up       *upstreamConn
	cause    error         // why it was aborted
	done     chan struct{} // made when somebody asks for it
	tunnel   bool          // both sides are read all the time
	headSeen bool          // the head of the answer has come
}

var _ context.Context = (*exchange)(nil)

// Deadline implements context.Context: there is none.
func (x *exchange) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value implements context.Context: there are none.
func (x *exchange) Value(any) any { return nil }

// Done implements context.Context: it is closed when the client left, access ended, or the
// exchange did.
func (x *exchange) Done() <-chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.done == nil {
		x.done = make(chan struct{})
		if x.cause != nil || x.phase == ended {
			close(x.done)
		}
	}
	return x.done
}

// Err implements context.Context.
func (x *exchange) Err() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cause != nil || x.phase == ended {
		return context.Canceled
	}
	return nil
}

// aborted is why the exchange was cut, or nil.
func (x *exchange) aborted() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.cause
}

// abort cuts the exchange: whoever waits for the plugin or for the client fails at once.
func (x *exchange) abort(cause error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cause != nil || x.phase == ended {
		return
	}
	x.cause = cause
	if x.done != nil {
		close(x.done)
	}
	if x.up != nil {
		x.up.close()
	}
	_ = x.client.SetDeadline(time.Unix(1, 0))
}

// attach makes up the exchange's connection, unless it was cut meanwhile.
func (x *exchange) attach(up *upstreamConn) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cause != nil {
		up.close()
		return x.cause
	}
	x.up = up
	return nil
}

// hand leaves the exchange to whoever will write the answer.
func (x *exchange) hand(tunnel bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.phase, x.tunnel = waiting, tunnel
	// A path parameter's memory serves another request as soon as the handler returns.
	x.who = Request{Plugin: strings.Clone(x.who.Plugin), User: strings.Clone(x.who.User), Credential: strings.Clone(x.who.Credential)}
}

// matches asks match about the request, unless it has ended.
func (x *exchange) matches(match func(Request) bool) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.phase != ended && match(x.who)
}

// claim makes the caller the one who ends it. It fails when it was cut and ended before.
func (x *exchange) claim() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.phase != waiting {
		return false
	}
	x.phase = writing
	return true
}

// watch cuts the exchange if its client has left.
func (x *exchange) watch() {
	x.mu.Lock()
	gone := x.phase != ended && !(x.tunnel && x.phase == writing) && x.cause == nil && left(x.client)
	x.mu.Unlock()
	if gone {
		x.abort(fault.New(fault.Unavailable, CodeClientLeft, "the client closed its connection"))
	}
	if x.aborted() != nil {
		x.endIfOrphan()
	}
}

// endIfOrphan ends an exchange whose answer the server did not begin to write, as happens
// when the connection fails between the handler and the answer.
func (x *exchange) endIfOrphan() {
	if x.claim() {
		x.end(false)
	}
}

// end finishes the exchange; reuse gives the connection back to its pool. It waits for the
// upload, which must not read from the client's connection any longer. Further calls wait for the first.
func (x *exchange) end(reuse bool) {
	x.once.Do(func() { x.finish(reuse) })
}

func (x *exchange) finish(reuse bool) {
	x.mu.Lock()
	x.phase = ended
	up := x.up
	x.up = nil
	reuse = reuse && x.cause == nil && x.uploadDone()
	if x.done != nil && x.cause == nil {
		close(x.done)
	}
	x.mu.Unlock()
	if up != nil {
		if reuse && len(up.buffered()) == 0 {
			x.pool.put(up)
		} else {
			up.close()
		}
	}
	x.stopUpload()
	if x.drainWatched != nil {
		<-x.drainWatched
	}
	x.letGo()
	x.relay.remove(x)
}

// uploadDone tells whether the request's body was passed on to its end.
func (x *exchange) uploadDone() bool {
	if x.uploaded == nil {
		return true
	}
	select {
	case <-x.uploaded:
		return x.uploadErr == nil
	default:
		return false
	}
}

// stopUpload ends the upload's goroutine and waits for it. The connection to the plugin is
// closed or complete by then.
func (x *exchange) stopUpload() {
	if x.uploaded == nil {
		return
	}
	select {
	case <-x.uploaded:
	default:
		x.body.Abort()
		<-x.uploaded
	}
}
