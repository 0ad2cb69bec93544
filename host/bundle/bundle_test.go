package bundle_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"appzone/host/bundle"
	"appzone/host/fault"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBothLayoutsAreTheSamePlugin(t *testing.T) {
	flat := mustOpen(t, zipOf(end{}, pages(part{Name: "css/"}, part{Name: "css/a.css", Data: "a{}"})...))
	assert.Empty(t, flat.Root)
	inner := pages(part{Name: "css/"}, part{Name: "css/a.css", Data: "a{}"})
	for i := range inner {
		inner[i].Name = "my plugin/" + inner[i].Name
	}
	inner = append([]part{{Name: "my plugin/", Mode: 0o040755}, {Name: "__MACOSX/my plugin/._index.html", Data: "junk"}, {Name: ".DS_Store", Data: "junk"}}, inner...)
	folded := mustOpen(t, zipOf(end{}, inner...))
	assert.Equal(t, "my plugin", folded.Root)
	for _, b := range []*bundle.Bundle{flat, folded} {
		assert.Equal(t, []string{"css/a.css", "index.html", "manifest.json"}, paths(b))
		assert.Equal(t, "pages", b.Manifest.ID)
		assert.Contains(t, string(b.Raw), `"Pages"`)
		assert.NotNil(t, b.Find("css/a.css"))
		assert.Nil(t, b.Find("css"))
	}
	require.Len(t, folded.Findings, 1)
	assert.Equal(t, "junk_skipped", folded.Findings[0].Code)
	assert.Equal(t, "2 files of an operating system were left out", folded.Findings[0].Message)
}

func TestManifestAtTheRootWinsOverOneBelow(t *testing.T) {
	b := mustOpen(t, zipOf(end{}, pages(part{Name: "public/manifest.json", Data: `{"short_name":"pwa"}`})...))
	assert.Empty(t, b.Root)
	assert.Equal(t, "Pages", b.Manifest.Name)
}

func TestContentIsReadBack(t *testing.T) {
	text := strings.Repeat("the same line again\n", 2000)
	b := mustOpen(t, zipOf(end{Comment: "0123456789abcdef0123456789abcdef01234567"}, pages(
		part{Name: "packed.txt", Method: 8, Data: text},
		part{Name: "streamed.txt", Method: 8, Data: text, Flags: 8},
		part{Name: "stored.txt", Data: text},
		part{Name: "empty"}, part{Name: "empty packed", Method: 8},
	)...))
	for _, name := range []string{"packed.txt", "streamed.txt", "stored.txt"} {
		e := b.Find(name)
		assert.EqualValues(t, len(text), e.Size)
		r, err := e.Open()
		require.NoError(t, err)
		data, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, text, string(data))
		require.NoError(t, r.Close())
		_, err = r.Read(make([]byte, 1))
		assert.Error(t, err, "closed")
	}
	assert.EqualValues(t, 3*len(text), b.Size()-b.Find("manifest.json").Size-b.Find("index.html").Size)
}

func TestGzipWrapsTheZipsOwnData(t *testing.T) {
	text := strings.Repeat("body { color: red }\n", 500)
	b := mustOpen(t, zipOf(end{}, pages(part{Name: "a.css", Method: 8, Data: text}, part{Name: "b.css", Data: text}, part{Name: "tiny.css", Method: 8, Data: "a{}"})...))
	size, r, ok := b.Find("a.css").Gzip()
	require.True(t, ok)
	packed, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.EqualValues(t, size, len(packed))
	assert.Less(t, len(packed), len(text))
	z, err := gzip.NewReader(bytes.NewReader(packed))
	require.NoError(t, err)
	data, err := io.ReadAll(z)
	require.NoError(t, err)
	assert.Equal(t, text, string(data))
	for _, name := range []string{"b.css", "tiny.css"} {
		_, _, ok := b.Find(name).Gzip()
		assert.False(t, ok, name)
	}
}

// Zips of the standard library's writer, which streams with descriptors, are the ordinary case.
func TestOrdinaryZipsAreAccepted(t *testing.T) {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, p := range pages(part{Name: "grüße/ñ.txt", Data: "x"}, part{Name: "d/"}) {
		f, err := w.Create(p.Name)
		require.NoError(t, err)
		_, err = io.WriteString(f, p.Data)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	b := mustOpen(t, out.Bytes())
	assert.Equal(t, []string{"grüße/ñ.txt", "index.html", "manifest.json"}, paths(b))
}

func TestFilesThatTheManifestNamesAreChecked(t *testing.T) {
	const component, module = "\x00asm\x0d\x00\x01\x00", "\x00asm\x01\x00\x00\x00"
	wasm := `"runtime":"wasm","wasmPath":"a.wasm"`
	views := func(v string) []part {
		return []part{{Name: "manifest.json", Data: `{"name":"P","version":"1.0.0","description":"d","type":"html","parameters":{"views":{"admin":"` + v + `"}}}`}, {Name: "index.html"}}
	}
	for name, c := range map[string]struct {
		parts             []part
		code, field, want string
	}{
		"script missing":        {clock(`"scriptPath":"app/index.js"`, part{Name: "app/main.js"}), "file_missing", "parameters.scriptPath", "app/index.js is not in the zip; did you mean app/main.js?"},
		"script in other case":  {clock(`"scriptPath":"app/index.js"`, part{Name: "app/Index.js"}), "file_missing", "parameters.scriptPath", "did you mean app/Index.js?"},
		"script elsewhere":      {clock(`"scriptPath":"index.js"`, part{Name: "node_modules/a/index.js"}, part{Name: "src/index.js"}), "file_missing", "parameters.scriptPath", "did you mean src/index.js?"},
		"script is a folder":    {clock(`"scriptPath":"app"`, part{Name: "app/index.js"}), "file_missing", "parameters.scriptPath", "did you mean app/index.js?"},
		"script without ending": {clock(`"scriptPath":"app"`, part{Name: "app.js"}), "file_missing", "parameters.scriptPath", "did you mean app.js?"},
		"script with top folder": {[]part{{Name: "top/manifest.json", Data: clock(`"scriptPath":"top/a.js"`)[0].Data}, {Name: "top/a.js"}},
			"file_missing", "parameters.scriptPath", "did you mean a.js?"},
		"script of other kind": {clock(`"scriptPath":"a.ts"`, part{Name: "a.ts"}), "file_unsuitable", "parameters.scriptPath", "no JavaScript file"},
		"wasm missing":         {clock(wasm), "file_missing", "parameters.wasmPath", "a.wasm is not in the zip"},
		"wasm component":       {clock(wasm, part{Name: "a.wasm", Data: component}), "file_unsuitable", "parameters.wasmPath", "wasm32-wasip1"},
		"wasm text":            {clock(wasm, part{Name: "a.wasm", Data: "(module)"}), "file_unsuitable", "parameters.wasmPath", "binary module"},
		"wasm empty":           {clock(wasm, part{Name: "a.wasm"}), "file_unsuitable", "parameters.wasmPath", "not a WebAssembly module"},
		"wasm":                 {clock(wasm, part{Name: "a.wasm", Data: module}), "", "", ""},
		"view missing":         {views("pages/index.html"), "file_missing", "parameters.views.admin", "did you mean index.html?"},
		"view in the zip":      {views("index.html"), "", "", ""},
		"view elsewhere":       {views("https://example.com/"), "", "", ""},
		"view by the script":   {clock(`"scriptPath":"a.js","views":{"admin":"admin"}`, part{Name: "a.js"}), "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(zipOf(end{}, c.parts...))
			assert.Equal(t, c.code, fault.CodeOf(err))
			if c.code != "" {
				fields := fault.From(err).Fields
				require.Len(t, fields, 1)
				assert.Equal(t, c.field, fields[0].Field)
				assert.Contains(t, fields[0].Message, c.want)
			}
		})
	}
}

func TestFindings(t *testing.T) {
	b := mustOpen(t, zipOf(end{}, clock(`"scriptPath":"a.js","wasmPath":"gone.wasm","views":{"admin":"http://example.com/","agent":"page.pdf"}`,
		part{Name: "a.js", Mode: 0o104777}, part{Name: ".npmrc", Data: "git=evil.sh"}, part{Name: "node_modules/x/i.js"}, part{Name: "node_modules/x/.npmrc"},
		part{Name: "node_modules/x/test/key.pem"}, part{Name: "node_modules/x/b.node"}, part{Name: "run.sh", Mode: 0o100777}, part{Name: "old.zip"}, part{Name: "older.tar.gz"},
		part{Name: ".env"}, part{Name: ".git/config"}, part{Name: ".editorconfig"}, part{Name: "Thumbs.db"}, part{Name: "page.pdf"},
	)...))
	got := map[string]bundle.Severity{}
	for _, f := range b.Findings {
		assert.NotContains(t, got, f.Code, "once each")
		assert.NotEmpty(t, f.Message)
		got[f.Code] = f.Severity
	}
	assert.Equal(t, map[string]bundle.Severity{
		"npm_config_ignored": bundle.Medium, "node_modules_bundled": bundle.Info, "native_code": bundle.Medium, "program_included": bundle.Low,
		"archive_included": bundle.Low, "secret_included": bundle.Medium, "history_included": bundle.Medium, "hidden_file": bundle.Info,
		"junk_skipped": bundle.Info, "mode_bits_dropped": bundle.Low, "insecure_view": bundle.Medium, "view_not_html": bundle.Low, "other_entry_missing": bundle.Low,
	}, got)
	assert.Equal(t, bundle.Medium, b.Findings[0].Severity, "the gravest first")
	assert.NotContains(t, paths(b), "Thumbs.db")
}

func TestContentType(t *testing.T) {
	for p, want := range map[string]string{
		"index.html": "text/html; charset=utf-8", "a/B.HTM": "text/html; charset=utf-8", "a.js": "text/javascript; charset=utf-8", "a.mjs": "text/javascript; charset=utf-8",
		"a.css": "text/css; charset=utf-8", "a.json": "application/json", "a.wasm": "application/wasm", "a.svg": "image/svg+xml", "a.png": "image/png",
		"a.woff2": "font/woff2", "a.unknown": "application/octet-stream", "README": "application/octet-stream", ".html": "text/html; charset=utf-8", "a.html.exe": "application/octet-stream",
		"a.php": "application/octet-stream", "a.swf": "application/octet-stream",
	} {
		assert.Equal(t, want, bundle.ContentType(p, nil), p)
	}
	assert.Equal(t, "text/html; charset=utf-8", bundle.ContentType("a.html", []byte("caf\xc3")), "a character cut off")
	assert.Equal(t, "text/html", bundle.ContentType("a.html", []byte("caf\xe9 au lait")), "Latin-1 keeps its own declaration")
	assert.Equal(t, "image/png", bundle.ContentType("a.png", []byte("<script>")), "C2: content never changes the type")
}
