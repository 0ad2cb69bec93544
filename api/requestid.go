package api

import (
	"crypto/rand"
	"encoding/hex"
	"strings"

	"github.com/gofiber/fiber/v2"
)

const requestIDMax = 64

// requestID names the request in answers, logs and towards plugins.
func requestID(c *fiber.Ctx) string {
	id, _ := c.Locals(keyRequest).(string)
	return id
}

// identify gives the request its id: a trusted proxy's, else a new one.
func (s *Server) identify(c *fiber.Ctx) string {
	id := ""
	if s.trusted(c) {
		id = strings.Clone(c.Get(fiber.HeaderXRequestID))
	}
	if !validRequestID(id) {
		var b [12]byte
		_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
		id = hex.EncodeToString(b[:])
	}
	c.Locals(keyRequest, id)
	return id
}

func validRequestID(id string) bool {
	if id == "" || len(id) > requestIDMax {
		return false
	}
	for _, r := range id {
		if !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '-' || r == '_' || r == '.') {
			return false
		}
	}
	return true
}
