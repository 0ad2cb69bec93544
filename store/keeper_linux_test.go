package store_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
)

// Pages that were read are given back, and what readers hold stays readable.
func TestTrimGivesPagesBack(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	defer func() { require.NoError(t, s.Close()) }()
	data := noise(20 * mib)
	putBlob(t, s, data)
	blob, err := s.Blobs().Open(digestOf(data))
	require.NoError(t, err)
	defer blob.Close()
	var chunks [][]byte
	require.NoError(t, blob.Chunks(func(p []byte) error { chunks = append(chunks, p); return nil }))
	assert.True(t, bytes.Equal(data, bytes.Join(chunks, nil)))
	require.Greater(t, residentBytes(t, dir), 20*mib)

	require.NoError(t, s.Trim())
	assert.Less(t, residentBytes(t, dir), mib)
	assert.True(t, bytes.Equal(data, bytes.Join(chunks, nil)), "the same slices, mapped again")
}

// Trimming runs beside everything else that maps and unmaps files.
func TestTrimBesideReadsAndWrites(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := open(t, t.TempDir())
	defer func() { require.NoError(t, s.Close()) }()
	data := noise(6 * mib)
	putBlob(t, s, data)
	stop := make(chan struct{})
	var trimmer, all sync.WaitGroup
	trimmer.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				assert.NoError(t, s.Trim())
			}
		}
	})
	for i := range 3 {
		all.Go(func() {
			for n := range 15 {
				key := fmt.Sprintf("%d/%d", i, n)
				assert.NoError(t, s.Update(ctx, func(w host.Writer) error {
					return w.Put("t", key, strings.Repeat(key, 500_000/len(key)))
				}))
				got, err := readBlob(s, digestOf(data))
				assert.NoError(t, err)
				assert.True(t, bytes.Equal(data, got))
				assert.NoError(t, s.View(ctx, func(r host.Reader) error {
					var v string
					return r.Get("t", key, &v)
				}))
			}
		})
	}
	all.Wait()
	close(stop)
	trimmer.Wait()
}

// Room comes back after files were removed, without a restart.
func TestRoomComesBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	kept := putMany(t, s, 25)[20:]
	before := valueLogs(t, dir)
	freed, err := s.Blobs().Collect(t.Context(), keeping(kept))
	require.NoError(t, err)
	assert.Equal(t, int64(20*6*mib), freed)
	s.AwaitCleaning()
	readAll(t, s, kept)
	require.NoError(t, s.Close())
	after := valueLogs(t, dir)
	t.Logf("value logs: %d MiB before, %d MiB after; %d MiB are alive", before/mib, after/mib, len(kept)*6)
	assert.Less(t, after, int64(100*mib))
	s = open(t, dir)
	readAll(t, s, kept)
	require.NoError(t, s.Close())
}

// A file that is open while its log is rewritten stays readable.
func TestAnOpenFileOutlivesItsLog(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	all := putMany(t, s, 14)
	kept := slices.Concat(all[:4], all[8:]) // what goes is in the first log, which is full
	freed, err := s.Blobs().Collect(t.Context(), keeping(kept))
	require.NoError(t, err)
	require.Positive(t, freed)
	putBlob(t, s, noise(10)) // Badger keeps what was current when the oldest reader began
	blob, err := s.Blobs().Open(digestOf(kept[0]))
	require.NoError(t, err)
	var chunks [][]byte
	require.NoError(t, blob.Chunks(func(p []byte) error { chunks = append(chunks, p); return nil }))
	tries := 0
	cleaned := func() bool { // Badger learns from a goroutine of its own that a reader has ended
		tries++
		putBlob(t, s, noise(10+tries))
		n, err := s.CleanNow()
		require.NoError(t, err)
		return n > 0
	}
	for !cleaned() {
		require.Less(t, tries, 20, "the first log is not rewritten")
	}
	first := filepath.Join(dir, "000001.vlog")
	assert.FileExists(t, first)
	assert.True(t, bytes.Equal(kept[0], bytes.Join(chunks, nil)))
	readAll(t, s, kept)
	require.NoError(t, blob.Close())
	assert.NoFileExists(t, first)
	readAll(t, s, kept)
	require.NoError(t, s.Close())
}

// putMany stores files of 6 MiB.
func putMany(t *testing.T, s host.Store, n int) (all [][]byte) {
	for i := range n {
		data := noise(6 * mib)
		data[0] = byte(i)
		putBlob(t, s, data)
		all = append(all, data)
	}
	return all
}

func readAll(t *testing.T, s host.Store, all [][]byte) {
	t.Helper()
	for _, data := range all {
		got, err := readBlob(s, digestOf(data))
		require.NoError(t, err)
		assert.True(t, bytes.Equal(data, got))
	}
}

func keeping(all [][]byte) func(keep func(host.Digest)) error {
	return func(keep func(host.Digest)) error {
		for _, data := range all {
			keep(digestOf(data))
		}
		return nil
	}
}

// residentBytes is what the mapped files in dir take of this process's memory.
func residentBytes(t *testing.T, dir string) int {
	smaps, err := os.ReadFile("/proc/self/smaps")
	require.NoError(t, err)
	total := 0
	inside := false
	rss := regexp.MustCompile(`^Rss: +(\d+) kB`)
	for line := range strings.Lines(string(smaps)) {
		if strings.Contains(strings.SplitN(line, " ", 2)[0], "-") {
			inside = strings.Contains(line, dir) && (strings.Contains(line, ".vlog") || strings.Contains(line, ".sst"))
		}
		if m := rss.FindStringSubmatch(line); m != nil && inside {
			kb, err := strconv.Atoi(m[1])
			require.NoError(t, err)
			total += kb << 10
		}
	}
	return total
}

func valueLogs(t *testing.T, dir string) (total int64) {
	names, err := filepath.Glob(filepath.Join(dir, "*.vlog"))
	require.NoError(t, err)
	for _, name := range names {
		info, err := os.Stat(name)
		require.NoError(t, err)
		total += info.Size()
	}
	return total
}
