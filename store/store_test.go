package store_test

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/storetest"
	"appzone/store"
)

func TestStoreConforms(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T, dir string) host.Store { return open(t, dir) })
}

// open opens a store whose reports go to the test's log.
func open(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	require.NoError(t, err)
	return s
}

// An update is one transaction of Badger, which has a limit of its own.
func TestAnUpdateOfTooManyRecords(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	fill := func(n int) error {
		return s.Update(t.Context(), func(w host.Writer) error {
			for i := range n {
				if err := w.Put("t", fmt.Sprint(i), i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := fill(20_000)
	assert.Equal(t, "update_too_large", fault.CodeOf(err))
	require.NoError(t, s.View(t.Context(), func(r host.Reader) error {
		var v int
		assert.ErrorIs(t, r.Get("t", "0", &v), host.ErrNoRecord, "nothing was changed")
		return nil
	}))
	assert.NoError(t, fill(12_000))
}
