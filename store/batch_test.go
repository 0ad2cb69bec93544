package store_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

const mib = 1 << 20

// A8: a batch that announces content and brings other content cannot change what another
// batch wrote under that digest, even when the two write at the same time.
func TestALyingBatchSpoilsNothing(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	data := noise(9 * mib)
	lies := bytes.Repeat([]byte{'x'}, len(data))

	liar := s.Blobs().NewBatch()
	honest := &between{Reader: bytes.NewReader(lies), at: 5 * mib, do: func() { putBlob(t, s, data) }}
	require.Error(t, liar.Put(digestOf(data), int64(len(data)), honest))
	require.NoError(t, liar.Commit())
	require.NoError(t, liar.Close())

	got, err := readBlob(s, digestOf(data))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(data, got))

	_, err = s.Blobs().Collect(t.Context(), func(keep func(host.Digest)) error { keep(digestOf(data)); return nil })
	require.NoError(t, err)
	got, err = readBlob(s, digestOf(data))
	require.NoError(t, err)
	assert.True(t, bytes.Equal(data, got))
	heads, chunks := s.BlobKeys()
	assert.Equal(t, []int{1, 9}, []int{heads, chunks}, "chunks of the lie are collected")
}

// between does something when it has been read to a point.
type between struct {
	io.Reader
	at, read int
	do       func()
}

func (b *between) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.read += n; b.do != nil && b.read >= b.at {
		b.do()
		b.do = nil
	}
	return n, err
}

func TestCollectRemovesThousandsInSteps(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	const files = 3000
	b := s.Blobs().NewBatch()
	want := int64(0)
	for i := range files {
		data := bytes.Repeat([]byte{byte(i), byte(i >> 8)}, 1+i%700)
		want += int64(len(data))
		require.NoError(t, b.Put(digestOf(data), int64(len(data)), bytes.NewReader(data)))
	}
	require.NoError(t, b.Commit())
	require.NoError(t, b.Close())
	freed, err := s.Blobs().Collect(t.Context(), func(func(host.Digest)) error { return nil })
	require.NoError(t, err)
	assert.Equal(t, want, freed)
	heads, chunks := s.BlobKeys()
	assert.Zero(t, heads+chunks)
}

func TestCollectStopsWithItsContext(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	putBlob(t, s, noise(100))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := s.Blobs().Collect(ctx, func(func(host.Digest)) error { cancel(); return nil })
	assert.ErrorIs(t, err, context.Canceled)
	heads, _ := s.BlobKeys()
	assert.Equal(t, 1, heads)
}
