package store_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Row A10: a kill while Badger sorts its list of garbage, or damage to it, must not make the store hang: Badger looks for ever for what
// it cannot find, and readers wait for its lock.
func TestAListOfGarbageThatMakesNoSenseHoldsUpNobody(t *testing.T) {
	const much = 1 << 40
	for name, entries := range map[string][]uint64{
		"a number that no log has": {7, much},
		"one number twice":         {7, much, 7, much},
		"a number that is too big": {1 << 40, much},
		"noise":                    {0x1f8b_0800_dead_beef, 1 << 63, 0xffff_ffff_ffff_ffff, 42},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			addHistory(t, s, 0)
			addHistory(t, s, 1)
			require.NoError(t, s.Close())
			path := filepath.Join(dir, "DISCARD")
			list, err := os.ReadFile(path)
			require.NoError(t, err)
			for n, v := range entries {
				binary.BigEndian.PutUint64(list[8*n:], v)
			}
			require.NoError(t, os.WriteFile(path, list, 0o600))

			done := make(chan error, 1)
			go func() { done <- readHistory(t, dir) }()
			select {
			case err := <-done:
				require.NoError(t, err)
			case <-time.After(time.Minute):
				require.Fail(t, "the store hangs")
			}
		})
	}
}
