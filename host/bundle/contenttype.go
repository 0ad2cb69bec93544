package bundle

import (
	"path"
	"strings"
	"unicode/utf8"
)

// unknownType makes a browser offer the file for download.
const unknownType = "application/octet-stream"

// types is all that pages are made of. It is fixed, so that the same plugin is served alike on every machine (C2).
var types = map[string]string{
	".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml",
	".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript", ".cjs": "text/javascript",
	".json": "application/json", ".map": "application/json", ".jsonld": "application/ld+json", ".webmanifest": "application/manifest+json",
	".txt": "text/plain", ".md": "text/markdown", ".csv": "text/csv", ".ics": "text/calendar", ".vtt": "text/vtt", ".xml": "application/xml",
	".yaml": "application/yaml", ".yml": "application/yaml",
	".svg": "image/svg+xml", ".png": "image/png", ".apng": "image/apng", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif",
	".webp": "image/webp", ".avif": "image/avif", ".ico": "image/vnd.microsoft.icon", ".bmp": "image/bmp", ".tif": "image/tiff", ".tiff": "image/tiff",
	".woff": "font/woff", ".woff2": "font/woff2", ".ttf": "font/ttf", ".otf": "font/otf", ".eot": "application/vnd.ms-fontobject",
	".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav", ".flac": "audio/flac", ".weba": "audio/webm",
	".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".ogv": "video/ogg",
	".pdf": "application/pdf", ".wasm": "application/wasm", ".zip": "application/zip", ".gz": "application/gzip",
}

// ContentType is the type that a file is served with, by its extension alone; unknown ones are
// application/octet-stream. head is the content's start, up to a few KiB, or nil: text that is not UTF-8 gets no
// charset, so that its own declaration counts.
func ContentType(p string, head []byte) string {
	t, ok := types[strings.ToLower(path.Ext(p))]
	switch {
	case !ok:
		return unknownType
	case strings.HasPrefix(t, "text/") && startsUTF8(head):
		return t + "; charset=utf-8"
	}
	return t
}

// startsUTF8 tells whether head is UTF-8, its last character possibly cut off.
func startsUTF8(head []byte) bool {
	for range utf8.UTFMax - 1 {
		if utf8.Valid(head) || len(head) == 0 {
			return true
		}
		head = head[:len(head)-1]
	}
	return utf8.Valid(head)
}
