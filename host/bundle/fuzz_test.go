package bundle_test

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"appzone/host/bundle"
	"appzone/host/bundletest"
	"appzone/host/fault"

	"github.com/stretchr/testify/require"
)

// FuzzOpen: whatever is accepted has clean, distinct paths below its root and gives exactly the bytes that it
// declares; the standard library sees the same files in it (A6); whatever is refused is refused with a code.
func FuzzOpen(f *testing.F) {
	// One refusal of each kind in each row is enough to start from: every worker makes and runs all seeds first, so that bombs are left out.
	kinds := map[[2]string]bool{}
	for _, c := range bundletest.Corpus() {
		row, _, _ := strings.Cut(c.Name, " ")
		bomb := row == "A5" && !strings.Contains(c.Name, "zip64") && !strings.Contains(c.Name, "packed data")
		if kind := [2]string{row, c.Code}; !bomb && !kinds[kind] {
			if zip := c.Zip(); len(zip) < 2<<10 {
				f.Add(zip)
				kinds[kind] = true
			}
		}
	}
	f.Add(zipOf(end{Comment: "c"}, clock(`"scriptPath":"a.js"`, part{Name: "a.js"})...))
	limits := bundle.DefaultLimits()
	limits.FileBytes, limits.TotalBytes = 1<<20, 4<<20
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &counter{ReaderAt: bytes.NewReader(data)}
		b, err := bundle.Open(r, int64(len(data)), limits)
		require.LessOrEqual(t, r.bytes, 2*int64(len(data))+256<<10)
		if err != nil {
			e := fault.From(err)
			require.Equal(t, fault.Invalid, e.Kind)
			require.NotEmpty(t, e.Code)
			return
		}
		checkInvariants(t, b, limits)
		checkAgainstStandard(t, b, data)
	})
}

func checkInvariants(t *testing.T, b *bundle.Bundle, limits bundle.Limits) {
	t.Helper()
	const root = "/plugins/this"
	seen := map[string]bool{}
	require.LessOrEqual(t, len(b.Entries), limits.Entries)
	require.LessOrEqual(t, b.Size(), limits.TotalBytes)
	for i := range b.Entries {
		e := &b.Entries[i]
		require.True(t, fs.ValidPath(e.Path), e.Path)
		require.True(t, strings.HasPrefix(filepath.Join(root, e.Path), root+"/"), "A2: %s stays below the root", e.Path)
		require.True(t, filepath.IsLocal(e.Path))
		require.False(t, strings.ContainsAny(e.Path, "\\:\x00"))
		require.False(t, seen[strings.ToLower(e.Path)])
		seen[strings.ToLower(e.Path)] = true
		require.Same(t, e, b.Find(e.Path))
		require.LessOrEqual(t, e.Size, limits.FileBytes)
		r, err := e.Open()
		require.NoError(t, err)
		n, err := io.Copy(io.Discard, io.LimitReader(r, limits.FileBytes+1))
		require.LessOrEqual(t, n, e.Size)
		if err == nil {
			require.Equal(t, e.Size, n)
		} else {
			require.Equal(t, fault.Invalid, fault.From(err).Kind)
		}
		require.NoError(t, r.Close())
	}
}

// checkAgainstStandard holds the bundle against what another reader sees in the same bytes. It may see files of operating
// systems beside, and nothing else.
func checkAgainstStandard(t *testing.T, b *bundle.Bundle, data []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	ours := map[string]*bundle.Entry{}
	for i := range b.Entries {
		name := b.Entries[i].Path
		if b.Root != "" {
			name = b.Root + "/" + name
		}
		ours[name] = &b.Entries[i]
	}
	for _, file := range z.File {
		e := ours[file.Name]
		if e == nil {
			lower := strings.ToLower(file.Name)
			require.True(t, strings.HasSuffix(lower, "/") || strings.Contains(lower, "._") || strings.Contains(lower, "__macosx") ||
				strings.Contains(lower, ".ds_store") || strings.Contains(lower, "thumbs.db") || strings.Contains(lower, "desktop.ini"), "%q is left out", file.Name)
			continue
		}
		delete(ours, file.Name)
		require.True(t, file.Mode().IsRegular(), file.Name)
		require.Equal(t, int64(file.UncompressedSize64), e.Size)
		checkContent(t, e, file)
	}
	require.Empty(t, ours, "files that only one reader sees")
}

// checkContent compares contents that can be read.
func checkContent(t *testing.T, e *bundle.Entry, file *zip.File) {
	t.Helper()
	r, err := e.Open()
	require.NoError(t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil {
		return
	}
	other, err := file.Open()
	require.NoError(t, err)
	defer other.Close()
	want, err := io.ReadAll(other)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// A6: the standard library sees the same in every zip that is accepted.
func TestAnotherReaderSeesTheSame_A6(t *testing.T) {
	for name, c := range cases(t) {
		if c.Code == "" {
			t.Run(name, func(t *testing.T) { checkAgainstStandard(t, mustOpen(t, c.Zip()), c.Zip()) })
		}
	}
}
