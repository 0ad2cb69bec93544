package storetest

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

var collectCases = []testCase{
	{"what is referred to stays, the rest goes", func(s *suite) {
		kept, gone := content(1, 5000), content(2, 5*mib)
		s.putBlobs(kept, gone)
		s.unref(gone)
		assert.Equal(s, int64(len(gone)), s.collect())
		assert.Equal(s, kept, s.blob(digest(kept)))
		s.gone(gone)
		assert.Zero(s, s.collect(), "nothing is left to remove")
		s.reopen()
		assert.Equal(s, kept, s.blob(digest(kept)))
		s.gone(gone)
	}},
	{"a removed blob can be stored again", func(s *suite) {
		data := content(1, 5*mib)
		s.putBlobs(data)
		s.unref(data)
		s.collect()
		s.putBlobs(data)
		assert.Zero(s, s.collect())
		assert.True(s, bytes.Equal(data, s.blob(digest(data))))
	}},
	{"a batch that ends without commit leaves nothing that stays", func(s *suite) {
		data := content(1, 5*mib)
		b := s.store.Blobs().NewBatch()
		require.NoError(s, b.Put(digest(data), int64(len(data)), bytes.NewReader(data)))
		require.NoError(s, b.Close())
		s.collect()
		s.gone(data)
	}},
	{"an open batch keeps what it wrote, and what it found, until it is closed", openBatch},
	{"two batches that write the same each keep it", func(s *suite) {
		data := content(1, 100)
		one, two := s.store.Blobs().NewBatch(), s.store.Blobs().NewBatch()
		for _, b := range []host.BlobBatch{one, two} {
			require.NoError(s, b.Put(digest(data), 100, bytes.NewReader(data)))
			require.NoError(s, b.Commit())
		}
		require.NoError(s, one.Close())
		assert.Zero(s, s.collect())
		require.NoError(s, two.Close())
		assert.Equal(s, int64(100), s.collect())
	}},
	{"a restart ends what batches kept", func(s *suite) {
		data := content(1, 100)
		b := s.store.Blobs().NewBatch()
		require.NoError(s, b.Put(digest(data), 100, bytes.NewReader(data)))
		require.NoError(s, b.Commit())
		s.reopen()
		s.collect()
		s.gone(data)
	}},
	{"a blob that is open stays readable when it is collected", func(s *suite) {
		data := content(1, 9*mib)
		s.putBlobs(data)
		blob, err := s.store.Blobs().Open(digest(data))
		require.NoError(s, err)
		s.unref(data)
		assert.Equal(s, int64(len(data)), s.collect())
		s.gone(data)
		p := make([]byte, len(data))
		_, err = blob.ReadAt(p, 0)
		assert.NoError(s, err)
		assert.True(s, bytes.Equal(data, p))
		assert.NoError(s, blob.Close())
	}},
	{"collecting beside installs removes nothing that is referred to", collectBeside},
	{"a batch that was closed while live ran keeps what it wrote", func(s *suite) {
		data := content(1, 100)
		b := s.store.Blobs().NewBatch()
		require.NoError(s, b.Put(digest(data), 100, bytes.NewReader(data)))
		require.NoError(s, b.Commit())
		freed, err := s.store.Blobs().Collect(s.Context(), func(func(host.Digest)) error { return b.Close() })
		require.NoError(s, err)
		assert.Zero(s, freed, "its record may have come after live looked")
		assert.Equal(s, data, s.blob(digest(data)))
		assert.Equal(s, int64(100), s.collect())
	}},
	{"an error of live removes nothing", func(s *suite) {
		data := content(1, 100)
		s.putBlobs(data)
		s.unref(data)
		_, err := s.store.Blobs().Collect(s.Context(), func(func(host.Digest)) error { return errors.ErrUnsupported })
		assert.ErrorIs(s, err, errors.ErrUnsupported)
		assert.Equal(s, data, s.blob(digest(data)))
	}},
	{"a context that is done collects nothing", func(s *suite) {
		ctx, cancel := context.WithCancel(s.Context())
		cancel()
		_, err := s.store.Blobs().Collect(ctx, s.live)
		assert.ErrorIs(s, err, context.Canceled)
	}},
}

func openBatch(s *suite) {
	found, written := content(1, 100), content(2, 5*mib)
	s.putBlobs(found)
	b := s.store.Blobs().NewBatch()
	require.NoError(s, b.Put(digest(found), 100, bytes.NewReader(found)))
	require.NoError(s, b.Put(digest(written), int64(len(written)), bytes.NewReader(written)))
	require.NoError(s, b.Commit())
	s.unref(found)
	assert.Zero(s, s.collect())
	assert.Equal(s, found, s.blob(digest(found)))
	assert.True(s, bytes.Equal(written, s.blob(digest(written))))

	s.ref(written)
	require.NoError(s, b.Close())
	assert.Equal(s, int64(100), s.collect())
	s.gone(found)
	assert.True(s, bytes.Equal(written, s.blob(digest(written))))
}

func collectBeside(s *suite) {
	stop := make(chan struct{})
	var collector, installs sync.WaitGroup
	collector.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				_, err := s.store.Blobs().Collect(s.Context(), s.live)
				assert.NoError(s, err)
			}
		}
	})
	for i := range 3 {
		installs.Go(func() {
			for range 8 {
				// The same contents come and go, so that a batch often finds a blob that is about to be removed.
				data := [][]byte{content(uint64(i%2), 2000), content(5, 100)}
				s.putBlobs(data...)
				for _, d := range data {
					blob, err := s.store.Blobs().Open(digest(d))
					if errors.Is(err, host.ErrNoRecord) {
						continue // another install took its reference away
					}
					if assert.NoError(s, err) {
						p := make([]byte, len(d))
						_, err = blob.ReadAt(p, 0)
						assert.NoError(s, err)
						assert.True(s, bytes.Equal(d, p))
						assert.NoError(s, blob.Close())
					}
				}
				s.unref(data[0])
			}
			last := content(uint64(10+i), 3000)
			s.putBlobs(last)
		})
	}
	installs.Wait()
	close(stop)
	collector.Wait()
	for i := range 3 {
		last := content(uint64(10+i), 3000)
		assert.Equal(s, last, s.blob(digest(last)))
	}
}

func (s *suite) collect() int64 {
	s.Helper()
	freed, err := s.store.Blobs().Collect(s.Context(), s.live)
	require.NoError(s, err)
	return freed
}

func (s *suite) gone(data []byte) {
	s.Helper()
	_, err := s.store.Blobs().Open(digest(data))
	assert.ErrorIs(s, err, host.ErrNoRecord)
}

// live keeps what the case refers to; it is what a host reads from its records.
func (s *suite) live(keep func(host.Digest)) error {
	s.refsLock.Lock()
	defer s.refsLock.Unlock()
	for d := range s.refs {
		keep(d)
	}
	return nil
}

func (s *suite) ref(contents ...[]byte) {
	s.refsLock.Lock()
	defer s.refsLock.Unlock()
	for _, data := range contents {
		s.refs[digest(data)] = true
	}
}

func (s *suite) unref(data []byte) {
	s.refsLock.Lock()
	defer s.refsLock.Unlock()
	delete(s.refs, digest(data))
}
