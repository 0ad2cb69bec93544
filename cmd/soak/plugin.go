package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"appzone/cmd/appzone/client"
)

// kind is what a plugin is made of.
type kind string

const (
	kindHTML kind = "html"
	kindNode kind = "node"
	kindWASM kind = "wasm"
)

// plugin is one of the fleet.
type plugin struct {
	id   string
	kind kind
	// moves says that it is upgraded and rolled back, comes that it is removed and installed again.
	moves, comes bool
	number       int // of its version; guarded by busy
	// busy is held by whatever changes the plugin.
	busy sync.Mutex
	// troubled is odd while the plugin is down on purpose.
	troubled atomic.Int64
}

// fleetOf is n plugins: most are pages, as in life; one in eight runs on Node, one in eight in the sandbox.
func fleetOf(n int) []*plugin {
	all := make([]*plugin, n)
	for i := range all {
		p := &plugin{kind: kindHTML, number: 1}
		switch i % 8 {
		case 1:
			p.kind = kindNode
		case 5:
			p.kind = kindWASM
		}
		p.moves = i%40 == 1 || i%40 == 5 || i%40 == 8
		p.comes = i%40 == 9 || i%40 == 13 || i%40 == 16
		p.id = fmt.Sprintf("soak-%s-%d", p.kind, i)
		all[i] = p
	}
	return all
}

// trouble marks the plugin as down on purpose until the returned function is called.
func (p *plugin) trouble() (over func()) {
	p.troubled.Add(1)
	return func() { p.troubled.Add(1) }
}

const (
	nodeProgram = `const version = %q;
require("http").createServer((req, res) => {
  if (req.method !== "POST") return res.end("version " + version);
  const parts = [];
  req.on("data", (part) => parts.push(part)).on("end", () => res.end(Buffer.concat(parts)));
}).listen(9006);
`
	wasmProgram = `const version = %q;
export default { async fetch(request) {
  return new Response(request.method === "POST" ? await request.text() : "version " + version);
} };
`
)

func (p *plugin) version() string { return fmt.Sprintf("1.0.%d", p.number) }

// zip packs the present version. Every version has content of its own.
func (p *plugin) zip() []byte {
	m := map[string]any{"name": p.id, "version": p.version(), "description": "For the soak test."}
	files := map[string]string{"filler.txt": filler(p.id+p.version(), 8<<10)}
	switch p.kind {
	case kindHTML:
		m["type"], m["parameters"] = "html", map[string]any{"views": map[string]any{"admin": "index.html"}}
		files["index.html"] = "version " + p.version()
	case kindNode:
		m["type"] = "script"
		m["parameters"] = map[string]any{"scriptName": p.id, "scriptPath": "index.js", "permissions": map[string]any{}}
		files["index.js"] = fmt.Sprintf(nodeProgram, p.version())
	case kindWASM:
		m["type"] = "script"
		m["parameters"] = map[string]any{"scriptName": p.id, "scriptPath": "index.js", "runtime": "wasm", "wasmPath": "index.js", "permissions": map[string]any{}}
		files["index.js"] = fmt.Sprintf(wasmProgram, p.version())
	}
	text, _ := json.Marshal(m) // strings and maps
	files["manifest.json"] = string(text)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, content := range files {
		f, _ := w.Create(name) // a buffer takes everything
		_, _ = f.Write([]byte(content))
	}
	_ = w.Close()
	return out.Bytes()
}

// filler is text that does not compress well and is the same for the same name.
func filler(name string, n int) string {
	var seed [32]byte
	copy(seed[:], name)
	r := rand.New(rand.NewChaCha8(seed))
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%x", r.Uint64())
	}
	return b.String()
}

// installFleet brings in every plugin.
func (s *soak) installFleet(ctx context.Context) error {
	s.fleet = fleetOf(s.plugins)
	for _, p := range s.fleet {
		if err := s.install(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// install uploads the plugin's version and installs what its plan shows.
func (s *soak) install(ctx context.Context, p *plugin) error {
	zip := p.zip()
	_, err := s.zone.Do(ctx, client.Request{Method: "POST", Path: client.Path("plugins"), Body: bytes.NewReader(zip), Length: int64(len(zip)),
		Header: http.Header{"Content-Type": {"application/zip"}}})
	if err != nil {
		return fmt.Errorf("upload %s: %w", p.id, err)
	}
	answer, err := s.zone.Do(ctx, client.Request{Method: "GET", Path: client.Path("plugins", p.id, "plan")})
	if err != nil {
		return fmt.Errorf("plan %s: %w", p.id, err)
	}
	return s.act(ctx, p, "install", map[string]any{"version": p.version(), "grants": "requested", "start": true}, http.Header{"If-Match": {answer.Header.Get("ETag")}})
}

// act begins a job of the plugin and waits for its end.
func (s *soak) act(ctx context.Context, p *plugin, verb string, body any, header http.Header) error {
	_, err := s.zone.Do(ctx, client.Request{Method: "POST", Path: client.Path("plugins", p.id, verb), JSON: body, Header: header,
		Query: url.Values{"wait": {"true"}, "timeoutSeconds": {"120"}}})
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, p.id, err)
	}
	return nil
}
