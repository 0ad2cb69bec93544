package bundle

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"appzone/host/fault"
	"appzone/host/manifest"
)

// checkFiles holds the manifest against the files that it names. All that is wrong is named at once.
func (b *Bundle) checkFiles(notes *notes) error {
	c := checker{b, notes, fault.New(fault.Invalid, "file_unsuitable", "manifest.json names files that do not fit")}
	c.script()
	c.view("parameters.views.admin", b.Manifest.Parameters.Views.Admin)
	c.view("parameters.views.agent", b.Manifest.Parameters.Views.Agent)
	if len(c.err.Fields) > 0 {
		return c.err
	}
	return nil
}

type checker struct {
	*Bundle
	notes *notes
	err   *fault.Error
}

func (c checker) wrong(field, format string, args ...any) {
	c.err.WithField(field, format, args...)
}

func (c checker) note(severity Severity, code, message, p string) {
	c.notes.extra = append(c.notes.extra, Finding{severity, code, message, p})
}

// has finds a file that must be there.
func (c checker) has(field, p string) *Entry {
	e := c.Find(p)
	if e == nil {
		c.err.Code, c.err.Message = "file_missing", "manifest.json names files that are not in the zip"
		hint := ""
		if near := c.near(p); near != "" {
			hint = "; did you mean " + near + "?"
		}
		c.wrong(field, "%s is not in the zip%s", p, hint)
	}
	return e
}

func (c checker) script() {
	p := c.Manifest.Parameters
	switch p.Runtime {
	case manifest.RuntimeNode:
		const field = "parameters.scriptPath"
		if c.has(field, p.ScriptPath) != nil && !slices.Contains([]string{".js", ".mjs", ".cjs"}, path.Ext(p.ScriptPath)) {
			c.wrong(field, "%s is no JavaScript file (.js, .mjs or .cjs)", p.ScriptPath)
		}
		c.other(p.WASMPath)
	case manifest.RuntimeWASM:
		c.wasm(p.WASMPath)
		c.other(p.ScriptPath)
	}
}

// other is an entry for the runtime that is not used here; that it is missing matters elsewhere.
func (c checker) other(p string) {
	if p != "" && c.Find(p) == nil {
		c.note(Low, "other_entry_missing", "the manifest names a file for another runtime that is not in the zip", p)
	}
}

// wasm tells a core module from what is often built instead.
func (c checker) wasm(p string) {
	const field = "parameters.wasmPath"
	e := c.has(field, p)
	if e == nil || path.Ext(p) != ".wasm" {
		return
	}
	head, err := e.head(8)
	switch {
	case err != nil:
		c.wrong(field, "%s cannot be unpacked", p)
	case bytes.Equal(head, []byte("\x00asm\x0d\x00\x01\x00")):
		c.wrong(field, "%s is a component; build a core module instead (target wasm32-wasip1)", p)
	case bytes.HasPrefix(head, []byte("(module")):
		c.wrong(field, "%s is WebAssembly text; translate it to a binary module", p)
	case !bytes.Equal(head, []byte("\x00asm\x01\x00\x00\x00")):
		c.wrong(field, "%s is not a WebAssembly module (target wasm32-wasip1)", p)
	}
}

// view checks a page. A script may answer for a page that is no file.
func (c checker) view(field, v string) {
	switch {
	case v == "":
	case strings.Contains(v, ":"):
		if strings.HasPrefix(strings.ToLower(v), "http:") {
			c.note(Medium, "insecure_view", "a page comes from another server over plain http, and can be changed on the way: "+v, "")
		} else {
			c.note(Low, "remote_view", "a page comes from another server, and can change at any time: "+v, "")
		}
	case c.Manifest.Type == manifest.TypeScript && c.Find(v) == nil:
		c.note(Info, "view_by_script", "a page is not in the zip; the script must answer for it", v)
	case c.has(field, v) != nil && !strings.HasPrefix(ContentType(v, nil), "text/html"):
		c.note(Low, "view_not_html", "a page is not an HTML file", v)
	}
}

// near finds the file that was probably meant.
func (c checker) near(p string) string {
	for _, suffix := range []string{".js", ".mjs", ".cjs", ".html", "/index.js", "/index.html"} {
		if c.Find(p+suffix) != nil {
			return p + suffix
		}
	}
	best, rank := "", 0
	for _, e := range c.Entries {
		score := 0
		switch {
		case strings.EqualFold(e.Path, p):
			score = 4
		case c.Root != "" && c.Root+"/"+e.Path == p:
			score = 3
		case strings.EqualFold(path.Base(e.Path), path.Base(p)) && !strings.Contains(e.Path, "node_modules/"):
			score = 2
		case path.Dir(e.Path) == path.Dir(p) && path.Ext(e.Path) == path.Ext(p) && path.Ext(p) != "":
			score = 1
		}
		if score > rank {
			best, rank = e.Path, score
		}
	}
	return best
}
