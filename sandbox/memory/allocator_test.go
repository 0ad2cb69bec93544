package memory_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/sandbox/memory"
)

const page = 64 << 10

func TestGrowingKeepsAddressAndContents(t *testing.T) {
	a := memory.New(16 * page)
	m := a.Allocate(page, 1<<32)
	defer m.Free()

	first := m.Reallocate(page)
	require.Len(t, first, page)
	first[0], first[page-1] = 1, 2

	grown := m.Reallocate(16 * page)
	require.Len(t, grown, 16*page)
	assert.Same(t, &first[0], &grown[0], "memory must not move")
	assert.Equal(t, byte(1), grown[0])
	assert.Equal(t, byte(2), grown[page-1])
	assert.Zero(t, grown[16*page-1], "new pages are zero")
	grown[16*page-1] = 3
	assert.Equal(t, 16*page, cap(grown), "nothing beyond the size is reachable")
	assert.Zero(t, a.Refused())
}

// G2: memory.grow beyond the limit is refused, and the refusal is remembered.
func TestGrowthBeyondTheLimitIsRefused(t *testing.T) {
	tests := map[string]struct{ limit, maximum, ask uint64 }{
		"beyond the limit":            {limit: 2 * page, maximum: 1 << 32, ask: 3 * page},
		"beyond the module's maximum": {limit: 8 * page, maximum: 2 * page, ask: 3 * page},
		"no memory at all":            {limit: 0, maximum: 1 << 32, ask: page},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			a := memory.New(int64(tc.limit))
			m := a.Allocate(0, tc.maximum)
			defer m.Free()
			assert.Nil(t, m.Reallocate(tc.ask))
			assert.Equal(t, tc.ask, a.Refused())
		})
	}
}

func TestFreeTwiceIsHarmless(t *testing.T) {
	m := memory.New(page).Allocate(page, page)
	require.NotNil(t, m.Reallocate(page))
	m.Free()
	m.Free()
	assert.Nil(t, m.Reallocate(page))
}
