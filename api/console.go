package api

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"

	"appzone/host/fault"
)

const (
	// consolePrefix is where the console's own files are.
	consolePrefix = "/console/"
	consoleIndex  = "index.html"
	// noncePlace stands for the nonce in the console's page.
	noncePlace = "{{nonce}}"
	// icons that there are not look like this one.
	iconFolder, iconDefault = "icons/", "icons/apps.svg"
)

// consolePaths are where the console's screens begin; it finds the rest by itself. The page at "/" is its start.
var consolePaths = []string{"plugins", "gallery", "open", "staff", "profiles", "tokens", "keys", "webhooks", "audit", "system", "account", "login"}

// registerConsole serves the console, or where there is none the page that says so.
func (s *Server) registerConsole(app *fiber.App) {
	if s.o.Console == nil {
		app.Get(frontPath, s.page(frontPath))
		return
	}
	app.Get(frontPath, s.consolePage)
	for _, p := range consolePaths {
		app.Get("/"+p, s.consolePage)
		app.Get("/"+p+"/*", s.consolePage)
	}
	app.Get(consolePrefix+"*", s.consoleFile)
}

// consolePage is the one page, whose policy lets in the styles that it makes itself and no others.
func (s *Server) consolePage(c *fiber.Ctx) error {
	c.Locals(keyRoute, "console")
	index, err := fs.ReadFile(s.o.Console, consoleIndex)
	if err != nil {
		return err
	}
	nonce := rand.Text()
	c.Set(fiber.HeaderContentSecurityPolicy, strings.Replace(policyPage, "style-src 'self'", "style-src 'self' 'nonce-"+nonce+"'", 1)+"; frame-src "+s.frameSources())
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Send(bytes.ReplaceAll(index, []byte(noncePlace), []byte(nonce)))
}

// strayed tells whether a person's browser went where nothing is: the console says so, as it does of what is not below its screens.
func (s *Server) strayed(c *fiber.Ctx, err error) bool {
	var unrouted *fiber.Error
	return s.o.Console != nil && c.Method() == fiber.MethodGet && errors.As(err, &unrouted) && unrouted.Code == fiber.StatusNotFound &&
		readByPerson(c) && !strings.HasPrefix(c.Path(), "/api/")
}

// consoleFile serves one of the console's files. The names of assets change with what they hold.
func (s *Server) consoleFile(c *fiber.Ctx) error {
	c.Locals(keyRoute, "console")
	name, below := strings.CutPrefix(c.Path(), consolePrefix)
	if !below || name == consoleIndex || !fs.ValidPath(name) {
		return errNoConsoleFile()
	}
	b, encoding, err := s.readConsole(c, name)
	if err != nil && strings.HasPrefix(name, iconFolder) && path.Ext(name) == ".svg" {
		b, err = fs.ReadFile(s.o.Console, iconDefault)
	}
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return errNoConsoleFile()
		}
		return err
	}
	c.Set(fiber.HeaderContentType, mime.TypeByExtension(path.Ext(name)))
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	switch {
	case strings.HasPrefix(name, "assets/"):
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	case strings.HasPrefix(name, iconFolder):
		c.Set(fiber.HeaderCacheControl, "public, max-age=86400")
	default:
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	return c.Send(b)
}

// readConsole reads a file, in the smallest form that the browser takes of those that were made when the console was built.
func (s *Server) readConsole(c *fiber.Ctx, name string) (b []byte, encoding string, err error) {
	for _, form := range []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		// Who says nothing takes everything, says RFC 9110; programs that say nothing take none.
		if c.Get(fiber.HeaderAcceptEncoding) == "" || c.AcceptsEncodings(form.encoding) == "" {
			continue
		}
		if b, err := fs.ReadFile(s.o.Console, name+form.suffix); err == nil {
			return b, form.encoding, nil
		}
	}
	b, err = fs.ReadFile(s.o.Console, name)
	return b, "", err
}

func errNoConsoleFile() error {
	return fault.New(fault.NotFound, "file_not_found", "the console has no such file; reload the page, which may be of a former version")
}
