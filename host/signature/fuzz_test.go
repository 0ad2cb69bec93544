package signature_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"appzone/host/signature"

	"github.com/stretchr/testify/require"
)

// FuzzRead: whatever the three files hold, nothing breaks, what is said is short and plain; and a signature that holds is of a list that
// names exactly the files that are there.
func FuzzRead(f *testing.F) {
	key, err := signature.NewKey()
	require.NoError(f, err)
	signed := sign(f, hello, key)
	list, sig, pub := signed[signature.ListFile], signed[signature.SignatureFile], signed[signature.KeyFile]
	f.Add(list, sig, pub, "", false)
	f.Add(list, "", "", "", true)
	f.Add(strings.ReplaceAll(list, "\n", "\r\n"), "", "", "", true)
	f.Add(list+list, "", "", "b\nc\\", true)
	f.Add(strings.Repeat("0", 64)+"  .appzone/files.sha256\n", "", "", ".AppZone/x", true)
	f.Add("", "untrusted comment: \ntrusted comment: \n\n", "untrusted comment:", "", false)
	f.Fuzz(func(t *testing.T, list, sig, pub, more string, publisher bool) {
		p := hello.with(signature.ListFile, list).with(signature.SignatureFile, sig).with(signature.KeyFile, pub)
		if publisher { // a publisher can sign anything
			p[signature.SignatureFile], p[signature.KeyFile] = minisigned(t, key, list, "c"), string(key.Public().Text())
		}
		for path := range strings.SplitSeq(more, "\n") {
			if path != "" {
				p[path] = "x"
			}
		}
		facts := p.read(t)
		require.True(t, facts.Signed())
		require.Less(t, len(facts.Broken), 4096)
		for _, text := range []string{facts.Comment, facts.Broken, facts.KeyID, facts.PublicKey} {
			require.False(t, strings.ContainsAny(text, "\x00\x1b\r\n\u202e"), "%q", text)
		}
		if facts.Broken != "" {
			return
		}
		left := map[string]string{}
		for _, file := range p.files() {
			if !signature.Own(file.Path) {
				left[file.Path] = file.SHA256
			}
		}
		for line := range strings.Lines(p[signature.ListFile]) {
			digest, path, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
			require.True(t, ok)
			_, err := hex.DecodeString(digest)
			require.NoError(t, err)
			require.Equal(t, left[path], digest)
			delete(left, path)
		}
		require.Empty(t, left)
	})
}

// FuzzParsePublicKey: what is taken for a key is one, in one spelling.
func FuzzParsePublicKey(f *testing.F) {
	f.Add(minisignKey)
	f.Add("untrusted comment: x\n" + minisignKey + "\n")
	f.Add("RWQ" + strings.Repeat("A", 53))
	f.Fuzz(func(t *testing.T, text string) {
		k, err := signature.ParsePublicKey(text)
		if err != nil {
			return
		}
		require.Len(t, k.Base64, 56)
		require.Contains(t, text, k.Base64)
		again, err := signature.ParsePublicKey(k.Base64)
		require.NoError(t, err)
		require.Equal(t, k, again)
	})
}
