package bundle_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"testing"

	"appzone/host/bundle"
	"appzone/host/fault"
	"appzone/host/signature"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newKey(t testing.TB) signature.Key {
	t.Helper()
	k, err := signature.NewKey()
	require.NoError(t, err)
	return k
}

func signed(t testing.TB, zip []byte, key signature.Key) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, mustOpen(t, zip).Sign(t.Context(), &out, key, "timestamp:1"))
	return out.Bytes()
}

func TestASignedZipHasItsFilesAndASignature(t *testing.T) {
	key := newKey(t)
	for name, zip := range map[string][]byte{
		"at the root": zipOf(end{Comment: "c"}, pages(part{Name: "sub/ü", Data: "x", Flags: 1 << 11}, part{Name: "zeros", Method: 8, Flags: 8, Data: string(make([]byte, 2<<20))[:900<<10]},
			part{Name: ".DS_Store"}, part{Name: "empty/"}, part{Name: ".appzone2"})...),
		"under a folder": zipOf(end{}, part{Name: "top/manifest.json", Data: pages()[0].Data}, part{Name: "top/index.html", Data: "<p>"}, part{Name: "top/sub/x", Mode: 0o104755}),
	} {
		t.Run(name, func(t *testing.T) {
			before := mustOpen(t, zip)
			none, err := before.Signature(t.Context())
			require.NoError(t, err)
			assert.False(t, none.Signed())
			out := signed(t, zip, key)
			assert.Equal(t, out, signed(t, zip, key), "the same bytes each time")

			after := mustOpen(t, out)
			facts, err := after.Signature(t.Context())
			require.NoError(t, err)
			assert.Equal(t, signature.Facts{KeyID: key.Public().ID, PublicKey: key.Public().Base64, Comment: "timestamp:1"}, facts)
			assert.Equal(t, before.Root, after.Root)
			assert.Len(t, after.Entries, len(before.Entries)+3)
			for _, e := range before.Entries {
				want, err := before.Content(e.Path)
				require.NoError(t, err)
				got, err := after.Content(e.Path)
				require.NoError(t, err)
				assert.Equal(t, sha256.Sum256(want), sha256.Sum256(got), e.Path)
				assert.Equal(t, e.Compressed, after.Find(e.Path).Compressed, "taken over as it was packed")
			}
			other := newKey(t)
			again, err := mustOpen(t, signed(t, out, other)).Signature(t.Context())
			require.NoError(t, err)
			assert.Equal(t, other.Public().Base64, again.PublicKey, "a former signature is replaced")
			assert.Empty(t, again.Broken)
			assert.Equal(t, out, signed(t, signed(t, out, other), key))
		})
	}
}

// What is done to a signed zip shows (rows H4, H5, A9).
func TestAChangedZipIsNotAsSigned(t *testing.T) {
	files := mustOpen(t, signed(t, zipOf(end{}, pages()...), newKey(t)))
	var parts []part
	for _, e := range files.Entries {
		content, err := files.Content(e.Path)
		require.NoError(t, err)
		parts = append(parts, part{Name: e.Path, Data: string(content)})
	}
	broken := func(parts []part) string {
		facts, err := mustOpen(t, zipOf(end{}, parts...)).Signature(t.Context())
		require.NoError(t, err)
		return facts.Broken
	}
	assert.Empty(t, broken(parts))
	assert.Contains(t, broken(append([]part{{Name: "more.js"}}, parts...)), `added: "more.js"`)
	assert.Empty(t, broken(append([]part{{Name: "__MACOSX/._x"}, {Name: "folder/"}}, parts...)), "what is never installed does not count")
	for i, p := range parts {
		changed := append([]part{}, parts...)
		if p.Name != "manifest.json" {
			changed[i].Data = p.Data + " "
			assert.Contains(t, broken(changed), p.Name)
		}
		if p.Name != "manifest.json" && p.Name != "index.html" {
			assert.Contains(t, broken(append(append([]part{}, parts[:i]...), parts[i+1:]...)), p.Name+" is missing")
		}
	}
	_, err := files.Content("nothing")
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

func TestSigningReadsEveryFile(t *testing.T) {
	b, err := open(zipOf(end{}, pages(part{Name: "x", Data: "x", CRC: 1})...))
	require.NoError(t, err)
	_, err = b.Signature(t.Context())
	assert.Equal(t, "zip_damaged", fault.CodeOf(err))
	var out bytes.Buffer
	assert.Equal(t, "zip_damaged", fault.CodeOf(b.Sign(t.Context(), &out, newKey(t), "")))
	assert.Zero(t, out.Len())
	ended, end := context.WithCancel(t.Context())
	end()
	_, err = b.Signature(ended)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestPackLeavesOutAFormerSignature(t *testing.T) {
	plain := folder(t, pages()...)
	var want, got bytes.Buffer
	require.NoError(t, bundle.Pack(plain, &want))
	require.NoError(t, bundle.Pack(folder(t, pages(part{Name: ".appzone/files.sha256", Data: "old"}, part{Name: ".appzone/files.sha256.minisig"}, part{Name: ".appzone/publisher.pub"})...), &got))
	assert.Equal(t, want.Bytes(), got.Bytes())
	got.Reset()
	require.NoError(t, bundle.Pack(folder(t, pages(part{Name: ".AppZone/Files.sha256", Data: "old"}, part{Name: ".appzone/notes"})...), &got))
	assert.Equal(t, []string{".appzone/notes", "index.html", "manifest.json"}, paths(mustOpen(t, got.Bytes())))
}

// The limits of a bundle fit into a list.
func TestTheLargestBundleCanBeSigned(t *testing.T) {
	limits := bundle.DefaultLimits()
	line := int64(64 + 2 + 1)
	assert.LessOrEqual(t, int64(limits.Entries)*line+limits.DirectoryBytes, int64(signature.MaxListBytes))
	many := pages()
	for i := range limits.Entries - len(many) - 6 {
		many = append(many, part{Name: fmt.Sprintf("f/%05d", i)})
	}
	facts, err := mustOpen(t, signed(t, zipOf(end{}, many...), newKey(t))).Signature(t.Context())
	require.NoError(t, err)
	assert.Empty(t, facts.Broken)
	assert.True(t, facts.Signed())
}
