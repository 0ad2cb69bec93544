package host_test

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/bundle"
	"appzone/host/fault"
	"appzone/host/signature"
)

// signedZip signs a plugin's zip.
func signedZip(t testing.TB, zip []byte, key signature.Key) []byte {
	t.Helper()
	b, err := bundle.Open(bytes.NewReader(zip), int64(len(zip)), bundle.DefaultLimits())
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, b.Sign(t.Context(), &out, key, "timestamp:1"))
	return out.Bytes()
}

func (r *rig) receive(zip []byte) *host.Upload {
	r.Helper()
	u, err := r.Receive(r.Context(), bytes.NewReader(zip))
	require.NoError(r, err)
	r.Cleanup(u.Close)
	return u
}

func (r *rig) accept(zip []byte) host.PluginView {
	r.Helper()
	view, _, err := r.Accept(r.Context(), r.receive(zip), admin)
	require.NoError(r, err)
	return view
}

// A version keeps what its files say of who signed them (rows H4, H5).
func TestAnUploadNotesWhoSignedIt(t *testing.T) {
	r := newRig(t, nil)
	key, err := signature.NewKey()
	require.NoError(t, err)
	facts := func(view host.PluginView) signature.Facts {
		v, err := r.VersionRecord(view.ID, view.Digest)
		require.NoError(t, err)
		return v.Signature
	}
	large := make([]byte, 5<<20) // more than is read in one go
	_, _ = rand.Read(large)
	plain := zipOf(t, fmt.Sprintf(html, "P", "1.0.0", ""), map[string]string{"large.bin": string(large)})
	assert.Equal(t, signature.Facts{}, facts(r.accept(plain)))

	signed := signedZip(t, plain, key)
	holds := signature.Facts{KeyID: key.Public().ID, PublicKey: key.Public().Base64, Comment: "timestamp:1"}
	view := r.accept(signed)
	assert.Equal(t, holds, facts(view))
	assert.Equal(t, view.Digest, r.accept(signed).Digest)
	assert.Equal(t, holds, facts(view), "the same bytes again change nothing")

	b, err := bundle.Open(bytes.NewReader(signed), int64(len(signed)), bundle.DefaultLimits())
	require.NoError(t, err)
	files := map[string]string{"large.bin": string(large), "added.js": ""}
	for _, path := range []string{signature.ListFile, signature.SignatureFile, signature.KeyFile} {
		content, err := b.Content(path)
		require.NoError(t, err)
		files[path] = string(content)
	}
	changed := facts(r.accept(zipOf(t, fmt.Sprintf(html, "P", "1.0.0", ""), files)))
	assert.Equal(t, `the files are not those that were signed: added: "added.js"`, changed.Broken)
	assert.Equal(t, holds.PublicKey, changed.PublicKey)
	delete(files, signature.SignatureFile)
	assert.Contains(t, facts(r.accept(zipOf(t, fmt.Sprintf(html, "P", "1.0.0", ""), files))).Broken, "is missing", "a part of a signature is not none")
}

// A dry run reads every file as the upload does, and refuses what that would refuse (row A5).
func TestADryRunReadsEveryFile(t *testing.T) {
	r := newRig(t, nil)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range map[string]string{"manifest.json": fmt.Sprintf(html, "P", "1.0.0", ""), "index.html": "<h1>hello</h1>"} {
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		require.NoError(t, err)
		_, err = f.Write([]byte(text))
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	_, err := r.Check(t.Context(), r.receive(out.Bytes()))
	require.NoError(t, err)

	damaged := bytes.Replace(out.Bytes(), []byte("<h1>hello"), []byte("<h1>hallo"), 1)
	_, err = r.Check(t.Context(), r.receive(damaged))
	assert.Equal(t, "zip_damaged", fault.CodeOf(err))
}
