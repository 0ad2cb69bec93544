package storetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

const mib = 1 << 20

var blobCases = []testCase{
	{"content of every size comes back", blobSizes},
	{"many files in one batch", func(s *suite) {
		var all [][]byte
		for i := range 300 {
			all = append(all, content(uint64(i), i*i)) // 0 to 89 KB, 9 MB in all
		}
		s.putBlobs(all...)
		for _, data := range all {
			assert.True(s, bytes.Equal(data, s.blob(digest(data))))
		}
	}},
	{"a missing blob is ErrNoRecord", func(s *suite) {
		_, err := s.store.Blobs().Open(digest([]byte("nothing")))
		assert.ErrorIs(s, err, host.ErrNoRecord)
	}},
	{"a digest that is none is refused", func(s *suite) {
		b := s.store.Blobs().NewBatch()
		defer b.Close()
		for _, d := range []host.Digest{"", "abc", "../../etc/passwd", host.Digest(bytes.Repeat([]byte("G"), 64)), digest(nil) + "00"} {
			assert.Error(s, b.Put(d, 1, bytes.NewReader([]byte("x"))), "put %q", d)
			_, err := s.store.Blobs().Open(d)
			assert.ErrorIs(s, err, host.ErrNoRecord, "open %q", d)
		}
	}},
	{"content that is not what it says leaves nothing", wrongContent},
	{"a batch goes on after an item that failed", func(s *suite) {
		good, bad := content(1, 1000), content(2, 1000)
		b := s.store.Blobs().NewBatch()
		defer b.Close()
		require.Error(s, b.Put(digest(good), 1000, bytes.NewReader(bad)))
		require.NoError(s, b.Put(digest(good), 1000, bytes.NewReader(good)))
		require.NoError(s, b.Commit())
		assert.Equal(s, good, s.blob(digest(good)))
	}},
	{"the same content twice is read to its end", func(s *suite) {
		data := content(3, 5*mib)
		s.putBlobs(data)
		b := s.store.Blobs().NewBatch()
		defer b.Close()
		for range 2 {
			r := bytes.NewReader(data)
			require.NoError(s, b.Put(digest(data), int64(len(data)), r))
			assert.Zero(s, r.Len(), "nothing is left unread")
		}
		bad := bytes.Clone(data)
		bad[len(bad)-1]++
		assert.Error(s, b.Put(digest(data), int64(len(bad)), bytes.NewReader(bad)), "a lie is found, stored or not")
		require.NoError(s, b.Commit())
		assert.True(s, bytes.Equal(data, s.blob(digest(data))))
	}},
	{"a batch that is committed may be closed, and then takes nothing", func(s *suite) {
		b := s.store.Blobs().NewBatch()
		require.NoError(s, b.Commit())
		require.NoError(s, b.Close())
		require.NoError(s, b.Close())
		assert.Error(s, b.Put(digest(nil), 0, bytes.NewReader(nil)))
		assert.Error(s, b.Commit())
	}},
	{"parts can be read at any offset", readAt},
	{"many read and write at once", concurrentBlobs},
	{"an error of the chunk function comes back", func(s *suite) {
		data := content(9, 100)
		s.putBlobs(data)
		blob, err := s.store.Blobs().Open(digest(data))
		require.NoError(s, err)
		defer blob.Close()
		oops := errors.New("oops")
		assert.ErrorIs(s, blob.Chunks(func([]byte) error { return oops }), oops)
	}},
}

func blobSizes(s *suite) {
	for _, size := range []int{0, 1, 1023, 1024, 1025, 4*mib - 1, 4 * mib, 4*mib + 1, 9 * mib} {
		data := content(uint64(size), size)
		s.putBlobs(data)
		assert.True(s, bytes.Equal(data, s.blob(digest(data))), "%d bytes", size)
	}
	s.reopen()
	for _, size := range []int{0, 1, 4*mib + 1, 9 * mib} {
		data := content(uint64(size), size)
		assert.True(s, bytes.Equal(data, s.blob(digest(data))), "%d bytes after a restart", size)
	}
}

func wrongContent(s *suite) {
	for _, size := range []int{1, 1000, 5 * mib} {
		data := content(7, size)
		flipped := bytes.Clone(data)
		flipped[size/2] ^= 1
		for name, lie := range map[string]struct {
			size int
			r    io.Reader
		}{
			"flipped":     {size, bytes.NewReader(flipped)},
			"short":       {size, bytes.NewReader(data[:size-1])},
			"long":        {size, io.MultiReader(bytes.NewReader(data), bytes.NewReader([]byte{0}))},
			"size lower":  {size - 1, bytes.NewReader(data)},
			"size higher": {size + 1, bytes.NewReader(data)},
			"negative":    {-1, bytes.NewReader(data)},
			"broken":      {size, io.MultiReader(bytes.NewReader(data[:size-1]), iotest.ErrReader(errors.New("broken")))},
		} {
			b := s.store.Blobs().NewBatch()
			assert.Error(s, b.Put(digest(data), int64(lie.size), lie.r), "%s %d", name, size)
			assert.NoError(s, b.Commit())
			assert.NoError(s, b.Close())
			_, err := s.store.Blobs().Open(digest(data))
			assert.ErrorIs(s, err, host.ErrNoRecord, "%s %d", name, size)
		}
	}
}

func readAt(s *suite) {
	data := content(8, 4*mib+5000)
	s.putBlobs(data)
	blob, err := s.store.Blobs().Open(digest(data))
	require.NoError(s, err)
	defer blob.Close()
	for _, c := range []struct{ off, n int }{{0, 1}, {0, 100}, {4*mib - 10, 20}, {4 * mib, 5000}, {100, 4 * mib}} {
		p := make([]byte, c.n)
		n, err := blob.ReadAt(p, int64(c.off))
		require.NoError(s, err)
		require.Equal(s, c.n, n)
		assert.True(s, bytes.Equal(data[c.off:c.off+c.n], p))
	}
	p := make([]byte, 10)
	n, err := blob.ReadAt(p, int64(len(data))-4)
	assert.Equal(s, 4, n)
	assert.ErrorIs(s, err, io.EOF)
	_, err = blob.ReadAt(p, int64(len(data)))
	assert.ErrorIs(s, err, io.EOF)
	_, err = blob.ReadAt(p, -1)
	assert.Error(s, err)
	assert.NoError(s, iotest.TestReader(io.NewSectionReader(blob, 4*mib-500, 3000), data[4*mib-500:4*mib+2500]))
}

func concurrentBlobs(s *suite) {
	shared := content(100, 3*mib)
	s.putBlobs(shared)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			own := content(uint64(200+i), mib)
			s.putBlobs(own, shared)
			for range 5 {
				assert.True(s, bytes.Equal(own, s.blob(digest(own))))
				assert.True(s, bytes.Equal(shared, s.blob(digest(shared))))
			}
		})
	}
	all.Wait()
}

// putBlobs stores the contents in one batch and refers to them.
func (s *suite) putBlobs(contents ...[]byte) {
	s.Helper()
	b := s.store.Blobs().NewBatch()
	defer b.Close()
	for _, data := range contents {
		require.NoError(s, b.Put(digest(data), int64(len(data)), bytes.NewReader(data)))
	}
	require.NoError(s, b.Commit())
	s.ref(contents...)
}

// blob reads a whole blob by its chunks.
func (s *suite) blob(d host.Digest) []byte {
	s.Helper()
	blob, err := s.store.Blobs().Open(d)
	require.NoError(s, err)
	defer blob.Close()
	var chunks [][]byte
	require.NoError(s, blob.Chunks(func(p []byte) error {
		assert.LessOrEqual(s, len(p), 4*mib)
		chunks = append(chunks, p) // they are valid until Close
		return nil
	}))
	data := bytes.Join(chunks, nil)
	assert.Equal(s, blob.Size(), int64(len(data)))
	return data
}

// content is size bytes that differ for each seed.
func content(seed uint64, size int) []byte {
	data := make([]byte, size)
	random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24)})
	_, _ = random.Read(data)
	return data
}

func digest(data []byte) host.Digest {
	sum := sha256.Sum256(data)
	return host.Digest(hex.EncodeToString(sum[:]))
}
