package archive_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/archive"
	"appzone/host/fault"
)

var (
	meta  = archive.Meta{Kind: archive.KindHost, Version: "1.0.0", CreatedAt: time.Now().UTC().Truncate(time.Second), KeyID: "0a0b0c0d", LeftOut: []string{"secret.key"}}
	roomy = archive.Limits{Bytes: 1 << 30, Entries: 10_000}
)

// write makes an archive of what add adds.
func write(t *testing.T, add func(w *archive.Writer)) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := archive.NewWriter(&out, t.TempDir(), meta)
	require.NoError(t, err)
	add(w)
	require.NoError(t, w.Finish())
	require.NoError(t, w.Close())
	return out.Bytes()
}

// unpack reads an archive to its end and places everything below dir.
func unpack(t *testing.T, in []byte, dir string) error {
	t.Helper()
	return unpackWithin(t, in, dir, roomy)
}

func unpackWithin(t *testing.T, in []byte, dir string, l archive.Limits) error {
	t.Helper()
	r, err := archive.NewReader(bytes.NewReader(in), archive.KindHost, l)
	if err != nil {
		return err
	}
	defer r.Close()
	root, err := os.OpenRoot(dir)
	require.NoError(t, err)
	defer root.Close()
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := r.Place(root, e.Name); err != nil {
			return err
		}
	}
}

func put(t *testing.T, dir, name, text string, mode fs.FileMode) {
	t.Helper()
	path := filepath.Join(dir, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	require.NoError(t, os.Chmod(path, mode))
}

func TestAFolderComesBackAsItWas(t *testing.T) {
	from, to := filepath.Join(t.TempDir(), "data"), t.TempDir()
	put(t, from, "plain", "text", 0o640)
	put(t, from, "closed/secret", "hidden", 0o000)
	put(t, from, "deep/er/run", "#!", 0o755)
	put(t, from, "with\nline\\and \xff", "odd", 0o600)
	put(t, from, "empty-file", "", 0o600)
	require.NoError(t, os.Mkdir(filepath.Join(from, "empty"), 0o750))
	require.NoError(t, os.Symlink("/etc/passwd", filepath.Join(from, "link")))
	require.NoError(t, os.Link(filepath.Join(from, "plain"), filepath.Join(from, "same")))
	require.NoError(t, syscall.Mkfifo(filepath.Join(from, "pipe"), 0o600))
	sparse := filepath.Join(from, "sparse")
	f, err := os.Create(sparse)
	require.NoError(t, err)
	_, err = f.WriteAt([]byte("middle"), 64<<20)
	require.NoError(t, errors.Join(err, f.Truncate(1<<30), f.Close()))
	old := time.Date(2001, 2, 3, 4, 5, 6, 7000, time.UTC)
	require.NoError(t, os.Chtimes(filepath.Join(from, "plain"), old, old))
	require.NoError(t, os.Chmod(filepath.Join(from, "closed"), 0o100))
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(from, "closed"), 0o700) })

	var first, second bytes.Buffer
	w, err := archive.NewWriter(&first, t.TempDir(), meta)
	require.NoError(t, err)
	require.NoError(t, w.Tree(t.Context(), "p/data", from))
	require.NoError(t, w.Tree(t.Context(), "p/none", filepath.Join(from, "missing")))
	require.NoError(t, w.Continue(&second))
	require.NoError(t, w.Bytes("blob", []byte("content")))
	require.NoError(t, w.Finish())
	require.NoError(t, w.Close())
	whole := append(first.Bytes(), second.Bytes()...)
	require.Less(t, len(whole), 1<<20, "holes take no room")

	require.NoError(t, unpack(t, whole, to))
	got := filepath.Join(to, "p/data")
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(got, "closed"), 0o700) })
	modeOf := func(dir, name string) fs.FileMode {
		info, err := os.Lstat(filepath.Join(dir, name))
		require.NoError(t, err, name)
		return info.Mode()
	}
	for _, name := range []string{"plain", "closed", "deep/er/run", "with\nline\\and \xff", "empty-file", "empty", "link", "same", "sparse"} {
		assert.Equal(t, modeOf(from, name), modeOf(got, name), "%q", name)
	}
	require.NoError(t, os.Chmod(filepath.Join(got, "closed"), 0o700))
	require.NoError(t, os.Chmod(filepath.Join(from, "closed"), 0o700))
	assert.Equal(t, fs.FileMode(0), modeOf(got, "closed/secret"))
	assert.Equal(t, fs.FileMode(0), modeOf(from, "closed/secret"), "the source keeps its modes")
	assert.NoFileExists(t, filepath.Join(got, "pipe"))
	text, err := os.ReadFile(filepath.Join(got, "same"))
	require.NoError(t, err)
	assert.Equal(t, "text", string(text))
	info, err := os.Stat(filepath.Join(got, "plain"))
	require.NoError(t, err)
	assert.True(t, info.ModTime().Equal(old))
	to1, err := os.Readlink(filepath.Join(got, "link"))
	require.NoError(t, err)
	assert.Equal(t, "/etc/passwd", to1)
	info, err = os.Stat(filepath.Join(got, "sparse"))
	require.NoError(t, err)
	assert.EqualValues(t, 1<<30, info.Size())
	if s := info.Sys().(*syscall.Stat_t); s.Blocks*512 > 1<<20 {
		t.Skip("this file system keeps no holes")
	}
	f, err = os.Open(filepath.Join(got, "sparse"))
	require.NoError(t, err)
	defer f.Close()
	middle := make([]byte, 8)
	_, err = f.ReadAt(middle, 64<<20-1)
	require.NoError(t, err)
	assert.Equal(t, "\x00middle\x00", string(middle))
}

func TestAnArchiveThatIsCutOffOrDamagedIsRefused(t *testing.T) {
	whole := write(t, func(w *archive.Writer) {
		require.NoError(t, w.Bytes("a", bytes.Repeat([]byte("some text "), 500)))
		require.NoError(t, w.Bytes("b", []byte("more")))
	})
	require.NoError(t, unpack(t, whole, t.TempDir()))
	for n := range len(whole) {
		err := unpack(t, whole[:n], t.TempDir())
		require.Contains(t, []string{"backup_cut", "backup_invalid", "backup_damaged"}, fault.CodeOf(err), "the first %d of %d bytes: %v", n, len(whole), err)
	}
	for n := range len(whole) {
		flipped := bytes.Clone(whole)
		flipped[n] ^= 0x10
		err := unpack(t, flipped, t.TempDir())
		if err == nil { // a bit of zstd's header that says nothing about the content
			continue
		}
		require.Contains(t, []string{"backup_cut", "backup_invalid", "backup_damaged", "backup_newer", "backup_kind", "backup_too_large"}, fault.CodeOf(err), "byte %d: %v", n, err)
	}
	assert.Equal(t, "backup_invalid", fault.CodeOf(unpack(t, []byte("PK\x03\x04 a zip"), t.TempDir())))
	assert.Equal(t, "backup_invalid", fault.CodeOf(unpack(t, append(bytes.Clone(whole), zeros(t, 64<<20)...), t.TempDir())), "something follows")
}

// raw makes an archive of headers that no Writer writes.
func raw(t *testing.T, headers ...*tar.Header) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	require.NoError(t, err)
	w := tar.NewWriter(z)
	first := `{"format":1,"kind":"host"}`
	require.NoError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: archive.MetaName, Size: int64(len(first)), Mode: 0o600}))
	_, err = io.WriteString(w, first)
	require.NoError(t, err)
	for _, h := range headers {
		require.NoError(t, w.WriteHeader(h))
		if h.Size > 0 && h.Size < 1<<20 {
			_, err = w.Write(make([]byte, h.Size))
			require.NoError(t, err)
		}
	}
	_ = w.Flush()
	require.NoError(t, z.Close())
	return out.Bytes()
}

// Rows A1 to A7 for what comes as a backup: names, links, kinds and sizes.
func TestHostileEntriesAreRefusedAndNothingIsWrittenOutside(t *testing.T) {
	file := func(name string) *tar.Header {
		return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: 3, Mode: 0o6777}
	}
	for name, headers := range map[string][]*tar.Header{
		"a name that climbs":            {file("../out")},
		"a name that climbs later":      {file("a/../../out")},
		"an absolute name":              {file("/out")},
		"an empty part":                 {file("a//b")},
		"a dot":                         {file("./a")},
		"a long part":                   {file(strings.Repeat("x", 300))},
		"a deep name":                   {file(strings.Repeat("d/", 300) + "f")},
		"the same name twice":           {file("a"), file("a")},
		"a file below a file":           {file("a"), file("a/b")},
		"a file below a link":           {{Typeflag: tar.TypeSymlink, Name: "a", Linkname: "/"}, file("a/out")},
		"a file in the place of a link": {{Typeflag: tar.TypeSymlink, Name: "a", Linkname: "../out"}, file("a")},
		"a folder that is a link":       {{Typeflag: tar.TypeSymlink, Name: "a", Linkname: ".."}, {Typeflag: tar.TypeDir, Name: "a/", Mode: 0o777}},
		"a hard link":                   {{Typeflag: tar.TypeLink, Name: "a", Linkname: "/etc/passwd"}},
		"a device":                      {{Typeflag: tar.TypeChar, Name: "a", Devmajor: 1, Devminor: 3}},
		"a block device":                {{Typeflag: tar.TypeBlock, Name: "a"}},
		"a pipe":                        {{Typeflag: tar.TypeFifo, Name: "a"}},
		"more than there is room for":   {{Typeflag: tar.TypeReg, Name: "a", Size: 2 << 30}},
		"a file with holes and no end":  {{Typeflag: tar.TypeReg, Name: "a", Size: 3, PAXRecords: map[string]string{"APPZONE.sparse": "99999999999999999999"}}},
		"holes that make no sense":      {{Typeflag: tar.TypeReg, Name: "a", Size: 3, PAXRecords: map[string]string{"APPZONE.sparse": "10"}}},
		"a mark that is none":           {{Typeflag: tar.TypeReg, Name: "a", PAXRecords: map[string]string{"SCHILY.xattr.user.overlay.opaque": "redirect"}}},
		"sums that are wrong":           {file(archive.SumsName)},
	} {
		top := t.TempDir()
		in := filepath.Join(top, "in")
		require.NoError(t, os.Mkdir(in, 0o700))
		err := unpack(t, raw(t, headers...), in)
		assert.Contains(t, []string{"backup_invalid", "backup_too_large", "backup_damaged"}, fault.CodeOf(err), "%s: %v", name, err)
		around, err := os.ReadDir(top)
		require.NoError(t, err)
		assert.Len(t, around, 1, name)
		_ = filepath.WalkDir(in, func(path string, d fs.DirEntry, _ error) error {
			info, err := d.Info()
			require.NoError(t, err)
			assert.Zero(t, info.Mode()&(fs.ModeSetuid|fs.ModeSetgid|fs.ModeSticky|fs.ModeDevice), "%s: %s", name, path)
			return nil
		})
	}
}

func TestAnArchiveSaysWhatItIs(t *testing.T) {
	whole := write(t, func(*archive.Writer) {})
	r, err := archive.NewReader(bytes.NewReader(whole), archive.KindHost, roomy)
	require.NoError(t, err)
	want := meta
	want.Format = archive.Format
	assert.Equal(t, want, r.Meta)
	r.Close()
	_, err = archive.NewReader(bytes.NewReader(whole), archive.KindPlugin, roomy)
	assert.Equal(t, "backup_kind", fault.CodeOf(err))
	newer := strings.Replace(`{"format":1,"kind":"host"}`, "1", "2", 1)
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	require.NoError(t, err)
	w := tar.NewWriter(z)
	require.NoError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: archive.MetaName, Size: int64(len(newer))}))
	_, err = io.WriteString(w, newer)
	require.NoError(t, errors.Join(err, w.Close(), z.Close()))
	_, err = archive.NewReader(&out, archive.KindHost, roomy)
	assert.Equal(t, "backup_newer", fault.CodeOf(err))
}

// Row A2: a bomb is refused by what it says, or by what it is, before it is unpacked.
func TestABombIsRefused(t *testing.T) {
	l := archive.Limits{Bytes: 10 << 20, Entries: 100}
	bomb := write(t, func(w *archive.Writer) {
		require.NoError(t, w.File("zeros", 20<<20, io.LimitReader(zero{}, 20<<20)))
	})
	require.Less(t, len(bomb), 100<<10)
	r, err := archive.NewReader(bytes.NewReader(bomb), archive.KindHost, l)
	require.NoError(t, err)
	defer r.Close()
	_, err = r.Next()
	assert.Equal(t, "backup_too_large", fault.CodeOf(err))

	many := write(t, func(w *archive.Writer) {
		for i := range 200 {
			require.NoError(t, w.Bytes("f"+strings.Repeat("x", i), nil))
		}
	})
	l.Bytes = math.MaxInt64
	r, err = archive.NewReader(bytes.NewReader(many), archive.KindHost, l)
	require.NoError(t, err)
	defer r.Close()
	for err == nil {
		_, err = r.Next()
	}
	assert.Equal(t, "backup_too_large", fault.CodeOf(err))
}

// Row A2: who asks for a large window asks for memory.
func TestALargeWindowIsRefused(t *testing.T) {
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out, zstd.WithWindowSize(64<<20), zstd.WithSingleSegment(false))
	require.NoError(t, err)
	_, err = io.Copy(z, io.LimitReader(zero{}, 100<<20))
	require.NoError(t, errors.Join(err, z.Close()))
	_, err = archive.NewReader(&out, archive.KindHost, roomy)
	assert.Equal(t, "backup_invalid", fault.CodeOf(err), "%v", err)
}

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func zeros(t *testing.T, n int64) []byte {
	t.Helper()
	var out bytes.Buffer
	z, err := zstd.NewWriter(&out)
	require.NoError(t, err)
	_, err = io.Copy(z, io.LimitReader(zero{}, n))
	require.NoError(t, errors.Join(err, z.Close()))
	return out.Bytes()
}
