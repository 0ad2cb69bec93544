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

// answer writes one file's response.
func (s *Server) answer(ctx *fasthttp.RequestCtx, e *entry) error {
	request, h := &ctx.Request.Header, &ctx.Response.Header
	f := e.choose(request.Peek(fasthttp.HeaderAcceptEncoding))
	part, result := span{0, f.size}, rangeNone
	if r := request.Peek(fasthttp.HeaderRange); len(r) > 0 && ctx.IsGet() && sameForm(request.Peek(fasthttp.HeaderIfRange), f.etag) {
		if p, found := parseRange(r, f.size); found != rangeNone {
			part, result = p, found
		}
	}
	notModified := matches(request.Peek(fasthttp.HeaderIfNoneMatch), f.etag)
	var small []byte
	var stream *blobStream
	switch {
	case notModified || result == rangeUnsatisfiable || ctx.IsHead():
	case f.size <= s.small:
		b, err := s.body(f)
		if err != nil {
			return err
		}
		small = b[part.start:part.end]
	default:
		blob, err := s.open(f)
		if err != nil {
			return err
		}
		stream = &blobStream{blob: blob, conn: ctx.Conn(), at: part.start, end: part.end}
	}
	e.common(h, f)
	switch {
	case notModified:
		ctx.SetStatusCode(fasthttp.StatusNotModified)
		return nil
	case result == rangeUnsatisfiable:
		ctx.SetStatusCode(fasthttp.StatusRequestedRangeNotSatisfiable)
		h.SetCanonical(keyContentRange, append([]byte("bytes */"), strconv.FormatInt(f.size, 10)...))
		return nil
	case result == rangeOne:
		ctx.SetStatusCode(fasthttp.StatusPartialContent)
		h.SetCanonical(keyContentRange, contentRange(part, f.size))
	}
	h.SetContentTypeBytes(e.contentType)
	if f.encoding != "" {
		h.SetContentEncoding(f.encoding)
	}
	switch {
	case ctx.IsHead():
		ctx.Response.SkipBody = true
		h.SetContentLength(int(f.size))
	case stream != nil:
		ctx.Response.SetBodyStream(stream, int(part.end-part.start))
	default:
		ctx.Response.SetBodyRaw(small)
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
