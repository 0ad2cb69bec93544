package static_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"appzone/api/static"
	"appzone/host"
)

// FuzzResolve: a path names the one file of the site whose key it is, decoded once, and nothing else (C3).
func FuzzResolve(f *testing.F) {
	site := &host.Site{Files: map[string]*host.File{}}
	for _, key := range []string{"index.html", "sub/index.html", "sub/a b.txt", "a%20b", "%2e%2e/x", "..a/x", "a;b", "a+b", "gr\u00fc\u00dfe", "\uff0e\uff0e/x", "secret.txt", "A", "..%2fx"} {
		site.Files[key] = &host.File{Path: key, SHA256: host.Digest(key)}
	}
	for _, seed := range []string{"", "/", "/sub", "/sub/", "/sub/a%20b.txt", "/a%2520b", "/%2e%2e/secret.txt", "/sub/../secret.txt", "/sub%2fa%20b.txt", "/sub%5cindex.html", "/%252e%252e/x", "//secret.txt",
		"/a;b", "/a%3bb", "/gr%c3%bc%C3%9Fe", "/%ef%bc%8e%EF%BC%8E/x", "/secret.txt%00", "/%", "/secret.txt/", "/./secret.txt", "/%c0%ae%c0%ae/secret.txt", "\\secret.txt"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		file, folder := static.Resolve(site, raw)
		if file == "" && !folder {
			return
		}
		lower := strings.ToLower(raw)
		require.False(t, strings.Contains(lower, "%2f") || strings.Contains(lower, "%5c") || strings.ContainsAny(raw, "\\\x00\r\n"), "%q has a hidden separator", raw)
		once, err := url.PathUnescape(strings.TrimPrefix(raw, "/"))
		require.NoError(t, err, "%q", raw)
		key := once
		switch {
		case folder:
			key += "/index.html"
		case once == "" || strings.HasSuffix(once, "/"):
			key += "index.html"
		}
		require.Contains(t, site.Files, key)
		if !folder {
			require.Equal(t, key, string(file), "%q", raw)
		}
	})
}
