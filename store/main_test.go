package store_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"appzone/host"
)

// TestMain makes this binary the writer that the test of kills starts and kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killedWriterDir); dir != "" {
		writeUntilKilled(dir)
	}
	os.Exit(m.Run())
}

// Not parallel: the goroutines of other tests would be taken for this one's.
func TestAClosedStoreLeavesNoGoroutine(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := open(t, t.TempDir())
	putBlob(t, s, noise(9*mib))
	_, err := s.Blobs().Collect(t.Context(), func(func(host.Digest)) error { return nil })
	require.NoError(t, err)
	require.NoError(t, s.Close())
	goleak.VerifyNone(t, before)
}
