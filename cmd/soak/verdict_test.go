package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGrowthBeyondItsBoundFails(t *testing.T) {
	before := measures{memory: 100, descriptors: 100, goroutines: 100, children: 10, disk: 100}
	assert.NoError(t, verdict(before, before))
	assert.NoError(t, verdict(before, measures{memory: 130, descriptors: 130, goroutines: 130, children: 10, disk: 350}))
	for what, after := range map[string]measures{
		"memory":      {memory: 133, children: 10},
		"descriptors": {descriptors: 133, children: 10},
		"goroutines":  {goroutines: 133, children: 10},
		"disk":        {disk: 357, children: 10},
		"children":    {children: 9},
	} {
		assert.ErrorContains(t, verdict(before, after), what)
	}
}

func TestAFailureIsExcusedOnlyInTrouble(t *testing.T) {
	var c tally
	assert.Error(t, c.verdict(), "nothing was tried")
	c.count("p", "", false)
	c.count("p", "gone", true)
	assert.NoError(t, c.verdict())
	c.count("p", "gone", false)
	assert.ErrorContains(t, c.verdict(), "p: gone")
	c.reset()
	assert.Error(t, c.verdict())
}
