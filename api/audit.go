package api

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/host/audit"
)

// headerAuditHead names the entry that an export ends with.
const headerAuditHead = "Audit-Head"

// listAudit is a page of the trail, newest first, or the whole of it as NDJSON, oldest first.
func (s *Server) listAudit(c *fiber.Ctx) error {
	f, err := auditFilter(c)
	if err != nil {
		return err
	}
	lines, err := wantsLines(c)
	if err != nil {
		return err
	}
	if lines {
		return s.exportAudit(c, f)
	}
	limit, err := queryInt(c, "limit", 1, pageMax, 100)
	if err != nil {
		return err
	}
	cursor, err := queryPosition(c)
	if err != nil {
		return err
	}
	items, next, err := s.host.Audit(s.ctx, f, cursor, limit)
	if err != nil {
		return err
	}
	follows := ""
	if next > 0 {
		follows = strconv.FormatUint(next, 10)
	}
	return send(c, fiber.StatusOK, listOf(items, follows))
}

// auditFilter reads which entries are asked for.
func auditFilter(c *fiber.Ctx) (f audit.Filter, err error) {
	f = audit.Filter{Actor: query(c, "actor"), Plugin: query(c, "plugin"), Kind: query(c, "kind"), Outcome: audit.Outcome(query(c, "outcome"))}
	if f.Outcome != "" && !slices.Contains(audit.Outcomes(), f.Outcome) {
		return f, badQuery("outcome", "must be done, failed or denied")
	}
	if f.Since, err = queryTime(c, "since"); err != nil {
		return f, err
	}
	f.Until, err = queryTime(c, "until")
	return f, err
}

// queryTime reads a query parameter that is a point in time; absent is none.
func queryTime(c *fiber.Ctx, name string) (time.Time, error) {
	v := c.Query(name)
	if v == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return t, badQuery(name, "must be a time such as 2026-01-31T12:00:00Z; a plus sign in it is written %2B")
	}
	return t, nil
}

// wantsLines tells whether the client asks for NDJSON.
func wantsLines(c *fiber.Ctx) (bool, error) {
	switch c.Query("format") {
	case "":
		return strings.Contains(c.Get(fiber.HeaderAccept), contentLines), nil
	case "ndjson":
		return true, nil
	case "json":
		return false, nil
	}
	return false, badQuery("format", "must be json or ndjson")
}

// exportAudit streams the trail up to its end at this moment. What is cut short, because the credentials end, is no whole answer.
func (s *Server) exportAudit(c *fiber.Ctx, f audit.Filter) error {
	head, err := s.host.AuditHead(s.ctx)
	if err != nil {
		return err
	}
	if head.Seq > 0 {
		c.Set(headerAuditHead, head.String())
	}
	return s.openStream(c, contentLines, pulseLines, func(st *stream) error {
		for last := uint64(0); last < head.Seq; {
			if !st.holds() || st.ctx.Err() != nil {
				return errStreamEnded
			}
			lines, at, err := s.host.AuditLines(st.ctx, f, last, head.Seq)
			if err != nil || at == last {
				return err
			}
			if last = at; len(lines) == 0 {
				continue
			}
			if _, err := st.Write(lines); err != nil {
				return err
			}
		}
		return nil
	}, func() {})
}

// verifyAudit checks the whole chain.
func (s *Server) verifyAudit(c *fiber.Ctx) error {
	var kept *audit.Head
	if text := query(c, "head"); text != "" {
		head, err := audit.ParseHead(text)
		if err != nil {
			return badQuery("head", "must be the number and the hash of an entry, such as 17:3f0a... with 64 hexadecimal digits")
		}
		kept = &head
	}
	report, err := s.host.VerifyAudit(s.ctx, kept)
	return reply(c, report, err)
}
