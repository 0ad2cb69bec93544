package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBranchIsOneChildWithItsDescendants(t *testing.T) {
	all := table{
		10: {1, time.Second}, 11: {10, time.Second}, 12: {11, time.Second}, 13: {12, time.Second},
		21: {10, time.Second}, 30: {1, time.Second},
	}
	assert.ElementsMatch(t, []int{11, 12, 13, 21}, all.below(10))
	assert.ElementsMatch(t, []int{11, 12, 13}, all.branch(10, 12))
	assert.ElementsMatch(t, []int{21}, all.branch(10, 21))
	assert.Empty(t, all.branch(10, 30))
	assert.Equal(t, 3*time.Second, all.cpu(all.branch(10, 13)...))
}

func TestRollupIsReadInMegabytes(t *testing.T) {
	m := parseRollup("55d0-7fff ---p 00000000 00:00 0   [rollup]\nRss:  9 kB\nPss:   2048 kB\nPss_Dirty: 7 kB\nPrivate_Clean: 512 kB\nPrivate_Dirty:  512 kB\n")
	assert.InDelta(t, 2, m.pss, 0)
	assert.InDelta(t, 1, m.private, 0)
}
