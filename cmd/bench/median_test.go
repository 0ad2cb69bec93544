package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestMedianIsTheMiddle(t *testing.T) {
	for name, c := range map[string]struct {
		values []float64
		want   float64
	}{
		"one":                        {[]float64{4}, 4},
		"odd, unsorted":              {[]float64{9, 1, 5}, 5},
		"even":                       {[]float64{1, 2, 4, 100}, 3},
		"an outlier changes nothing": {[]float64{1, 1, 1000}, 1},
	} {
		assert.InDelta(t, c.want, median(c.values), 0, name)
	}
}

// A round in which the machine was slow slows both sides, and their ratio stays.
func TestRatioIsTakenRoundByRound(t *testing.T) {
	same := func(v float64) float64 { return v }
	assert.InDelta(t, 2.0, ratio([]float64{2, 20, 4}, []float64{1, 10, 2}, same), 1e-9)
}
