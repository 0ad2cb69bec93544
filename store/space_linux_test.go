package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"appzone/host"
	"appzone/host/fault"
	"appzone/store"
)

// F2: a full disk refuses writes and nothing else. Without care it would end the process: Badger
// writes into mapped files, and a page that finds no block is a signal.
func TestAFullDisk(t *testing.T) {
	ctx := context.Background()
	disk := smallDisk(t, 160*mib)
	dir := filepath.Join(disk, "db")
	s, err := store.Open(ctx, store.Options{Dir: dir, ReserveBytes: 8 * mib})
	require.NoError(t, err)
	put := func(key string) error {
		return s.Update(ctx, func(w host.Writer) error { return w.Put("t", key, "v") })
	}
	data := noise(3 * mib)
	require.NoError(t, put("before"))
	putBlob(t, s, data)
	free, err := s.FreeBytes()
	require.NoError(t, err)
	assert.Less(t, free, int64(160*mib))

	fillDisk(t, disk)
	free, err = s.FreeBytes()
	require.NoError(t, err)
	assert.Zero(t, free)
	err = put("while full")
	assert.Equal(t, fault.NoSpace, fault.From(err).Kind, "%v", err)
	assert.Equal(t, "disk_full", fault.CodeOf(err))
	err = storeBlob(s, noise(5*mib))
	assert.Equal(t, fault.NoSpace, fault.From(err).Kind, "%v", err)

	essential := func(value string) error {
		return s.Update(ctx, func(w host.Writer) error {
			w.Essential()
			return errors.Join(w.Put("t", "essential", value), w.Delete("t", "gone"))
		})
	}
	require.NoError(t, essential("small"), "what frees room is written where room was kept for it")
	assert.Equal(t, "disk_full", fault.CodeOf(essential(strings.Repeat("large", 1000))))

	require.NoError(t, s.View(ctx, func(r host.Reader) error {
		var v string
		require.NoError(t, r.Get("t", "essential", &v))
		assert.Equal(t, "small", v)
		assert.ErrorIs(t, r.Get("t", "while full", &v), host.ErrNoRecord)
		return r.Get("t", "before", &v)
	}), "what is there can be read")
	got, err := readBlob(s, digestOf(data))
	require.NoError(t, err)
	assert.Equal(t, digestOf(data), digestOf(got))

	freed, err := s.Blobs().Collect(ctx, func(func(host.Digest)) error { return nil })
	require.NoError(t, err, "removing works without any room: its log was allocated before")
	assert.Equal(t, int64(len(data)), freed)

	require.NoError(t, s.Close(), "what waits in a log is written into the room that was kept for it")

	require.NoError(t, os.Remove(filepath.Join(disk, "filler")))
	s, err = store.Open(ctx, store.Options{Dir: dir, ReserveBytes: 32 * mib})
	require.NoError(t, err)
	require.NoError(t, put("after"))
	require.NoError(t, s.Close())

	fillDisk(t, disk)
	_, err = store.Open(ctx, store.Options{Dir: dir, ReserveBytes: 8 * mib})
	assert.Equal(t, "disk_full", fault.CodeOf(err))
	require.NoError(t, os.Remove(filepath.Join(disk, "filler")))
	s, err = store.Open(ctx, store.Options{Dir: dir, ReserveBytes: 8 * mib})
	require.NoError(t, err)
	require.NoError(t, s.View(ctx, func(r host.Reader) error {
		var v string
		return r.Get("t", "after", &v)
	}))
	require.NoError(t, s.Close())
}

// smallDisk mounts a file system of its own.
func smallDisk(t *testing.T, size int) string {
	if os.Getuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	dir := t.TempDir()
	require.NoError(t, unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+strconv.Itoa(size)))
	t.Cleanup(func() { assert.NoError(t, unix.Unmount(dir, unix.MNT_DETACH)) })
	return dir
}

// fillDisk leaves no block free.
func fillDisk(t *testing.T, disk string) {
	f, err := os.Create(filepath.Join(disk, "filler"))
	require.NoError(t, err)
	defer f.Close()
	block := make([]byte, 64<<10)
	for len(block) >= 1024 {
		if _, err := f.Write(block); err != nil {
			require.ErrorIs(t, err, unix.ENOSPC)
			block = block[:len(block)/2]
		}
	}
}
