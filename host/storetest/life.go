package storetest

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

var lifeCases = []testCase{
	{"what was acknowledged is there after a restart", func(s *suite) {
		for round := range 3 {
			for i := range 20 {
				s.put("t", fmt.Sprintf("%d/%d", round, i), fmt.Sprint(i))
			}
			s.delete("t", fmt.Sprintf("%d/7", round))
			s.reopen()
		}
		for round := range 3 {
			for i := range 20 {
				want := fmt.Sprint(i)
				if i == 7 {
					want = ""
				}
				assert.Equal(s, want, s.value("t", fmt.Sprintf("%d/%d", round, i)))
			}
		}
	}},
	{"a closed store refuses everything", func(s *suite) {
		data := content(1, 10)
		s.putBlobs(data)
		closed := s.store
		s.reopen()
		assert.Error(s, closed.View(s.Context(), func(host.Reader) error { return nil }))
		assert.Error(s, closed.Update(s.Context(), func(host.Writer) error { return nil }))
		_, err := closed.Blobs().Open(digest(data))
		assert.Error(s, err)
		assert.NotErrorIs(s, err, host.ErrNoRecord)
		_, err = closed.Blobs().Collect(s.Context(), s.live)
		assert.Error(s, err)
		b := closed.Blobs().NewBatch()
		assert.Error(s, b.Put(digest(data), 10, bytes.NewReader(data)))
		assert.NoError(s, b.Close())
		assert.NoError(s, closed.Close(), "closing again is no error")
	}},
	{"close waits for a view and for an open blob", func(s *suite) {
		data := content(1, 5*mib)
		s.putBlobs(data)
		s.put("t", "k", "v")
		blob, err := s.store.Blobs().Open(digest(data))
		require.NoError(s, err)
		inView, leave := make(chan struct{}), make(chan struct{})
		var users sync.WaitGroup
		users.Go(func() {
			s.view(func(r host.Reader) error {
				close(inView)
				<-leave
				assert.Equal(s, "v", valueOf(s, r, "t", "k"))
				return nil
			})
		})
		<-inView
		closed := make(chan error, 1)
		go func() { closed <- s.store.Close() }()
		for { // until the store has begun to close
			if err := s.store.View(s.Context(), func(host.Reader) error { return nil }); err != nil {
				break
			}
		}
		close(leave)
		users.Wait()
		select {
		case <-closed:
			assert.Fail(s, "the store closed under an open blob")
		default:
		}
		p := make([]byte, len(data))
		_, err = blob.ReadAt(p, 0)
		assert.NoError(s, err)
		assert.True(s, bytes.Equal(data, p))
		assert.NoError(s, blob.Close())
		assert.NoError(s, blob.Close(), "closing a blob again is no error")
		assert.NoError(s, <-closed)
	}},
}
