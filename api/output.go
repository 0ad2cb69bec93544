package api

import (
	"bytes"
	"encoding/json"

	"github.com/gofiber/fiber/v2"
)

// list is every answer that has many: next is the cursor of what follows, or null.
type list[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

// listOf makes a list; an empty cursor is null.
func listOf[T any](items []T, next string) list[T] {
	if items == nil {
		items = []T{}
	}
	l := list[T]{Items: items}
	if next != "" {
		l.Next = &next
	}
	return l
}

// send answers with v as JSON.
func send(c *fiber.Ctx, status int, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Status(status)
	return c.Send(b.Bytes())
}

// reply is send for what a call of the host returned.
func reply[T any](c *fiber.Ctx, v T, err error) error {
	if err != nil {
		return err
	}
	return send(c, fiber.StatusOK, v)
}

// done is the answer to what returns nothing.
func done(c *fiber.Ctx, err error) error {
	if err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
