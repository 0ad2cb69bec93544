package store_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/fault"
	"appzone/store"
)

var (
	damages    = flag.Int("damages", 120, "how many random damages each test of them does")
	damageSeed = flag.Uint64("seed", 1, "seed of random damages")
)

// Rows A10 and H5: whatever happens to one file of a database, it is either found, or nothing that was acknowledged is lost or
// comes back in an older form. TestDamageIsNeverSilent has fixed places; here they are random, and larger.
func TestRandomDamage(t *testing.T) {
	t.Parallel()
	origin := map[string]string{"closed in order": t.TempDir(), "killed": t.TempDir()}
	live := t.TempDir()
	s := open(t, live)
	addHistory(t, s, 0)
	require.NoError(t, s.Close())
	s = open(t, live)
	addHistory(t, s, 1)
	copyFolder(t, live, origin["killed"])
	require.NoError(t, s.Close())
	copyFolder(t, live, origin["closed in order"])
	for state, from := range origin {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, readHistory(t, from), "unharmed")
			r := rand.New(rand.NewPCG(*damageSeed, uint64(len(state))))
			files, err := os.ReadDir(from)
			require.NoError(t, err)
			found := 0
			for n := 0; n < *damages && !t.Failed(); n++ {
				dir := filepath.Join(t.TempDir(), "db")
				require.NoError(t, os.Mkdir(dir, 0o700))
				copyFolder(t, from, dir)
				name := files[r.IntN(len(files))].Name()
				what := damage(t, r, filepath.Join(dir, name))
				err := readHistory(t, dir)
				if err == nil {
					err = readHistory(t, dir) // what the first opening made of it is no worse
				}
				if err != nil {
					found++
					assert.Equal(t, "database_damaged", fault.CodeOf(err), "%s %s: %v", name, what, err)
				}
				if testing.Verbose() {
					t.Logf("%s %s: %v", name, what, err)
				}
				require.NoError(t, os.RemoveAll(dir))
			}
			t.Logf("%d of %d damages were found, the others did no harm", found, *damages)
		})
	}
}

// damage harms one file, and says how.
func damage(t *testing.T, r *rand.Rand, path string) string {
	size := used(t, path)
	at := r.Int64N(size + 1)
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	part := content[at:min(size, at+1+r.Int64N(4096))]
	what := ""
	switch r.IntN(7) {
	case 0:
		what = "removed"
		require.NoError(t, os.Remove(path))
		return what
	case 1:
		what = "replaced by a folder"
		require.NoError(t, os.Remove(path))
		require.NoError(t, os.Mkdir(path, 0o700))
		return what
	case 2:
		what = fmt.Sprintf("cut at %d of %d", at, size)
		content = content[:at]
	case 3:
		what = fmt.Sprintf("zeroed from %d for %d of %d", at, len(part), size)
		clear(part)
	case 4:
		what = fmt.Sprintf("overwritten from %d for %d of %d", at, len(part), size)
		for n := range part {
			part[n] = byte(r.Uint32())
		}
	case 5:
		what = fmt.Sprintf("continued at %d with noise", size)
		for n := size; n < min(int64(len(content)), size+100); n++ {
			content[n] = byte(r.Uint32())
		}
		if int64(len(content)) == size {
			content = append(content, []byte("noise at the end")...)
		}
	default:
		if size == 0 {
			return "left as it is"
		}
		at = min(at, size-1)
		bit := byte(1) << r.IntN(8)
		what = fmt.Sprintf("bit %#02x flipped at %d of %d", bit, at, size)
		content[at] ^= bit
	}
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return what
}

// addHistory adds a sample, and changes and deletes records of the round before: what is lost may be a change or a deletion.
func addHistory(t *testing.T, s host.Store, round int) {
	addSample(t, s, round)
	for i := range perRound {
		key := fmt.Sprint(i)
		require.NoError(t, s.Update(context.Background(), func(w host.Writer) error {
			err := errors.Join(w.Put("changed", key, sampleText(round, i, 200)), w.Put("changed-large", key, sampleText(round, i, 2000)))
			if round == 0 {
				return errors.Join(err, w.Put("gone", key, "still here"))
			}
			return errors.Join(err, w.Delete("gone", key))
		}))
	}
}

// readHistory reads everything, and returns the damage that the store tells of. What is silent fails the test.
func readHistory(t *testing.T, dir string) error {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := store.Open(ctx, store.Options{Dir: dir})
	if err != nil {
		return err
	}
	err = s.View(ctx, func(r host.Reader) error {
		var got string
		for i := range perRound {
			key := fmt.Sprint(i)
			for table, size := range map[string]int{"changed": 200, "changed-large": 2000} {
				if err := r.Get(table, key, &got); err != nil {
					return fmt.Errorf("%s/%s: %w", table, key, err)
				}
				assert.Equal(t, sampleText(1, i, size), got, "an older value of %s/%s came back", table, key)
			}
			if err := r.Get("gone", key, &got); !errors.Is(err, host.ErrNoRecord) {
				if err != nil {
					return err
				}
				assert.Fail(t, "a record that was deleted came back", key)
			}
		}
		n := 0
		err := r.Scan("small", "", "", func(string, func(any) error) (bool, error) { n++; return true, nil })
		if err == nil {
			assert.Equal(t, 2*perRound, n, "records that a scan finds")
		}
		return err
	})
	if closing := s.Close(); err == nil && closing != nil {
		err = closing
	}
	if err == nil && !readSample(t, dir, "sample") {
		return fault.New(fault.Internal, "database_damaged", "found by the sample")
	}
	return err
}
