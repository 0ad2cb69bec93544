package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/store"
)

func BenchmarkUpdate(b *testing.B) {
	s := openQuiet(b)
	for i := 0; b.Loop(); i++ {
		require.NoError(b, s.Update(context.Background(), func(w host.Writer) error {
			return w.Put("plugins", fmt.Sprint(i%1000), map[string]string{"name": "clock"})
		}))
	}
}

func BenchmarkGet(b *testing.B) {
	s := openQuiet(b)
	require.NoError(b, s.Update(context.Background(), func(w host.Writer) error {
		return w.Put("plugins", "clock", map[string]string{"name": "clock"})
	}))
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, s.View(context.Background(), func(r host.Reader) error {
			var v map[string]string
			return r.Get("plugins", "clock", &v)
		}))
	}
}

func BenchmarkBlobPut(b *testing.B) {
	for _, size := range []int{20 << 10, 4 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := openQuiet(b)
			data := noise(size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			batch := s.Blobs().NewBatch()
			for i := 0; b.Loop(); i++ {
				copy(data, fmt.Sprint(i))
				require.NoError(b, batch.Put(digestOf(data), int64(size), bytes.NewReader(data)))
			}
			require.NoError(b, batch.Commit())
			require.NoError(b, batch.Close())
		})
	}
}

func BenchmarkBlobRead(b *testing.B) {
	for _, size := range []int{20 << 10, 200 << 10, 5 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := openQuiet(b)
			data := noise(size)
			putBlob(b, s, data)
			d := digestOf(data)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				blob, err := s.Blobs().Open(d)
				require.NoError(b, err)
				require.NoError(b, blob.Chunks(func([]byte) error { return nil }))
				require.NoError(b, blob.Close())
			}
		})
	}
}

func openQuiet(b *testing.B) *store.Store {
	s, err := store.Open(context.Background(), store.Options{Dir: b.TempDir()})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	return s
}

// putBlob stores data.
func putBlob(t testing.TB, s host.Store, data []byte) {
	t.Helper()
	b := s.Blobs().NewBatch()
	defer b.Close()
	require.NoError(t, b.Put(digestOf(data), int64(len(data)), bytes.NewReader(data)))
	require.NoError(t, b.Commit())
}

func noise(size int) []byte {
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}

func digestOf(data []byte) host.Digest {
	sum := sha256.Sum256(data)
	return host.Digest(hex.EncodeToString(sum[:]))
}
