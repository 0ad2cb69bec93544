package store_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain checks that closed stores leave no goroutine, Badger's included. As a child of the
// test of kills it is the writer that gets killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killedWriterDir); dir != "" {
		writeUntilKilled(dir)
	}
	goleak.VerifyTestMain(m,
		// Badger leaves these two behind when it fails to open, which ends a host.
		goleak.IgnoreTopFunction("github.com/dgraph-io/badger/v4.(*DB).monitorCache"),
		goleak.IgnoreTopFunction("github.com/dgraph-io/ristretto/v2/z.(*AllocatorPool).freeupAllocators"))
}
