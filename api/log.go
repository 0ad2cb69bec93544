package api

import (
	"bytes"
	"context"
	"encoding/json"

	"github.com/gofiber/fiber/v2"

	"appzone/host/logs"
)

const (
	contentLines = "application/x-ndjson"
	// pulseLines is an empty line, which readers of NDJSON skip.
	pulseLines  = "\n"
	tailDefault = 100
)

// getPluginLogs sends the last lines, and with follow every line that comes.
func (s *Server) getPluginLogs(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	tail, err := queryInt(c, "tail", 0, logs.MaxTail, tailDefault)
	if err != nil {
		return err
	}
	follow, err := queryBool(c, "follow")
	if err != nil {
		return err
	}
	after, _, err := lastEventID(c)
	if err != nil {
		return err
	}
	events := wantsEvents(c)
	if follow {
		return s.followLog(c, id, tail, after, events)
	}
	lines, err := s.host.LogTail(s.ctx, id, tail)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, l := range lines {
		if err := appendLine(&b, l, events); err != nil {
			return err
		}
	}
	c.Set(fiber.HeaderContentType, contentLines)
	if events {
		c.Set(fiber.HeaderContentType, contentEvents)
	}
	return c.Send(b.Bytes())
}

func appendLine(b *bytes.Buffer, l logs.Line, events bool) error {
	if events {
		return appendEvent(b, l.Seq, "", l)
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e.Encode(l)
}

// followLog streams lines. after skips those that a reader had before.
func (s *Server) followLog(c *fiber.Ctx, id string, tail int, after uint64, events bool) error {
	if after > 0 {
		tail = logs.MaxTail
	}
	ctx, cancel := context.WithCancel(s.closing)
	lines, err := s.host.LogFollow(ctx, id, tail)
	if err != nil {
		cancel()
		return err
	}
	kind, pulse := contentLines, pulseLines
	if events {
		kind, pulse = contentEvents, pulseEvents
	}
	return s.openStream(c, kind, pulse, func(st *stream) error {
		for {
			select {
			case l, ok := <-lines:
				if !ok {
					return nil
				}
				if err := sendLines(st, l, lines, after, events); err != nil {
					return err
				}
			case <-st.beat.C:
				if err := st.alive(); err != nil {
					return err
				}
			}
		}
	}, cancel)
}

// linesAtOnce bounds the bytes of lines that are sent in one piece, but for the last of them.
const linesAtOnce = 32 << 10

// sendLines sends a line with those that wait behind it: a flood is faster than a piece for each line.
func sendLines(st *stream, l logs.Line, lines <-chan logs.Line, after uint64, events bool) error {
	var b bytes.Buffer
	for ok := true; ok; {
		if l.Seq > after {
			if err := appendLine(&b, l, events); err != nil {
				return err
			}
		}
		if b.Len() >= linesAtOnce {
			break
		}
		select {
		case l, ok = <-lines:
		default:
			ok = false
		}
	}
	if b.Len() == 0 {
		return nil
	}
	_, err := st.Write(b.Bytes())
	return err
}
