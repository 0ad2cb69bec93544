package host_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host"
	"appzone/host/bundletest"
	"appzone/host/fault"
)

// commits counts the batches of files that a store was asked to keep.
type commits struct {
	host.Store
	n int
}

func (c *commits) Blobs() host.Blobs { return commitBlobs{c.Store.Blobs(), c} }

type commitBlobs struct {
	host.Blobs
	of *commits
}

func (b commitBlobs) NewBatch() host.BlobBatch { return commitBatch{b.Blobs.NewBatch(), b.of} }

type commitBatch struct {
	host.BlobBatch
	of *commits
}

func (b commitBatch) Commit() error {
	b.of.n++
	return b.BlobBatch.Commit()
}

// kept is everything that a host keeps: its files by path, its records by table and key.
func (r *rig) kept() map[string]string {
	r.Helper()
	all := map[string]string{}
	require.NoError(r, filepath.WalkDir(r.dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !strings.HasPrefix(p, filepath.Join(r.dir, "logs")+"/") {
			all[p] = d.Type().String()
		}
		return err
	}))
	require.NoError(r, r.store.View(r.Context(), func(records host.Reader) error {
		for _, table := range []string{"plugins", "versions", "settings", "jobs", "audit", "former", "trusted-keys"} {
			err := records.Scan(table, "", "", func(key string, decode func(any) error) (bool, error) {
				var v any
				err := decode(&v)
				all[table+" "+key] = fmt.Sprint(v)
				return true, err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}))
	return all
}

// A1 to A7, A12: an upload that is refused leaves nothing: no file, no record, no content in the store.
func TestARefusedZipLeavesNothing(t *testing.T) {
	var store *commits
	r := newRig(t, func(c *host.Config) {
		store = &commits{Store: c.Store}
		c.Store = store
	})
	before, n := r.kept(), 0
	for _, c := range bundletest.Corpus() {
		zip := c.Zip()
		if c.Code == "" || len(zip) == 0 {
			continue
		}
		n++
		u, err := r.Receive(t.Context(), bytes.NewReader(zip))
		require.NoError(t, err)
		if !c.Late {
			_, err = r.Check(t.Context(), u)
			assert.Equal(t, c.Code, fault.CodeOf(err), c.Name)
		}
		_, _, err = r.Accept(t.Context(), u, admin)
		assert.Equal(t, c.Code, fault.CodeOf(err), c.Name)
		u.Close()
		if !assert.Equal(t, before, r.kept(), c.Name) {
			break
		}
	}
	assert.Greater(t, n, 300)
	assert.Zero(t, store.n, "nothing was committed")
	r.mustUpload(fmt.Sprintf(html, "Good", "1.0.0", ""))
	assert.NotEqual(t, before, r.kept(), "what is kept would have been seen")
	assert.Positive(t, store.n)
}
