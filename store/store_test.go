package store_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"appzone/host"
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
