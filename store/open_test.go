package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/store"
)

func TestOpenMakesAPrivateFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "db")
	require.NoError(t, open(t, dir).Close())
	info, err := os.Stat(dir)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o700), info.Mode().Perm())
}

func TestASecondOpenIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	_, err := store.Open(t.Context(), store.Options{Dir: dir})
	assert.Equal(t, "data_dir_locked", fault.CodeOf(err))
	assert.Contains(t, err.Error(), dir)
	require.NoError(t, s.Close())
	require.NoError(t, open(t, dir).Close(), "the lock ends with the store")
}

func TestAFolderThatCannotBeMade(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := store.Open(t.Context(), store.Options{Dir: filepath.Join(file, "db")})
	assert.Equal(t, "data_dir_unusable", fault.CodeOf(err))
}

func TestOpenWithoutRoom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, err := store.Open(t.Context(), store.Options{Dir: dir, ReserveBytes: 1 << 60})
	assert.Equal(t, fault.NoSpace, fault.From(err).Kind)
	assert.Equal(t, "disk_full", fault.CodeOf(err))
}

func TestMigrations(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := t.TempDir()
	rename := func(w host.Writer) error {
		return w.Scan("old", "", "", func(key string, decode func(any) error) (bool, error) {
			var v string
			return true, errors.Join(decode(&v), w.Put("new", key, strings.ToUpper(v)), w.Delete("old", key))
		})
	}
	ran := 0
	count := func(host.Writer) error { ran++; return nil }

	s, err := store.OpenMigrating(ctx, dir)
	require.NoError(t, err)
	require.NoError(t, s.Update(ctx, func(w host.Writer) error { return w.Put("old", "k", "v") }))
	require.NoError(t, s.Close())

	oops := errors.New("oops")
	half := func(w host.Writer) error { return errors.Join(rename(w), oops) }
	_, err = store.OpenMigrating(ctx, dir, half)
	require.ErrorIs(t, err, oops)

	s, err = store.OpenMigrating(ctx, dir, rename, count)
	require.NoError(t, err, "the migration that failed changed nothing and runs again")
	var v string
	require.NoError(t, s.View(ctx, func(r host.Reader) error {
		assert.ErrorIs(t, r.Get("old", "k", &v), host.ErrNoRecord)
		return r.Get("new", "k", &v)
	}))
	assert.Equal(t, "V", v)
	require.NoError(t, s.Close())

	s, err = store.OpenMigrating(ctx, dir, rename, count)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	assert.Equal(t, 1, ran, "a migration runs once")

	_, err = store.OpenMigrating(ctx, dir, rename)
	assert.Equal(t, "schema_newer", fault.CodeOf(err))
	assert.Contains(t, err.Error(), "schema 3")
}

func TestANewStoreNeedsNoMigration(t *testing.T) {
	t.Parallel()
	never := func(host.Writer) error { return errors.New("a new store has nothing to migrate") }
	s, err := store.OpenMigrating(context.Background(), t.TempDir(), never)
	require.NoError(t, err)
	require.NoError(t, s.Close())
}

// Row A10: a host that was killed may leave a child that has its lock for a moment longer.
func TestAFolderThatIsAboutToBeFreeIsWaitedFor(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	time.AfterFunc(300*time.Millisecond, func() { assert.NoError(t, s.Close()) })
	next, err := store.Open(t.Context(), store.Options{Dir: dir})
	require.NoError(t, err)
	require.NoError(t, next.Close())
}
