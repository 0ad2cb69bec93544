package host_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/storetest"
)

func TestAnAnswerIsKeptForItsKey(t *testing.T) {
	store, dir := storetest.Memory(), t.TempDir()
	open := func(s host.Store) *host.Host {
		h, err := host.Open(t.Context(), host.Config{DataDir: dir, Store: s, AdminPassword: "only for the test"})
		require.NoError(t, err)
		return h
	}
	h := open(store)
	kept, done, err := h.Once(t.Context(), "key", "body")
	require.NoError(t, err)
	require.Nil(t, kept)

	_, _, err = h.Once(t.Context(), "key", "body")
	assert.Equal(t, "idempotency_in_progress", fault.CodeOf(err))
	done(nil)
	_, done, err = h.Once(t.Context(), "key", "body")
	require.NoError(t, err, "nothing was kept, so it may be tried again")
	done(&host.Reply{Status: 201, Body: []byte("made")})

	_, _, err = h.Once(t.Context(), "key", "other body")
	assert.Equal(t, "idempotency_key_reused", fault.CodeOf(err))
	h.Close()

	h = open(store.Reopen())
	defer h.Close()
	kept, _, err = h.Once(t.Context(), "key", "body")
	require.NoError(t, err)
	require.NotNil(t, kept, "also after the host was started anew")
	assert.Equal(t, 201, kept.Status)
	assert.Equal(t, "made", string(kept.Body))
}
