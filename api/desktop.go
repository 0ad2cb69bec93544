package api

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

// sendDesktopEvent gives an event to the open pages of members.
func (s *Server) sendDesktopEvent(c *fiber.Ctx) error {
	var in host.DesktopMessage
	if err := decodeJSON(c, &in); err != nil {
		return err
	}
	n, err := s.host.SendDesktop(s.ctx, in, actorOf(c))
	if err != nil {
		return err
	}
	return send(c, fiber.StatusAccepted, struct {
		Delivered int `json:"delivered"`
	}{n})
}

// followDesktop streams the desktop events that are for the member whose page it is. The stream ends when the member has lost
// the plugin.
func (s *Server) followDesktop(c *fiber.Ctx, p *openPage) error {
	l, err := s.host.ListenDesktop(actorOf(c), p.site)
	if err != nil {
		return err
	}
	credential, plugin := actorOf(c).Credential, p.site.Plugin
	return s.openStream(c, contentEvents, pulseEvents, func(st *stream) error {
		st.holds = func() bool { return s.host.Holds(s.ctx, credential, plugin) }
		return sendDesktop(st, l)
	}, l.Close)
}

// sendDesktop is the stream: each event under the name "desktop", and "lost" with the number of those that the page was too slow for.
func sendDesktop(st *stream, l *host.DesktopListener) error {
	if _, err := st.Write([]byte(retryEvents)); err != nil {
		return err
	}
	for {
		select {
		case _, ok := <-l.Wake():
			if !ok || !st.holds() {
				return nil
			}
			if err := writeDesktop(st, l); err != nil {
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

func writeDesktop(st *stream, l *host.DesktopListener) error {
	var b bytes.Buffer
	events, lost := l.Take()
	if lost > 0 {
		if err := appendMessage(&b, "lost", map[string]int{"count": lost}); err != nil {
			return err
		}
	}
	for _, e := range events {
		if err := appendMessage(&b, "desktop", e); err != nil {
			return err
		}
	}
	if b.Len() == 0 { // what woke it was taken before; an empty piece would end the answer
		return nil
	}
	_, err := st.Write(b.Bytes())
	return err
}
