package api

import (
	"bytes"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
)

const (
	// sidebarsMax bounds the sidebars that one member follows at once: a stream for each window of a console.
	sidebarsMax = 32
	// sidebarSettle is how long what happens is collected before a sidebar is worked out anew; sidebarEvery bounds how often it is.
	sidebarSettle = 30 * time.Millisecond
	sidebarEvery  = 200 * time.Millisecond
	eventSidebar  = "sidebar"
)

// getMySidebar answers with the member's sidebar, or follows it.
func (s *Server) getMySidebar(c *fiber.Ctx) error {
	actor := actorOf(c)
	if !wantsEvents(c) {
		entries, err := s.host.Sidebar(s.ctx, actor)
		return reply(c, listOf(entries, ""), err)
	}
	leave, ok := s.sidebars.enter(actor.User, sidebarsMax)
	if !ok {
		return fault.New(fault.Unavailable, "too_many_streams", "%d of your windows follow the sidebar already; close some", sidebarsMax)
	}
	f := sidebarFollower{server: s, actor: actor, sub: s.host.Bus().Subscribe()}
	return s.openStream(c, contentEvents, pulseEvents, f.run, func() {
		f.sub.Close()
		leave()
	})
}

// sidebarFollower is one member's sidebar as a stream.
type sidebarFollower struct {
	server *Server
	actor  host.Actor
	sub    *host.Subscription
	// sent is the last event, which is not sent twice; at is when it was worked out.
	sent []byte
	at   time.Time
}

// run sends the sidebar at once, and again whenever it has become another.
func (f *sidebarFollower) run(st *stream) error {
	if _, err := st.Write([]byte(retryEvents)); err != nil {
		return err
	}
	due := time.NewTimer(0)
	defer due.Stop()
	waiting := true
	for {
		select {
		case e, ok := <-f.sub.C:
			if !ok {
				if !f.sub.Lost() {
					return nil // the host ends
				}
				f.sub = f.server.host.Bus().Subscribe() // too much happened at once: what it led to is read below
			}
			if !waiting && (!ok || host.ChangesSidebars(e)) {
				waiting = true
				due.Reset(max(sidebarSettle, sidebarEvery-time.Since(f.at)))
			}
		case <-due.C:
			waiting = false
			if err := f.send(st); err != nil {
				return err
			}
		case <-st.beat.C:
			if err := st.alive(); err != nil {
				return err
			}
		case <-st.ctx.Done():
			return nil
		}
	}
}

// send works the sidebar out for who the member is by now.
func (f *sidebarFollower) send(st *stream) error {
	f.at = time.Now()
	actor, ok := f.server.host.Settled(f.actor)
	if !ok {
		return errStreamEnded
	}
	entries, err := f.server.host.Sidebar(f.server.ctx, actor)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := appendMessage(&b, eventSidebar, listOf(entries, "")); err != nil || bytes.Equal(b.Bytes(), f.sent) {
		return err
	}
	f.sent = b.Bytes()
	_, err = st.Write(f.sent)
	return err
}
