package api_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/archive"
)

// names are those of an archive that is whole.
func names(t *testing.T, in []byte, kind string) (all []string) {
	t.Helper()
	r, err := archive.NewReader(bytes.NewReader(in), kind, archive.Limits{Bytes: 1 << 30, Entries: 1 << 20})
	require.NoError(t, err)
	defer r.Close()
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, e.Name)
	}
}

func TestABackupIsStreamedToWhoMayMakeOne(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	token := r.newToken("backup")
	a := r.expect(call{method: "POST", path: "/api/v1/backup", token: token}, 200)
	assert.Equal(t, "application/zstd", a.Header.Get("Content-Type"))
	assert.Regexp(t, `^attachment; filename="appzone-\d{8}-\d{6}\.tar\.zst"$`, a.Header.Get("Content-Disposition"))
	assert.Contains(t, names(t, a.text, archive.KindHost), "records/plugins.jsonl")
	r.expect(call{method: "POST", path: "/api/v1/backup", token: r.newToken("plugins:read", "plugins:manage")}, 403, "missing_scope")
	for _, kind := range []string{"host.backup", "host.backed_up"} {
		assert.Contains(t, string(r.get("/api/v1/audit?kind="+kind).text), `"`+kind+`"`)
	}
}

// A client that leaves in the middle does not keep others from making one.
func TestABackupWhoseClientLeavesEnds(t *testing.T) {
	r := newRig(t)
	require.Equal(t, 201, r.upload(htmlZip(t, "Pages", "1.0.0")).StatusCode)
	for range 3 {
		res, err := http.DefaultTransport.RoundTrip(r.request(call{method: "POST", path: "/api/v1/backup"}))
		require.NoError(t, err)
		if res.StatusCode != http.StatusConflict {
			require.Equal(t, 200, res.StatusCode)
		}
		_ = res.Body.Close()
	}
	require.Eventually(t, func() bool { return r.do(call{method: "POST", path: "/api/v1/backup"}).StatusCode == 200 }, 20*time.Second, 20*time.Millisecond)
}

func TestAPluginIsExportedAndImported(t *testing.T) {
	r, there := newRig(t), newRig(t)
	require.Equal(t, 200, r.install(scriptZip(t, "Clock", "1.0.0", "app.js", ""), true).StatusCode)
	a := r.expect(call{method: "GET", path: "/api/v1/plugins/clock/export", token: r.newToken("backup")}, 200)
	assert.Contains(t, names(t, a.text, archive.KindPlugin), "plugin.zip")
	without := r.expect(call{method: "GET", path: "/api/v1/plugins/clock/export?data=false"}, 200)
	assert.NotContains(t, names(t, without.text, archive.KindPlugin), "data")
	assert.Contains(t, names(t, a.text, archive.KindPlugin), "data")
	head := r.expect(call{method: "HEAD", path: "/api/v1/plugins/clock/export"}, 200)
	assert.Equal(t, "application/zstd", head.Header.Get("Content-Type"))
	r.expect(call{method: "HEAD", path: "/api/v1/plugins/nobody/export"}, 404)
	r.expect(call{method: "GET", path: "/api/v1/plugins/clock/export?data=maybe"}, 400)

	put := func(kind string, body []byte) call {
		return call{method: "POST", path: "/api/v1/plugins/import", header: map[string]string{"Content-Type": kind}, body: bytes.NewReader(body)}
	}
	there.expect(put("application/zip", a.text), 415)
	there.expect(put("application/zstd", a.text[:len(a.text)/2]), 422)
	got := there.expect(put("application/zstd", a.text), 201)
	assert.Equal(t, "/api/v1/plugins/clock", got.Header.Get("Location"))
	var view struct {
		Plugin      struct{ Stage string }
		LostSecrets []string
	}
	got.into(t, &view)
	assert.Equal(t, "uploaded", view.Plugin.Stage)
	assert.Empty(t, view.LostSecrets)
	there.expect(put("application/octet-stream", a.text), 409, "plugin_exists")
	limited := put("application/zstd", a.text)
	limited.token = there.newToken("backup", "plugins:upload", "plugins:manage", "plugins:grant")
	there.expect(limited, 403, "missing_scope")
}
