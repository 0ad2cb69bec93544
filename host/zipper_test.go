package host_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/bundle"
	"appzone/host/bundletest"
	"appzone/host/fault"
	"appzone/host/tree"
)

// zipper makes random zips of what is hostile and what is not.
type zipper struct{ *rand.Rand }

// pieces are what names are made of.
var pieces = []string{"a", "b", "A", "app", "lib", "x.js", "run.sh", "data.json", "index.html", "dst", "dst-evil", "\u00e9", "e\u0301", "..a", ".hidden", ".appzone", "node_modules", "\uff0f", "\u2215", "%2e%2e",
	"..", ".", "", "CON", "nul.js", "c:", "x.", "x ", "a\\b", "a\x00b", "\u202e", "manifest.json", "dst/../../dst-evil", "-e", "__MACOSX", strings.Repeat("n", 250)}

const harmless = 20 // how many pieces are always kept

func (z zipper) name() string {
	parts := make([]string, 1+z.IntN(4))
	for i := range parts {
		among := harmless
		if z.IntN(25) == 0 {
			among = len(pieces)
		}
		parts[i] = pieces[z.IntN(among)]
	}
	name := strings.Join(parts, "/")
	switch z.IntN(60) {
	case 0:
		name = "/" + name
	case 1:
		name = "../" + name
	case 2:
		name = strings.ReplaceAll(name, "/", `\`)
	}
	if z.IntN(12) == 0 {
		name += "/"
	}
	return name
}

func (z zipper) part() bundletest.Part {
	p := bundletest.Part{Name: z.name(), Method: uint16(8 * z.IntN(2))}
	if !strings.HasSuffix(p.Name, "/") {
		p.Data = strings.Repeat(fmt.Sprint(z.IntN(1000)), z.IntN(40))
		p.Flags = uint16(8 * z.IntN(2))
		p.Mode = []uint32{0, 0o100644, 0o100755, 0o104777, 0o102666, 0o100002, 0o100000}[z.IntN(7)]
		if z.IntN(60) == 0 {
			p.Mode, p.Data = 0o120777, "../dst-evil/canary"
		}
	} else {
		p.Method = 0
	}
	return p
}

// zip is a plugin of its own name with up to 6 entries beside its own.
func (z zipper) zip(n int) []byte {
	manifest := fmt.Sprintf(script, fmt.Sprintf("P%d", n), "1.0.0", "")
	parts := []bundletest.Part{{Name: "manifest.json", Data: manifest}, {Name: "index.js", Data: "// code"}}
	for range z.IntN(6) {
		parts = append(parts, z.part())
	}
	if z.IntN(4) == 0 {
		for i := range parts {
			parts[i].Name = "dst/" + parts[i].Name
		}
	}
	return bundletest.Zip(bundletest.End{}, parts...)
}

// contents are the files of a bundle by path.
func contents(b *bundle.Bundle) (map[string]string, error) {
	all := map[string]string{}
	for i := range b.Entries {
		r, err := b.Entries[i].Open()
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r)
		_ = r.Close()
		if err != nil {
			return nil, err
		}
		all[b.Entries[i].Path] = string(text)
	}
	return all, nil
}

// assertTree holds a folder against the files that it must have: these and no others, plain, with modes that no zip can choose.
func assertTree(t *testing.T, root string, want map[string]string) {
	t.Helper()
	got := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := d.Info()
		require.NoError(t, err)
		name, err := filepath.Rel(root, p)
		require.NoError(t, err)
		if d.IsDir() {
			require.Equal(t, fs.ModeDir|0o755, info.Mode(), name)
			return nil
		}
		mode := fs.FileMode(0o644)
		if tree.IsCode(filepath.ToSlash(name)) {
			mode = 0o444
		}
		require.Equal(t, mode, info.Mode(), "A4, A7: %s", name)
		text, err := os.ReadFile(p)
		require.NoError(t, err)
		got[filepath.ToSlash(name)] = string(text)
		return nil
	}))
	require.Equal(t, want, got, "A3: the names and bytes that were checked")
}

// A1 to A4, A7: whatever the bundle accepts lies below its folder when it is placed, and the folder beside it stays as it is.
func TestAcceptedZipsStayBelowTheirRoot(t *testing.T) {
	const zips = 400
	z := zipper{rand.New(rand.NewPCG(5, 1))}
	accepted := 0
	dir := t.TempDir()
	root, evil := filepath.Join(dir, "dst"), filepath.Join(dir, "dst-evil")
	require.NoError(t, os.MkdirAll(evil, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(evil, "canary"), []byte("alive"), 0o600))
	for n := range zips {
		zip := z.zip(n)
		b, err := bundle.Open(bytes.NewReader(zip), int64(len(zip)), bundle.DefaultLimits())
		if err != nil {
			continue
		}
		accepted++
		files, err := contents(b)
		require.NoError(t, err)
		if n%4 != 0 { // placing waits for the disk
			continue
		}
		require.NoError(t, placeBundle(t.Context(), root, b, files))
		assertTree(t, root, files)
		beside, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, beside, 2)
		left, err := os.ReadDir(evil)
		require.NoError(t, err)
		require.Len(t, left, 1, "A2")
		text, err := os.ReadFile(filepath.Join(evil, "canary"))
		require.NoError(t, err)
		require.Equal(t, "alive", string(text))
	}
	assert.Greater(t, accepted, zips/3)
	assert.Less(t, accepted, zips*9/10, "some are hostile")
}

func placeBundle(ctx context.Context, root string, b *bundle.Bundle, files map[string]string) error {
	var entries []tree.Entry
	for _, e := range b.Entries {
		entries = append(entries, tree.Entry{Path: e.Path, Size: e.Size, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(files[e.Path])))})
	}
	return tree.Place(ctx, root, entries, func(e tree.Entry) (io.ReadCloser, error) { return b.Find(e.Path).Open() })
}

// A1 to A4, A7: the same through the door: what an installation puts on the disk is what the zip's checked names say, below the plugin's own folder.
func TestInstalledZipsStayBelowTheirFolder(t *testing.T) {
	r := newRig(t, nil)
	z := zipper{rand.New(rand.NewPCG(5, 2))}
	installed := 0
	for n := 0; installed < 8; n++ {
		zip := z.zip(n)
		u, err := r.Receive(t.Context(), bytes.NewReader(zip))
		require.NoError(t, err)
		view, _, err := r.Accept(t.Context(), u, admin)
		u.Close()
		if err != nil {
			require.Equal(t, fault.Invalid, fault.From(err).Kind, "%v", err)
			continue
		}
		require.Equal(t, host.JobSucceeded, r.install(view.ID, false).State)
		installed++
		b, err := bundle.Open(bytes.NewReader(zip), int64(len(zip)), bundle.DefaultLimits())
		require.NoError(t, err)
		files, err := contents(b)
		require.NoError(t, err)
		code, err := filepath.Glob(filepath.Join(r.dir, "plugins", view.ID, "versions", "*", "code"))
		require.NoError(t, err)
		require.Len(t, code, 1)
		assertTree(t, code[0], files)
	}
	plugins, err := os.ReadDir(filepath.Join(r.dir, "plugins"))
	require.NoError(t, err)
	assert.Len(t, plugins, installed)
	assert.NoFileExists(t, filepath.Join(r.dir, "dst-evil"))
}
