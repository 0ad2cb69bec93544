package signature_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"appzone/host/signature"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plugin is files by path.
type plugin map[string]string

func (p plugin) files() []signature.File {
	var files []signature.File
	for _, path := range slices.Sorted(maps.Keys(p)) {
		sum := sha256.Sum256([]byte(p[path]))
		files = append(files, signature.File{Path: path, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(p[path]))})
	}
	return files
}

func (p plugin) read(t testing.TB) signature.Facts {
	t.Helper()
	facts, err := signature.Read(p.files(), func(path string) ([]byte, error) { return []byte(p[path]), nil })
	require.NoError(t, err)
	return facts
}

// with is a copy with one file set.
func (p plugin) with(path, content string) plugin {
	c := maps.Clone(p)
	c[path] = content
	return c
}

func (p plugin) without(path string) plugin {
	c := maps.Clone(p)
	delete(c, path)
	return c
}

func sign(t testing.TB, p plugin, key signature.Key) plugin {
	t.Helper()
	signed, err := signature.Sign(p.files(), key, "timestamp:1")
	require.NoError(t, err)
	c := maps.Clone(p)
	for path, content := range signed {
		c[path] = string(content)
	}
	return c
}

func newKey(t testing.TB) signature.Key {
	t.Helper()
	k, err := signature.NewKey()
	require.NoError(t, err)
	return k
}

var hello = plugin{"manifest.json": "{}", "app/index.js": "run()", "app/ü b.js": "x", "a": "1", "empty": ""}

func TestASignedPluginHolds(t *testing.T) {
	key := newKey(t)
	facts := sign(t, hello, key).read(t)
	assert.Equal(t, signature.Facts{KeyID: key.Public().ID, PublicKey: key.Public().Base64, Comment: "timestamp:1"}, facts)
	assert.True(t, facts.Signed())
	assert.False(t, hello.read(t).Signed())

	again := sign(t, sign(t, hello, key).with("new", "x"), key)
	assert.Empty(t, again.read(t).Broken, "a former signature is replaced")
}

// Every byte of every file counts, and what is wrong is named (rows H4, A9).
func TestAnyChangeOfAnyByteIsNamed(t *testing.T) {
	signed := sign(t, hello, newKey(t))
	for path, content := range signed {
		for i := range len(content) {
			if inUntrustedComment(path, content, i) {
				continue // minisign signs it not, and nobody shows it
			}
			for _, flip := range []byte{0x01, 0x20, 0x80} {
				changed := []byte(content)
				changed[i] ^= flip
				facts := signed.with(path, string(changed)).read(t)
				require.NotEmpty(t, facts.Broken, "%s, byte %d", path, i)
				require.Contains(t, facts.Broken, strings.TrimPrefix(path, "app/ü"), "byte %d", i)
			}
		}
		if !signature.Own(path) {
			assert.Equal(t, fmt.Sprintf("the files are not those that were signed: missing: %q", path), signed.without(path).read(t).Broken)
			assert.Equal(t, fmt.Sprintf("the files are not those that were signed: added: %q; missing: %q", path+"2", path), signed.without(path).with(path+"2", content).read(t).Broken)
		}
		assert.NotEmpty(t, signed.with(path, content+"x").read(t).Broken, path)
	}
	assert.Equal(t, `the files are not those that were signed: added: "b"`, signed.with("b", "").read(t).Broken)
	assert.Equal(t, `the files are not those that were signed: changed: "a"`, signed.with("a", "2").read(t).Broken)
	assert.Equal(t, `the files are not those that were signed: added: "b1", "b2", "b3" and 1 more`,
		signed.with("b1", "").with("b2", "").with("b3", "").with("b4", "").read(t).Broken)
}

// inUntrustedComment tells whether byte i of a signature or a key is what follows "untrusted comment: ", but for the line's end.
func inUntrustedComment(path, content string, i int) bool {
	const head = "untrusted comment:"
	return path != signature.ListFile && signature.Own(path) && strings.HasPrefix(content, head) && i >= len(head) && i < strings.IndexByte(content, '\n')
}

// A part of a signature is never taken for none (row H5).
func TestAPartOfASignatureIsBroken(t *testing.T) {
	signed := sign(t, hello, newKey(t))
	own := []string{signature.ListFile, signature.SignatureFile, signature.KeyFile}
	for _, path := range own {
		assert.Equal(t, "the signature is not whole: "+path+" is missing", signed.without(path).read(t).Broken)
		assert.NotEmpty(t, hello.with(path, signed[path]).read(t).Broken)
		assert.NotEmpty(t, hello.with(path, "").read(t).Broken)
		assert.NotEmpty(t, hello.with(strings.ToUpper(path), signed[path]).read(t).Broken, "another spelling")
		assert.NotEmpty(t, hello.with(signature.Folder+strings.ToUpper(strings.TrimPrefix(path, signature.Folder)), signed[path]).read(t).Broken, "another spelling")
	}
	assert.False(t, hello.with(".appzone/notes.txt", "x").read(t).Signed(), "an ordinary file")
	assert.Empty(t, sign(t, hello.with(".appzone/notes.txt", "x"), newKey(t)).read(t).Broken, "an ordinary file is signed like others")
}

// A signature of one plugin says nothing about another (row H4).
func TestASignatureDoesNotMove(t *testing.T) {
	key, other := newKey(t), newKey(t)
	signed, foreign := sign(t, hello, key), sign(t, hello.with("a", "2"), key)
	moved := hello.with("a", "2")
	for _, path := range []string{signature.ListFile, signature.SignatureFile, signature.KeyFile} {
		moved[path] = signed[path]
	}
	assert.Equal(t, `the files are not those that were signed: changed: "a"`, moved.read(t).Broken, "the whole signature of another plugin")
	assert.Contains(t, signed.with(signature.SignatureFile, foreign[signature.SignatureFile]).read(t).Broken, "does not hold", "the same key's, over another list")
	swapped := signed.with(signature.KeyFile, string(other.Public().Text())).read(t)
	assert.Equal(t, ".appzone/files.sha256.minisig is of the key "+key.Public().ID+", and .appzone/publisher.pub is the key "+other.Public().ID, swapped.Broken)
	assert.Equal(t, other.Public().ID, swapped.KeyID)
	assert.Empty(t, swapped.Comment, "what nobody signed is not shown")
}

// Only the canonical list passes, also when the publisher signed another one.
func TestOnlyTheCanonicalListPasses(t *testing.T) {
	key := newKey(t)
	list := string(signature.Canonical(hello.files()))
	lines := strings.SplitAfter(strings.TrimSuffix(list, "\n"), "\n")
	lines[len(lines)-1] += "\n"
	slices.Reverse(lines)
	first := lines[len(lines)-1]
	for name, c := range map[string]struct{ list, why string }{
		"unsorted":        {strings.Join(lines, ""), "canonical form"},
		"twice":           {list + first, `names "a" twice`},
		"CRLF":            {strings.ReplaceAll(list, "\n", "\r\n"), "Windows"},
		"binary mode":     {strings.ReplaceAll(list, "  ", " *"), "line 1"},
		"capital digest":  {strings.ToUpper(list[:64]) + list[64:], "line 1"},
		"no end":          {strings.TrimSuffix(list, "\n"), "line 5"},
		"blank line":      {list + "\n", "line 6"},
		"trailing data":   {list + "and more", "line 6"},
		"names itself":    {list + strings.Repeat("0", 64) + "  .appzone/files.sha256\n", "signature itself"},
		"more than there": {list + strings.Repeat("0", 64) + "  zz\x1b[2J\n", `missing: "zz\x1b[2J"`},
		"empty":           {"", "added: "},
	} {
		t.Run(name, func(t *testing.T) {
			p := sign(t, hello, key).with(signature.ListFile, c.list).with(signature.SignatureFile, minisigned(t, key, c.list, "c"))
			facts := p.read(t)
			assert.Contains(t, facts.Broken, c.why)
			assert.Equal(t, key.Public().Base64, facts.PublicKey)
		})
	}
}

func TestOnlyMinisignsOwnSpellingOfASignaturePasses(t *testing.T) {
	key := newKey(t)
	signed := sign(t, hello, key)
	text := signed[signature.SignatureFile]
	lines := strings.SplitAfter(text, "\n")
	spare := strings.Replace(lines[1], "=", "", 1)
	for name, c := range map[string]struct{ text, why string }{
		"CRLF":            {strings.ReplaceAll(text, "\n", "\r\n"), "not"},
		"trailing data":   {text + "x", "not a minisign signature"},
		"trailing line":   {text + "\n", "not written as"},
		"no last line":    {strings.Join(lines[:3], ""), "not"},
		"no end":          {strings.TrimSuffix(text, "\n"), "not written as"},
		"spare bits":      {lines[0] + spare[:len(spare)-2] + string(spare[len(spare)-2]+1) + "=\n" + strings.Join(lines[2:], ""), "not"},
		"another comment": {strings.Replace(text, "timestamp:1", "timestamp:2", 1), "does not hold"},
		"old form":        {oldForm(t, key, signed[signature.ListFile]), "old form"},
		"too large":       {text + strings.Repeat("x", signature.MaxTextBytes), "too large"},
		"empty":           {"", "not a minisign signature"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Contains(t, signed.with(signature.SignatureFile, c.text).read(t).Broken, c.why)
		})
	}
}

func TestACommentIsMadePlain(t *testing.T) {
	key := newKey(t)
	signed := sign(t, hello, key)
	for given, want := range map[string]string{
		"timestamp:1\tfile:files.sha256\thashed": "timestamp:1 file:files.sha256 hashed",
		"\x1b[2Jhi\x00":                          "·[2Jhi·",
		"left\u202eright":                        "left·right",
		"bad\xffutf":                             "bad·utf",
		strings.Repeat("ü", 200):                 strings.Repeat("ü", 128),
		"x" + strings.Repeat("ü", 200):           "x" + strings.Repeat("ü", 127),
	} {
		facts := signed.with(signature.SignatureFile, minisigned(t, key, signed[signature.ListFile], given)).read(t)
		assert.Empty(t, facts.Broken)
		assert.Equal(t, want, facts.Comment)
	}
}

func TestReadIsBounded(t *testing.T) {
	huge := []signature.File{{Path: signature.ListFile, Size: signature.MaxListBytes + 1}, {Path: signature.SignatureFile, Size: signature.MaxTextBytes + 1}, {Path: signature.KeyFile, Size: 1 << 40}}
	facts, err := signature.Read(huge, func(string) ([]byte, error) { t.Error("not read"); return nil, nil })
	require.NoError(t, err)
	assert.Contains(t, facts.Broken, "too large")

	failed := errors.New("disk")
	_, err = signature.Read(sign(t, hello, newKey(t)).files(), func(string) ([]byte, error) { return nil, failed })
	assert.ErrorIs(t, err, failed)

	many := plugin{}
	for i := range 20_000 {
		many[fmt.Sprintf("%s/%05d", strings.Repeat("p", 200), i)] = ""
	}
	signed := sign(t, many, newKey(t))
	assert.Empty(t, signed.read(t).Broken, "as many files as a bundle may have, in 4 MiB of names")
	for path := range many {
		signed[path] = "x"
	}
	assert.Less(t, len(signed.read(t).Broken), 1000)
}
