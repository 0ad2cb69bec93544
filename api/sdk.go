package api

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"

	"appzone/host/encode"
	"appzone/host/fault"
)

const (
	sdkPrefix     = "/sdk/"
	simulatorPath = sdkPrefix + "simulator"
	contentScript = "text/javascript; charset=utf-8"
	// frameDevelopment lets the simulator show pages of development servers on its own machine.
	frameDevelopment = " http://localhost:* https://localhost:* http://127.0.0.1:* https://127.0.0.1:*"
)

// sdkTypes are the files of the page kit and their types. They are public and the same for everybody.
var sdkTypes = map[string]string{"appzone.js": contentScript, "shell.js": contentScript, "appzone.d.ts": fiber.MIMETextPlainCharsetUTF8}

// sdkFile is one of them, as it is sent.
type sdkFile struct {
	kind, etag string
	plain      []byte
	// brotli is plain in fewer bytes, nil where it has none.
	brotli []byte
}

var sdkFiles = sync.OnceValue(func() map[string]sdkFile {
	out := map[string]sdkFile{}
	for name, kind := range sdkTypes {
		b, err := pageFiles.ReadFile("pages/sdk/" + name)
		if err != nil {
			continue // which a test would find out
		}
		sum := sha256.Sum256(b)
		f := sdkFile{kind: kind, etag: hex.EncodeToString(sum[:12]), plain: b}
		if small, ok := encode.Brotli(b, int64(len(b))); ok {
			f.brotli = small
		}
		out[name] = f
	}
	return out
})

// serveSDK serves a file of the page kit, on the console's origin and on those of plugins. A page without an origin of its own loads it from
// another one's, so everybody may.
func serveSDK(c *fiber.Ctx) error {
	c.Locals(keyRoute, "sdk")
	f, ok := sdkFiles()[strings.TrimPrefix(c.Path(), sdkPrefix)]
	if !ok {
		return fault.New(fault.NotFound, "not_found", "the page kit has no file of this name")
	}
	c.Set(headerResourcePolicy, "cross-origin")
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	c.Set(fiber.HeaderContentType, f.kind)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	body, etag := f.plain, `"`+f.etag+`"`
	if f.brotli != nil && c.Request().Header.HasAcceptEncoding("br") {
		body, etag = f.brotli, `"`+f.etag+`-br"`
		c.Set(fiber.HeaderContentEncoding, "br")
	}
	c.Set(fiber.HeaderETag, etag)
	if strings.Contains(c.Get(fiber.HeaderIfNoneMatch), etag) {
		c.Response().Header.Del(fiber.HeaderContentEncoding)
		return c.SendStatus(fiber.StatusNotModified)
	}
	return c.Send(body)
}
