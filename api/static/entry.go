package static

import (
	"strings"

	"appzone/host"
)

// entry is a file with everything about its answers that does not depend on the request.
type entry struct {
	contentType []byte
	// forms are the file's bodies by coding; one without digest does not exist.
	forms  [codings]form
	varies bool
}

// form is one body of a file.
type form struct {
	digest   host.Digest
	size     int64
	etag     []byte
	encoding string
}

func newEntry(f *host.File) *entry {
	e := &entry{contentType: []byte(f.Type)}
	if f.Type == "" {
		e.contentType = []byte("application/octet-stream")
	}
	e.forms[identity] = form{digest: f.SHA256, size: f.Size, etag: etag(f.SHA256, "")}
	if v := f.Gzip; v != nil {
		e.forms[gzip] = form{digest: v.SHA256, size: v.Size, etag: etag(f.SHA256, "-gz"), encoding: "gzip"}
		e.varies = true
	}
	if v := f.Brotli; v != nil {
		e.forms[brotli] = form{digest: v.SHA256, size: v.Size, etag: etag(f.SHA256, "-br"), encoding: "br"}
		e.varies = true
	}
	return e
}

// etag is strong: half of the content's digest, and which of its forms this is.
func etag(d host.Digest, suffix string) []byte {
	s := string(d)
	return []byte(`"` + s[:min(32, len(s))] + suffix + `"`)
}

// choose is the form for a client's weights: the best weight wins, and the smaller form
// where two weigh the same.
func (e *entry) choose(acceptedHeader []byte) *form {
	if !e.varies || len(acceptedHeader) == 0 {
		return &e.forms[identity]
	}
	w := acceptEncoding(acceptedHeader)
	best := identity
	for c := gzip; c < codings; c++ {
		f := &e.forms[c]
		if f.digest == "" || w[c] == refused || w[c] < w[best] {
			continue
		}
		if best == identity || w[c] > w[best] || f.size < e.forms[best].size {
			best = c
		}
	}
	return &e.forms[best]
}

// index makes the table of a site's entries.
func index(site *host.Site) map[string]*entry {
	table := make(map[string]*entry, len(site.Files))
	for path, f := range site.Files {
		if f != nil {
			table[path] = newEntry(f)
		}
	}
	return table
}

// find looks a decoded path up. folder says that the path names a folder whose address
// lacks its slash, without which the page's relative links would miss.
func find(table map[string]*entry, path string) (e *entry, folder bool) {
	if path == "" || strings.HasSuffix(path, "/") {
		return table[path+indexFile], false
	}
	if e = table[path]; e != nil {
		return e, false
	}
	_, folder = table[path+"/"+indexFile]
	return nil, folder
}
