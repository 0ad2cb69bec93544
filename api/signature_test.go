package api_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/bundle"
	"appzone/host/signature"
)

// signedZip signs a plugin's zip with a new key.
func signedZip(t *testing.T, zip []byte) []byte {
	t.Helper()
	b, err := bundle.Open(bytes.NewReader(zip), int64(len(zip)), bundle.DefaultLimits())
	require.NoError(t, err)
	key, err := signature.NewKey()
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, b.Sign(t.Context(), &out, key, "timestamp:1"))
	return out.Bytes()
}

// A signed plugin is served like another, and its signature is not: its folder has the name of the host's own place.
func TestASignedPluginIsServedWithoutItsSignature(t *testing.T) {
	r := newRig(t, withDomain)
	require.Equal(t, 200, r.install(signedZip(t, htmlZip(t, "Pages", "1.0.0")), false).StatusCode)
	cookie, page := r.openPage("pages", "", "")
	r.expect(r.follow(page, cookie), 200)
	r.expect(call{method: "GET", path: "/apps/pages/pages/admin.html"}, 200)
	for _, path := range []string{signature.ListFile, signature.SignatureFile, signature.KeyFile} {
		assert.Equal(t, 404, r.do(call{method: "GET", path: "/apps/pages/" + path}).StatusCode, path)
		assert.Equal(t, 404, r.do(r.follow("http://pages.apps.example.org/"+path, cookie)).StatusCode, path)
	}
}
