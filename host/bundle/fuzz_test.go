package bundle_test

import (
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
// declares; whatever is refused is refused with a code.
func FuzzOpen(f *testing.F) {
	for _, c := range bundletest.Corpus() {
		if zip := c.Zip(); len(zip) < 4<<10 {
			f.Add(zip)
		}
	}
	f.Add(zipOf(end{}, pages(part{Name: "d/x", Flags: 8, Method: 8, Data: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})...))
	f.Add(zipOf(end{Comment: "c"}, clock(`"scriptPath":"a.js"`, part{Name: "a.js"})...))
	limits := bundle.DefaultLimits()
	limits.FileBytes, limits.TotalBytes = 1<<20, 4<<20
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := bundle.Open(bytes.NewReader(data), int64(len(data)), limits)
		if err != nil {
			e := fault.From(err)
			require.Equal(t, fault.Invalid, e.Kind)
			require.NotEmpty(t, e.Code)
			return
		}
		checkInvariants(t, b, limits)
	})
}

func checkInvariants(t *testing.T, b *bundle.Bundle, limits bundle.Limits) {
	t.Helper()
	const root = "/plugins/this"
	seen := map[string]bool{}
	for i := range b.Entries {
		e := &b.Entries[i]
		require.True(t, fs.ValidPath(e.Path), e.Path)
		require.True(t, strings.HasPrefix(filepath.Join(root, e.Path), root+"/"), "A2: %s stays below the root", e.Path)
		require.True(t, filepath.IsLocal(e.Path))
		require.False(t, seen[strings.ToLower(e.Path)])
		seen[strings.ToLower(e.Path)] = true
		require.Same(t, e, b.Find(e.Path))
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

// Whatever of the corpus is accepted once its hostile entry is taken away keeps the same promises.
func TestAcceptedPathsStayBelowTheirRoot_A2(t *testing.T) {
	for _, name := range []string{"a", "..a", "a..", "...", "a/..b/c", ".hidden/..x", "pages-evil/x"} {
		b, err := open(zipOf(end{}, pages(part{Name: name, Data: "x"})...))
		if err == nil {
			checkInvariants(t, b, bundle.DefaultLimits())
			require.NotNil(t, b.Find(name))
		}
	}
}
