package relay

import (
	"strings"
	"sync"
	"time"

	"appzone/host/fault"
)

// watchInterval is how soon it is noticed that a client left, or that access ended.
const watchInterval = 500 * time.Millisecond

// Relay passes requests on to plugins. Its methods may be called from any goroutine.
type Relay struct {
	o        Options
	reserved reservedNames
	drop     map[string]bool
	pools    pools

	mu       sync.Mutex
	open     exchanges
	byPlugin map[string]*load // those of none are forgotten by watch
	closed   bool
	idle     sync.Cond // signalled when open gets empty, while closing

	stop, stopped chan struct{}
}

// New makes a relay and starts its goroutine. Close ends it.
func New(o Options) *Relay {
	r := &Relay{
		o: o.withDefaults(), reserved: reserve(o.ReservedCookies), drop: lowered(o.DropResponse),
		pools:    pools{byID: map[uint64]*pool{}},
		byPlugin: map[string]*load{},
		stop:     make(chan struct{}), stopped: make(chan struct{}),
	}
	r.idle.L = &r.mu
	go r.watch()
	return r
}

// Request describes one request under way, for Options.Holds.
type Request struct {
	// Plugin is the plugin that serves it.
	Plugin string
	// User is the Identity.User that it was made for.
	User string
	// Credential is the Identity.Credential that it was admitted by.
	Credential string
}

// cutRevoked cuts the request, be it a stream or an upgraded connection, if its access has ended.
func (r *Relay) cutRevoked(x *exchange) {
	if r.o.Holds != nil && x.matches(func(q Request) bool { return !r.o.Holds(q) }) {
		x.abort(fault.New(fault.Unavailable, "access_ended", "the request was cut because its access ended"))
	}
}

// Close cuts what is under way, waits for it and closes every connection to a plugin.
// Requests that come later are refused with 503.
func (r *Relay) Close() {
	r.mu.Lock()
	again := r.closed
	r.closed = true
	r.mu.Unlock()
	if !again {
		close(r.stop)
	}
	<-r.stopped
	for _, x := range r.snapshot() {
		x.abort(shuttingDown())
		x.endIfOrphan()
	}
	r.mu.Lock()
	for r.open.count > 0 {
		r.idle.Wait()
	}
	r.mu.Unlock()
	r.pools.close()
}

func shuttingDown() *fault.Error {
	return fault.New(fault.Unavailable, "shutting_down", "the host is shutting down; try again later")
}

// load is how many requests to a plugin are under way: all, and those of nobody.
type load struct{ all, nobodys int }

// add registers a request, within the limits.
func (r *Relay) add(x *exchange) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := r.byPlugin[x.who.Plugin]
	x.nobodys = x.who.User == ""
	switch {
	case r.closed:
		return shuttingDown()
	case r.open.count >= r.o.MaxRequests:
		return fault.New(fault.Unavailable, "too_many_requests_open", "the host has too many requests to plugins under way; try again later")
	case count == nil:
		count = new(load)
		r.byPlugin[strings.Clone(x.who.Plugin)] = count
	case count.all >= r.o.MaxPluginRequests, x.nobodys && count.nobodys >= r.o.MaxPluginRequests/4:
		return fault.New(fault.Unavailable, "plugin_busy", "the plugin has too many requests under way; try again later")
	}
	count.all++
	if x.nobodys {
		count.nobodys++
	}
	x.count = count
	r.open.add(x)
	return nil
}

func (r *Relay) remove(x *exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x.count.all--
	if x.nobodys {
		x.count.nobodys--
	}
	if r.open.remove(x); r.closed && r.open.count == 0 {
		r.idle.Broadcast()
	}
}

func (r *Relay) snapshot() []*exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.open.all()
}

// forget drops the counts of plugins without requests.
func (r *Relay) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for plugin, count := range r.byPlugin {
		if count.all == 0 {
			delete(r.byPlugin, plugin)
		}
	}
}

// watch looks after clients and pools until Close.
func (r *Relay) watch() {
	defer close(r.stopped)
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	for {
		select {
		case <-r.stop:
			return
		case <-ticker.C:
		}
		for _, x := range r.snapshot() {
			r.cutRevoked(x)
			x.watch()
		}
		r.pools.reap(r.o.KeepAlive)
		r.forget()
	}
}
