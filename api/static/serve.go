package static

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"appzone/host"
	"appzone/host/fault"
)

// cacheControl lets a browser keep a file but ask before each use: access may be revoked
// at any time, and what one member got must not be given to another by a shared cache.
var (
	cacheControl = []byte("private, no-cache")
	vary         = []byte("Accept-Encoding")
	nosniff      = []byte("nosniff")
	acceptBytes  = []byte("bytes")

	keyVary         = []byte("Vary")
	keyETag         = []byte("Etag")
	keyCacheControl = []byte("Cache-Control")
	keyNosniff      = []byte("X-Content-Type-Options")
	keyAcceptRanges = []byte("Accept-Ranges")
	keyContentRange = []byte("Content-Range")
)

// Serve answers GET and HEAD for path in site. path is the rest of the request's raw path,
// still percent-encoded and without its query; "" and a trailing slash name the folder's
// index.html. Before anything is sent it returns *fault.Error, 404 file_not_found for what
// names no file, or fiber's 405. The caller sets the content security policy.
func (s *Server) Serve(c *fiber.Ctx, site *host.Site, path string) error {
	ctx := c.Context()
	if !ctx.IsGet() && !ctx.IsHead() {
		c.Set(fiber.HeaderAllow, "GET, HEAD")
		return fiber.ErrMethodNotAllowed
	}
	decoded, ok := decode(path)
	if !ok {
		return notFound()
	}
	e, folder := find(s.table(site), decoded)
	if folder {
		return redirectToFolder(c, path)
	}
	if e == nil {
		return notFound()
	}
	return s.answer(ctx, e)
}

func notFound() error {
	return fault.New(fault.NotFound, "file_not_found", "the plugin has no file of this name")
}

// redirectToFolder adds the slash. The target is relative, so that it holds under any
// prefix, and begins with "./", so that a name can be taken for neither scheme nor host.
func redirectToFolder(c *fiber.Ctx, raw string) error {
	target := "./" + raw[strings.LastIndexByte(raw, '/')+1:] + "/"
	if query := c.Context().URI().QueryString(); len(query) > 0 {
		target += "?" + string(query)
	}
	c.Response().Header.SetCanonical(keyCacheControl, cacheControl)
	// Not c.Redirect: fasthttp would make it absolute with the client's Host.
	c.Set(fiber.HeaderLocation, target)
	c.Status(fiber.StatusTemporaryRedirect)
	return nil
}

// plan is what a request gets of a file.
type plan struct {
	form   *form
	part   span
	status int
}

// plan applies the request's conditions and its range.
func (e *entry) plan(ctx *fasthttp.RequestCtx) plan {
	request := &ctx.Request.Header
	f := e.choose(request.Peek(fasthttp.HeaderAcceptEncoding))
	p := plan{f, span{0, f.size}, fasthttp.StatusOK}
	if matches(request.Peek(fasthttp.HeaderIfNoneMatch), f.etag) {
		p.status = fasthttp.StatusNotModified
		return p
	}
	wanted := request.Peek(fasthttp.HeaderRange)
	if len(wanted) == 0 || ctx.IsHead() || !sameForm(request.Peek(fasthttp.HeaderIfRange), f.etag) {
		return p
	}
	switch part, result := parseRange(wanted, f.size); result {
	case rangeOne:
		p.part, p.status = part, fasthttp.StatusPartialContent
	case rangeUnsatisfiable:
		p.status = fasthttp.StatusRequestedRangeNotSatisfiable
	}
	return p
}

// answer writes one file's response.
func (s *Server) answer(ctx *fasthttp.RequestCtx, e *entry) error {
	p := e.plan(ctx)
	h := &ctx.Response.Header
	if p.status == fasthttp.StatusOK || p.status == fasthttp.StatusPartialContent {
		if err := s.attach(ctx, p); err != nil {
			return err
		}
		h.SetContentTypeBytes(e.contentType)
		if p.form.encoding != "" {
			h.SetContentEncoding(p.form.encoding)
		}
	}
	switch p.status {
	case fasthttp.StatusPartialContent:
		h.SetCanonical(keyContentRange, contentRange(p.part, p.form.size))
	case fasthttp.StatusRequestedRangeNotSatisfiable:
		h.SetCanonical(keyContentRange, strconv.AppendInt([]byte("bytes */"), p.form.size, 10))
	}
	ctx.SetStatusCode(p.status)
	e.common(h, p.form)
	return nil
}

// attach gives the answer its body, or only its length.
func (s *Server) attach(ctx *fasthttp.RequestCtx, p plan) error {
	length := p.part.end - p.part.start
	if ctx.IsHead() {
		ctx.Response.SkipBody = true
		ctx.Response.Header.SetContentLength(int(length))
		return nil
	}
	if stream := s.kept(ctx, p); stream != nil {
		ctx.Response.SetBodyStream(stream, int(length))
		return nil
	}
	switch {
	case p.form.size <= s.small:
		b, err := s.body(p.form)
		if err != nil {
			return err
		}
		ctx.Response.SetBodyRaw(b[p.part.start:p.part.end])
	default:
		blob, err := s.open(p.form)
		if err != nil {
			return err
		}
		ctx.Response.SetBodyStream(&blobStream{blob: blob, conn: ctx.Conn(), at: p.part.start, end: p.part.end}, int(length))
	}
	return nil
}

// common sets what every answer about a file carries, 304 included.
func (e *entry) common(h *fasthttp.ResponseHeader, f *form) {
	h.SetCanonical(keyETag, f.etag)
	h.SetCanonical(keyCacheControl, cacheControl)
	h.SetCanonical(keyNosniff, nosniff)
	h.SetCanonical(keyAcceptRanges, acceptBytes)
	if e.varies {
		h.AddBytesKV(keyVary, vary)
	}
}

func contentRange(part span, size int64) []byte {
	b := append(make([]byte, 0, 48), "bytes "...)
	b = strconv.AppendInt(b, part.start, 10)
	b = append(b, '-')
	b = strconv.AppendInt(b, part.end-1, 10)
	b = append(b, '/')
	return strconv.AppendInt(b, size, 10)
}

// sameForm evaluates If-Range: absent holds, a strong ETag must be equal, and a date never
// holds, since no date is given out.
func sameForm(ifRange, tag []byte) bool {
	return len(ifRange) == 0 || bytes.Equal(bytes.TrimSpace(ifRange), tag)
}

// matches evaluates If-None-Match with the weak comparison that RFC 9110 asks for.
func matches(header, tag []byte) bool {
	for len(header) > 0 {
		var item []byte
		item, header = cut(header, ',')
		item = bytes.TrimSpace(item)
		if len(item) == 1 && item[0] == '*' {
			return true
		}
		if bytes.Equal(bytes.TrimPrefix(item, weakPrefix), tag) {
			return true
		}
	}
	return false
}

var weakPrefix = []byte("W/")
