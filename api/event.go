package api

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
)

const (
	// catchUpPage is how many stored events are read at once.
	catchUpPage = 500
	eventTypes  = 50
)

// eventFilter says which events somebody wants and may be told of. Empty fields are all.
type eventFilter struct {
	actor  host.Actor
	plugin string
	// types are names, or beginnings of names that end in "*".
	types []string
	// after is the event after which to resume, if resume.
	after  uint64
	resume bool
}

func (s *Server) newEventFilter(c *fiber.Ctx, plugin string) (f eventFilter, err error) {
	f.actor, f.plugin = actorOf(c), plugin
	if types := query(c, "type"); types != "" {
		f.types = strings.Split(types, ",")
	}
	if len(f.types) > eventTypes {
		return f, badQuery("type", "names too many types")
	}
	f.after, f.resume, err = lastEventID(c)
	return f, err
}

func (f *eventFilter) wants(e host.Event) bool {
	if f.plugin != "" && e.Plugin != f.plugin || !f.actor.MayFollow(e) {
		return false
	}
	return e.Is(f.types)
}

// streamEvents sends everything that happens, from now on or from where the reader stopped.
func (s *Server) streamEvents(c *fiber.Ctx) error {
	f, err := s.newEventFilter(c, query(c, "plugin"))
	if err != nil {
		return err
	}
	if !wantsEvents(c) && strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMEApplicationJSON) {
		return s.listEvents(c, f)
	}
	return s.openEvents(c, f)
}

// openEvents subscribes before the answer begins, so that whoever sees its head misses nothing.
func (s *Server) openEvents(c *fiber.Ctx, f eventFilter) error {
	sub := s.host.Bus().Subscribe()
	return s.openStream(c, contentEvents, pulseEvents, func(st *stream) error { return s.sendEvents(st, f, sub) }, sub.Close)
}

// listPluginEvents is the history of one plugin, newest first; as server-sent events it is what happens.
func (s *Server) listPluginEvents(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	f, err := s.newEventFilter(c, id)
	if err != nil {
		return err
	}
	if wantsEvents(c) {
		return s.openEvents(c, f)
	}
	return s.listEvents(c, f)
}

// listEvents answers with a page of the history. Reading is bounded by what is kept, not by what matches.
func (s *Server) listEvents(c *fiber.Ctx, f eventFilter) error {
	limit, err := queryInt(c, "limit", 1, pageMax, 100)
	if err != nil {
		return err
	}
	cursor, err := queryPosition(c)
	if err != nil {
		return err
	}
	items := []host.Event{}
	for {
		page, err := s.host.Bus().Before(s.ctx, cursor, f.plugin, catchUpPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			if !f.wants(e) {
				continue
			}
			if len(items) == limit {
				return send(c, fiber.StatusOK, listOf(items, strconv.FormatUint(items[limit-1].Seq, 10)))
			}
			items = append(items, e)
		}
		if len(page) < catchUpPage {
			return send(c, fiber.StatusOK, listOf(items, ""))
		}
		cursor = page[len(page)-1].Seq
	}
}
