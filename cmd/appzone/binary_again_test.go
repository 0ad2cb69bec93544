package main

import (
	"net"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Row A10: a host that was killed may leave a child that has its port for a moment longer. Who starts the next host at once must not have to
// try again.
func TestAPortThatIsAboutToBeFreeIsWaitedFor(t *testing.T) {
	old, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	b := launch(t, filepath.Join(t.TempDir(), "data"), old.Addr().String())
	time.Sleep(300 * time.Millisecond) // it meets the port taken
	require.NoError(t, old.Close())
	require.Eventually(t, func() bool {
		res, err := http.Get(b.url + "/readyz")
		if err != nil {
			return false
		}
		_ = res.Body.Close()
		return res.StatusCode == http.StatusOK
	}, 30*time.Second, 20*time.Millisecond)
	b.terminate()
}
