package api

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

const (
	contentEvents = "text/event-stream"
	// pulseEvents is a comment, which readers of server-sent events skip.
	pulseEvents = ": still here\n\n"
	// retryEvents tells a browser to come back after two seconds.
	retryEvents = "retry: 2000\n\n"
)

// wantsEvents tells whether the client asks for server-sent events.
func wantsEvents(c *fiber.Ctx) bool {
	return strings.Contains(c.Get(fiber.HeaderAccept), contentEvents)
}

// appendEvent writes one server-sent event. JSON has no raw line ends, so data is one line.
func appendEvent(b *bytes.Buffer, id uint64, kind string, v any) error {
	b.WriteString("id: ")
	b.Write(strconv.AppendUint(nil, id, 10))
	b.WriteByte('\n')
	return appendMessage(b, kind, v)
}

// appendMessage is appendEvent for what cannot be resumed.
func appendMessage(b *bytes.Buffer, kind string, v any) error {
	if kind != "" {
		b.WriteString("event: ")
		b.WriteString(kind)
		b.WriteByte('\n')
	}
	b.WriteString("data: ")
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.WriteByte('\n')
	return nil
}

// lastEventID is where a reader stopped: the header that browsers send, or ?after=. ok is false without one.
func lastEventID(c *fiber.Ctx) (seq uint64, ok bool, err error) {
	v := c.Get("Last-Event-ID")
	if v == "" {
		v = c.Query("after")
	}
	if v == "" {
		return 0, false, nil
	}
	seq, err = strconv.ParseUint(v, 10, 64)
	if err != nil {
		return 0, false, badQuery("after", "must be the number of an event")
	}
	return seq, true, nil
}
