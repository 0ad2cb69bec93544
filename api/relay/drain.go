package relay

import "appzone/host/fault"

// untilDrained is for an answer that does not end by itself: the instance need not wait for
// its end, and it is cut as soon as the instance is to stop. finish waits for the goroutine.
func (x *exchange) untilDrained() {
	x.letGo()
	draining, over := x.pool.up.Draining(), x.Done()
	x.drainWatched = make(chan struct{})
	go func() {
		defer close(x.drainWatched)
		select {
		case <-draining:
			x.abort(fault.New(fault.Unavailable, "plugin_stopping", "the stream was cut because the plugin stops; connect again"))
		case <-over:
		}
	}()
}

// letGo says to the owner of the instance that the request is through, once.
func (x *exchange) letGo() {
	if release := x.release; release != nil {
		x.release = nil
		release()
	}
}
