package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/store"
)

// Whatever byte is flipped and wherever a file ends too early: the store either says at open that
// it is damaged, or every read gives what was stored or says so then. Nothing is ever just missing.
func TestDamageIsNeverSilent(t *testing.T) {
	t.Parallel()
	for _, state := range []struct {
		name string
		make func(t *testing.T, dir string)
	}{
		{"closed in order", func(t *testing.T, dir string) {
			s := open(t, dir)
			addSample(t, s, 0)
			require.NoError(t, s.Close())
			s = open(t, dir)
			addSample(t, s, 1)
			require.NoError(t, s.Close())
		}},
		{"killed", func(t *testing.T, dir string) {
			live := t.TempDir()
			s := open(t, live)
			addSample(t, s, 0)
			require.NoError(t, s.Close())
			s = open(t, live)
			addSample(t, s, 1)
			copyFolder(t, live, dir) // mapped files are coherent with what is read: this is what a kill leaves
			require.NoError(t, s.Close())
		}},
	} {
		t.Run(state.name, func(t *testing.T) {
			t.Parallel()
			origin := t.TempDir()
			state.make(t, origin)
			files, err := os.ReadDir(origin)
			require.NoError(t, err)
			unharmed := t.TempDir()
			copyFolder(t, origin, unharmed)
			require.True(t, readSample(t, unharmed, "unharmed"))
			found, intact := 0, 0
			for _, f := range files {
				for _, harm := range harms(t, filepath.Join(origin, f.Name())) {
					dir := filepath.Join(t.TempDir(), "db")
					require.NoError(t, os.Mkdir(dir, 0o700))
					copyFolder(t, origin, dir)
					harm.do(t, filepath.Join(dir, f.Name()))
					if readSample(t, dir, f.Name()+" "+harm.name) {
						intact++
					} else {
						found++
					}
					require.NoError(t, os.RemoveAll(dir))
				}
			}
			t.Logf("%d harms were found, %d did no harm", found, intact)
			assert.Greater(t, found, 20)
		})
	}
}

type harm struct {
	name string
	do   func(t *testing.T, path string)
}

func harms(t *testing.T, path string) []harm {
	size := used(t, path)
	all := []harm{{"removed", func(t *testing.T, path string) { require.NoError(t, os.Remove(path)) }}}
	for _, at := range spread(size, 4) {
		all = append(all, harm{fmt.Sprintf("cut at %d of %d", at, size), func(t *testing.T, path string) {
			require.NoError(t, os.Truncate(path, at))
		}})
	}
	for _, at := range spread(size, 12) {
		all = append(all, harm{fmt.Sprintf("flipped at %d of %d", at, size), func(t *testing.T, path string) {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			require.NoError(t, err)
			defer f.Close()
			b := make([]byte, 1)
			_, err = f.ReadAt(b, at)
			require.NoError(t, err)
			b[0] ^= 0x41
			_, err = f.WriteAt(b, at)
			require.NoError(t, err)
		}})
	}
	return all
}

// spread is the first and the last offset and some between.
func spread(size int64, n int64) []int64 {
	var at []int64
	for i := range n {
		if o := i * (size - 1) / (n - 1); size > 0 && (len(at) == 0 || at[len(at)-1] != o) {
			at = append(at, o)
		}
	}
	return at
}

const perRound = 12

func addSample(t *testing.T, s host.Store, round int) {
	for i := range perRound {
		require.NoError(t, s.Update(context.Background(), func(w host.Writer) error {
			return errors.Join(
				w.Put("small", fmt.Sprintf("%d/%d", round, i), sampleText(round, i, 100)),
				w.Put("large", fmt.Sprintf("%d/%d", round, i), sampleText(round, i, 3000)))
		}))
		putBlob(t, s, []byte(sampleText(round, i, i*i*100)))
	}
}

func sampleText(round, i, size int) string {
	return strings.Repeat(fmt.Sprintf("%d.%d ", round, i), size/4+1)
}

// readSample reads everything. It returns false if the damage was found.
func readSample(t *testing.T, dir, what string) bool {
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		assert.Equal(t, "database_damaged", fault.CodeOf(err), "%s: open: %v", what, err)
		return false
	}
	found := 0
	check := func(err error, got, want string, name string) {
		switch {
		case err != nil:
			assert.Equal(t, "database_damaged", fault.CodeOf(err), "%s: %s: %v", what, name, err)
			found++
		case got != want:
			assert.Fail(t, "wrong content", "%s: %s", what, name)
		}
	}
	for round := range 2 {
		for i := range perRound {
			for table, size := range map[string]int{"small": 100, "large": 3000} {
				var got string
				err := s.View(t.Context(), func(r host.Reader) error {
					return r.Get(table, fmt.Sprintf("%d/%d", round, i), &got)
				})
				check(err, got, sampleText(round, i, size), fmt.Sprintf("record %s/%d/%d", table, round, i))
			}
			want := sampleText(round, i, i*i*100)
			got, err := readBlob(s, digestOf([]byte(want)))
			check(err, string(got), want, fmt.Sprintf("blob %d/%d", round, i))
		}
	}
	assert.NoError(t, s.Close(), what)
	return found == 0
}

func readBlob(s host.Store, d host.Digest) ([]byte, error) {
	blob, err := s.Blobs().Open(d)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	var b bytes.Buffer
	err = blob.Chunks(func(p []byte) error { b.Write(p); return nil })
	return b.Bytes(), err
}

// copyFolder copies files. Of the long empty tail that mapped logs have it takes a little.
func copyFolder(t *testing.T, from, to string) {
	entries, err := os.ReadDir(from)
	require.NoError(t, err)
	for _, e := range entries {
		in, err := os.Open(filepath.Join(from, e.Name()))
		require.NoError(t, err)
		info, err := in.Stat()
		require.NoError(t, err)
		size := info.Size()
		if strings.HasSuffix(e.Name(), ".vlog") || strings.HasSuffix(e.Name(), ".mem") {
			size = min(size, used(t, in.Name())+64<<10)
		}
		out, err := os.OpenFile(filepath.Join(to, e.Name()), os.O_CREATE|os.O_WRONLY, 0o600)
		require.NoError(t, err)
		_, err = io.CopyN(out, in, size)
		require.NoError(t, err)
		require.NoError(t, errors.Join(in.Close(), out.Close()))
	}
}

// used is the length of a file without the zeros at its end.
func used(t *testing.T, path string) int64 {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	info, err := f.Stat()
	require.NoError(t, err)
	block := make([]byte, 1<<20)
	for end := info.Size(); end > 0; {
		start := max(0, end-int64(len(block)))
		n, err := f.ReadAt(block[:end-start], start)
		require.NoError(t, err)
		if data := bytes.TrimRight(block[:n], "\x00"); len(data) > 0 {
			return start + int64(len(data))
		}
		end = start
	}
	return 0
}
