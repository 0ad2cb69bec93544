package relay

import (
	"time"

	"appzone/host"
)

const (
	// dialRounds bounds how many instances are tried for one request.
	dialRounds = 3
	// endWait is how long an instance that takes no connection may take to be known as ended:
	// its listener is gone a moment before its process was waited for.
	endWait = 2 * time.Second
)

// connect opens a connection to the instance. Nothing was sent where none is taken, so any
// request may go to the instance that comes after one that has ended.
func (l *call) connect() (*upstreamConn, error) {
	for round := 1; ; round++ {
		up, err := l.x.pool.dial(l.x, l.x.relay.o.DialTimeout)
		if err == nil {
			return up, nil
		}
		l.x.letGo()
		if round == dialRounds || !l.x.awaitEnd(l.x.pool.up) {
			return nil, unreachable{err}
		}
		if err := l.acquire(); err != nil {
			return nil, err
		}
	}
}

// awaitEnd waits until Acquire no longer gives up. It tells whether that came to be, in time
// and before the exchange was cut.
func (x *exchange) awaitEnd(up host.Upstream) bool {
	timer := time.NewTimer(endWait)
	defer timer.Stop()
	select {
	case <-up.Draining():
	case <-up.Done():
	case <-x.Done():
	case <-timer.C:
		return false
	}
	return x.aborted() == nil
}
