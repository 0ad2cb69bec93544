package store_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/store"
)

const killedWriterDir = "APPZONE_TEST_KILLED_WRITER_DIR"

// writeUntilKilled stores pairs of records, and blobs, and prints what was acknowledged.
func writeUntilKilled(dir string) {
	s, err := store.Open(context.Background(), store.Options{Dir: dir})
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
	run := rand.Uint32()
	for i := 0; ; i++ {
		key := fmt.Sprintf("%08x/%d", run, i)
		if i%8 == 0 {
			err = storeBlob(s, killedContent(key))
		}
		if err == nil {
			err = s.Update(context.Background(), func(w host.Writer) error {
				if err := w.Put("one", key, key); err != nil {
					return err
				}
				return w.Put("two", key, strings.Repeat(key, 300))
			})
		}
		if err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		fmt.Println(key)
	}
}

func storeBlob(s host.Store, data []byte) error {
	b := s.Blobs().NewBatch()
	defer b.Close()
	if err := b.Put(digestOf(data), int64(len(data)), bytes.NewReader(data)); err != nil {
		return err
	}
	return b.Commit()
}

func killedContent(key string) []byte { return []byte(strings.Repeat(key+"\n", 40_000)) }

// A10: whatever was acknowledged is there after kill -9 at any moment, and no half of an update.
func TestAcknowledgedWritesSurviveAKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var acknowledged []string
	for _, after := range []int{-1, 0, -1, 6, 12, -1, 20} {
		acknowledged = append(acknowledged, killWriter(t, dir, after)...)
		s := open(t, dir)
		checkSurvivors(t, s, acknowledged)
		require.NoError(t, s.Close())
	}
	t.Logf("%d updates survived", len(acknowledged))
}

// killWriter starts a writer, kills it a moment after it acknowledged an update with a number, or a
// moment after its start if that is negative, and returns what was acknowledged.
func killWriter(t *testing.T, dir string, after int) (acknowledged []string) {
	writer := exec.Command(os.Args[0], "-test.run=^$")
	writer.Env = append(os.Environ(), killedWriterDir+"="+dir)
	out, err := writer.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, writer.Start())
	killed := make(chan error, 1)
	killSoon := func() {
		time.AfterFunc(rand.N(60*time.Millisecond), func() { killed <- writer.Process.Kill() })
	}
	if after < 0 {
		killSoon()
	}
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		require.NotContains(t, lines.Text(), "failed")
		acknowledged = append(acknowledged, lines.Text())
		if n == after {
			killSoon()
		}
	}
	require.NoError(t, <-killed)
	require.Error(t, writer.Wait())
	return acknowledged
}

func checkSurvivors(t *testing.T, s *store.Store, acknowledged []string) {
	ctx := context.Background()
	require.NoError(t, s.View(ctx, func(r host.Reader) error {
		for _, key := range acknowledged {
			var one, two string
			assert.NoError(t, r.Get("one", key, &one), key)
			assert.NoError(t, r.Get("two", key, &two), key)
			assert.Equal(t, key, one)
			assert.Equal(t, strings.Repeat(key, 300), two)
			if strings.HasSuffix(key, "/0") { // the first of a run came with a blob
				data, err := readBlob(s, digestOf(killedContent(key)))
				assert.NoError(t, err)
				assert.True(t, bytes.Equal(killedContent(key), data))
			}
		}
		return r.Scan("one", "", "", func(key string, _ func(any) error) (bool, error) {
			var two string
			assert.NoError(t, r.Get("two", key, &two), "half of an update: %s", key)
			return true, nil
		})
	}))
}
