package nodebridge_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// registry is a package registry on the loopback with one version, 1.0.0, of each package.
type registry struct {
	*httptest.Server
	mu    sync.Mutex
	files map[string][]byte // "/name" and "/name/-/name-1.0.0.tgz"
	asked []string
}

func newRegistry(t *testing.T) *registry {
	t.Helper()
	r := &registry{files: map[string][]byte{}}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *registry) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	path, _ := url.PathUnescape(q.URL.Path)
	r.asked = append(r.asked, path)
	text, ok := r.files[path]
	if !ok {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusNotFound)
		text = []byte(`{"error":"Not found"}`)
	}
	_, _ = w.Write(text)
}

// publish adds a package; fields go into its package.json. It returns the integrity of its archive.
func (r *registry) publish(t *testing.T, name string, fields map[string]any, files map[string]string) string {
	t.Helper()
	pkg := map[string]any{"name": name, "version": "1.0.0"}
	for k, v := range fields {
		pkg[k] = v
	}
	text, err := json.Marshal(pkg)
	require.NoError(t, err)
	archive := pack(t, map[string]string{"package.json": string(text)}, files)
	sum := sha512.Sum512(archive)
	integrity := "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
	tarball := "/" + name + "/-/" + name + "-1.0.0.tgz"
	pkg["dist"] = map[string]any{"tarball": r.URL + tarball, "integrity": integrity}
	if _, ok := fields["scripts"]; ok {
		pkg["hasInstallScript"] = true
	}
	packument, err := json.Marshal(map[string]any{"name": name, "dist-tags": map[string]any{"latest": "1.0.0"}, "versions": map[string]any{"1.0.0": pkg}})
	require.NoError(t, err)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files["/"+name], r.files[tarball] = packument, archive
	return integrity
}

func pack(t *testing.T, sets ...map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for _, set := range sets {
		for name, text := range set {
			require.NoError(t, w.WriteHeader(&tar.Header{Name: "package/" + name, Mode: 0o644, Size: int64(len(text))}))
			_, err := w.Write([]byte(text))
			require.NoError(t, err)
		}
	}
	require.NoError(t, w.Close())
	require.NoError(t, z.Close())
	return b.Bytes()
}
