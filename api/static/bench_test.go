package static_test

import (
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"appzone/api/static"
	"appzone/host"
)

// BenchmarkStatic measures one answer without the network.
func BenchmarkStatic(b *testing.B) {
	m := &memory{content: map[host.Digest][]byte{}}
	f := &host.File{Path: "app.js", Size: int64(len(page)), SHA256: m.put(page), Type: "text/javascript"}
	br := []byte("brotli form")
	f.Brotli = &host.Variant{SHA256: m.put(br), Size: int64(len(br))}
	site := &host.Site{Digest: "d", Files: map[string]*host.File{f.Path: f}}
	files := static.New(static.Options{Blobs: m})
	defer files.Close()
	app := fiber.New()
	for _, c := range []struct{ name, header, value string }{
		{"identity", "Accept", "*/*"},
		{"brotli", "Accept-Encoding", "gzip, deflate, br"},
		{"not modified", "If-None-Match", "*"},
	} {
		b.Run(c.name, func(b *testing.B) {
			var ctx fasthttp.RequestCtx
			ctx.Request.Header.SetMethod("GET")
			ctx.Request.SetRequestURI("/app.js")
			ctx.Request.Header.Set(c.header, c.value)
			fc := app.AcquireCtx(&ctx)
			defer app.ReleaseCtx(fc)
			b.ReportAllocs()
			for b.Loop() {
				ctx.Response.Reset()
				require.NoError(b, files.Serve(fc, site, "/app.js"))
			}
		})
	}
}
