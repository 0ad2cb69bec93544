package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/gofiber/fiber/v2"

	"appzone/host"
	"appzone/host/fault"
)

const (
	headerIdempotency = "Idempotency-Key"
	headerReplayed    = "Idempotency-Replayed"
	idempotencyMax    = 255
)

// once makes a handler with a JSON body honour Idempotency-Key.
func (s *Server) once(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if c.Get(headerIdempotency) == "" {
			return handle(c)
		}
		body, err := readBody(c)
		if err != nil {
			return err
		}
		return s.idempotent(c, fingerprint(c.Context().URI().QueryString(), body), handle)
	}
}

// idempotent runs handle, unless a request with the same key, credentials, route and content was carried out before: then
// it gives that one's answer. Refusals are not kept, since they changed nothing.
func (s *Server) idempotent(c *fiber.Ctx, content string, handle fiber.Handler) error {
	key := c.Get(headerIdempotency)
	if key == "" {
		return handle(c)
	}
	if len(key) > idempotencyMax {
		return fault.New(fault.Malformed, "idempotency_key_invalid", "an Idempotency-Key has at most %d characters", idempotencyMax)
	}
	who := actorOf(c)
	name := fingerprint([]byte(who.User), []byte(who.Token), []byte(c.Method()), []byte(c.Path()), []byte(key))
	kept, done, err := s.host.Once(s.ctx, name, content)
	if err != nil {
		return err
	}
	if kept != nil {
		return replay(c, kept)
	}
	var reply *host.Reply
	defer func() { done(reply) }()
	if err := handle(c); err != nil {
		if !errors.As(err, new(jobFailed)) {
			return err
		}
		if err := s.answerError(c, err); err != nil {
			return err
		}
	}
	reply = keep(c)
	return nil
}

// keep is the answer as it is repeated. A body that is too large is left out.
func keep(c *fiber.Ctx) *host.Reply {
	h := &c.Response().Header
	r := &host.Reply{Status: c.Response().StatusCode(), Type: string(h.ContentType()), Location: string(h.Peek(fiber.HeaderLocation))}
	if b := c.Response().Body(); len(b) <= host.ReplyBodyMax {
		r.Body = bytes.Clone(b)
	}
	return r
}

func replay(c *fiber.Ctx, r *host.Reply) error {
	if r.Location != "" {
		c.Set(fiber.HeaderLocation, r.Location)
	}
	c.Set(headerReplayed, "true")
	if r.Body == nil && r.Status != fiber.StatusNoContent {
		return fault.New(fault.Conflict, "reply_not_kept", "the request was carried out before, and its answer was too large to be kept; read the resource instead")
	}
	c.Set(fiber.HeaderContentType, r.Type)
	c.Status(r.Status)
	return c.Send(r.Body)
}

// fingerprint hashes parts so that no two lists of parts give the same.
func fingerprint(parts ...[]byte) string {
	sum := sha256.New()
	for _, p := range parts {
		one := sha256.Sum256(p)
		sum.Write(one[:])
	}
	return hex.EncodeToString(sum.Sum(nil))
}
