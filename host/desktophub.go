package host

import (
	"sync"

	"appzone/host/fault"
)

const (
	// desktopListeners bounds the pages that listen, of all members; desktopPages those of one.
	desktopListeners = 1000
	desktopPages     = 32
	// desktopQueue and desktopQueueBytes bound what waits for one page; the oldest goes.
	desktopQueue      = 32
	desktopQueueBytes = 64 << 10
)

// desktopHub knows the pages that listen. Nothing of it outlives the host.
type desktopHub struct {
	mu     sync.Mutex // guards what follows, and the queues of the listeners
	byUser map[string]map[*DesktopListener]bool
	count  int
	closed bool
}

func newDesktopHub() *desktopHub {
	return &desktopHub{byUser: map[string]map[*DesktopListener]bool{}}
}

// DesktopListener is a page of a plugin that listens. Whoever has it closes it.
type DesktopListener struct {
	hub                      *desktopHub
	user, credential, plugin string
	wake                     chan struct{}
	// queue, its bytes, and how many were dropped since the last Take.
	queue []DesktopEvent
	bytes int
	lost  int
}

// ListenDesktop begins to collect the desktop events that are for the actor, for a page of the plugin. Errors: 403 desktop_not_granted,
// 503 too_many_pages.
func (h *Host) ListenDesktop(actor Actor, site *Site) (*DesktopListener, error) {
	if site.Grants == nil || len(site.Grants.Desktop) == 0 {
		return nil, fault.New(fault.Forbidden, "desktop_not_granted", "this plugin was granted no desktop events; its manifest asks for them in parameters.permissions.desktop")
	}
	l := &DesktopListener{hub: h.desktop, user: actor.User, credential: actor.Credential, plugin: site.Plugin, wake: make(chan struct{}, 1)}
	return l, h.desktop.add(l)
}

func (d *desktopHub) add(l *DesktopListener) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.closed:
		return errShuttingDown()
	case d.count >= desktopListeners:
		return fault.New(fault.Unavailable, "too_many_pages", "%d pages listen for desktop events already; close some", desktopListeners)
	case len(d.byUser[l.user]) >= desktopPages:
		return fault.New(fault.Unavailable, "too_many_pages", "%d of your pages listen for desktop events already; close some", desktopPages)
	}
	if d.byUser[l.user] == nil {
		d.byUser[l.user] = map[*DesktopListener]bool{}
	}
	d.byUser[l.user][l] = true
	d.count++
	return nil
}

// of lists the pages of these members, each once.
func (d *desktopHub) of(users []string) []*DesktopListener {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []*DesktopListener
	seen := map[string]bool{}
	for _, user := range users {
		if seen[user] {
			continue
		}
		seen[user] = true
		for l := range d.byUser[user] {
			out = append(out, l)
		}
	}
	return out
}

// offer queues an event for a page, in the place of the oldest if too much waits. It tells whether the page still listens.
func (d *desktopHub) offer(l *DesktopListener, e DesktopEvent) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.byUser[l.user][l] {
		return false
	}
	l.queue = append(l.queue, e)
	l.bytes += len(e.Data)
	for len(l.queue) > desktopQueue || l.bytes > desktopQueueBytes {
		l.bytes -= len(l.queue[0].Data)
		l.queue = l.queue[1:]
		l.lost++
	}
	select {
	case l.wake <- struct{}{}:
	default:
	}
	return true
}

// remove ends a listener; the caller holds mu.
func (d *desktopHub) remove(l *DesktopListener) {
	if !d.byUser[l.user][l] {
		return
	}
	delete(d.byUser[l.user], l)
	if len(d.byUser[l.user]) == 0 {
		delete(d.byUser, l.user)
	}
	d.count--
	close(l.wake)
}

// close ends every listener.
func (d *desktopHub) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for _, listeners := range d.byUser {
		for l := range listeners {
			d.remove(l)
		}
	}
}

// Wake has a value when there is something to take, and is closed with the listener.
func (l *DesktopListener) Wake() <-chan struct{} { return l.wake }

// Take returns what came since the last time, oldest first, and how many events before them were dropped since too much waited.
func (l *DesktopListener) Take() (events []DesktopEvent, lost int) {
	l.hub.mu.Lock()
	defer l.hub.mu.Unlock()
	events, lost = l.queue, l.lost
	l.queue, l.bytes, l.lost = nil, 0, 0
	return events, lost
}

// Close ends the listener. It may be called twice.
func (l *DesktopListener) Close() {
	l.hub.mu.Lock()
	defer l.hub.mu.Unlock()
	l.hub.remove(l)
}
