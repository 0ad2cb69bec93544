package nodebridge

import (
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

const (
	sourceMax = 4 << 20 // bytes of one file that are searched
	filesMax  = 2000    // files that are read where names are computed
)

// notServerCode are folders with code that a plugin's process does not load: packages, pages, tests.
var notServerCode = []string{"node_modules", "bower_components", "public", "static", "www", "dist", "test", "tests", "__tests__", ".git"}

// codeFiles lists the JavaScript files of a version that its process may load.
func codeFiles(dir string) []string {
	var names []string
	_ = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || len(names) >= filesMax:
			return fs.SkipAll
		case d.IsDir() && slices.Contains(notServerCode, d.Name()):
			return fs.SkipDir
		case d.Type().IsRegular() && slices.Contains([]string{".js", ".cjs", ".mjs"}, path.Ext(name)):
			names = append(names, name)
		}
		return nil
	})
	return names
}

func (r *importReader) source(name string) []byte {
	root, err := os.OpenRoot(r.dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	text, err := readBounded(root, filepath.FromSlash(name), sourceMax)
	if err != nil {
		return nil
	}
	return text
}

var (
	addressPattern = regexp.MustCompile(`\b(https?|wss?)://([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::([0-9]{1,5}))?`)
	defaultPorts   = map[string]string{"http": "80", "https": "443", "ws": "80", "wss": "443"}
	// noPeers are hosts that code names without ever connecting there.
	noPeers = []string{"localhost", "127.0.0.1", "0.0.0.0", "www.w3.org", "schema.org", "json-schema.org", "example.com", "www.example.com"}
)

// readHosts finds the addresses that a file names.
func (r *importReader) readHosts(name string) {
	for _, m := range addressPattern.FindAllStringSubmatch(string(r.source(name)), factsMax) {
		host, port := strings.ToLower(m[2]), m[3]
		if slices.Contains(noPeers, host) || !strings.Contains(host, ".") {
			continue
		}
		if u, err := url.Parse(m[0]); err != nil || u.User != nil {
			continue
		}
		if port == "" {
			port = defaultPorts[m[1]]
		}
		r.add("host", host+":"+port, name)
	}
}

// findAddon returns a file of machine code below dir, relative to it, or "".
func findAddon(dir string) string {
	found := ""
	_ = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && path.Ext(name) == ".node" {
			found = name
			return fs.SkipAll
		}
		return nil
	})
	return found
}
