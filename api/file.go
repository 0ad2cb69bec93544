package api

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"appzone/api/httpguard"
	"appzone/host/fault"
)

const (
	// overlayBody is the largest file that is taken; the host has the exact limit.
	overlayBody = 17 << 20
	// readTime is how long a client may take for one piece of a file.
	readTime = time.Minute
)

func (s *Server) listPluginFiles(c *fiber.Ctx) error {
	id, err := pluginID(c)
	if err != nil {
		return err
	}
	items, err := s.host.Files(s.ctx, id)
	return reply(c, listOf(items, ""), err)
}

// pluginFile is the plugin's id and the rest of the path, decoded once.
func pluginFile(c *fiber.Ctx) (id, path string, err error) {
	if id, err = pluginID(c); err != nil {
		return "", "", err
	}
	path, err = url.PathUnescape(strings.Clone(c.Params("*")))
	if err != nil || path == "" {
		return "", "", fault.New(fault.Malformed, "path_malformed", "the file's path is not percent-encoded as it must be")
	}
	return id, path, nil
}

// getPluginFile sends a file as what it is worth on the console's origin: bytes to be saved.
func (s *Server) getPluginFile(c *fiber.Ctx) error {
	id, path, err := pluginFile(c)
	if err != nil {
		return err
	}
	r, size, err := s.host.ReadFile(s.ctx, id, path)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEOctetStream)
	c.Set(fiber.HeaderContentDisposition, "attachment")
	c.Context().SetBodyStream(&download{ReadCloser: r, conn: c.Context().Conn()}, int(size))
	return nil
}

// download is a body that may take as long as it moves.
type download struct {
	io.ReadCloser
	conn net.Conn
}

// Read implements io.Reader. A panic of the store's mapped memory cuts the answer and not the process.
func (d *download) Read(p []byte) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			n, err = 0, fmt.Errorf("read content: %v", r)
		}
	}()
	if err := d.conn.SetWriteDeadline(time.Now().Add(readTime)); err != nil {
		return 0, err
	}
	n, err = d.ReadCloser.Read(p)
	if n > 0 && errors.Is(err, io.EOF) {
		err = nil // said again at the next call
	}
	return n, err
}

// putPluginFile writes a file beside the plugin's code.
func (s *Server) putPluginFile(c *fiber.Ctx) error {
	id, path, err := pluginFile(c)
	if err != nil {
		return err
	}
	return done(c, s.host.WriteFile(s.ctx, id, path, httpguard.LimitedBody(c, overlayBody), actorOf(c)))
}

// removePluginFile deletes a file that was written beside the plugin's code.
func (s *Server) removePluginFile(c *fiber.Ctx) error {
	id, path, err := pluginFile(c)
	if err != nil {
		return err
	}
	return done(c, s.host.RemoveFile(s.ctx, id, path, actorOf(c)))
}
