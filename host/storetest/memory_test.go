package storetest_test

import (
	"testing"

	"appzone/host"
	"appzone/host/storetest"
)

var _ host.Store = (*storetest.MemoryStore)(nil)

func TestMemoryIsAStore(t *testing.T) {
	t.Parallel()
	last := map[string]*storetest.MemoryStore{}
	storetest.Run(t, func(_ *testing.T, dir string) host.Store {
		if closed, ok := last[dir]; ok {
			last[dir] = closed.Reopen()
		} else {
			last[dir] = storetest.Memory()
		}
		return last[dir]
	})
}
