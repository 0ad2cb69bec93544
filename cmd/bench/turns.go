package main

import (
	"context"
	"fmt"
	"slices"
)

// runner is one side of a comparison that takes turns with the others.
type runner struct {
	name string
	// run does the work once and returns what is measured.
	run func(context.Context) (float64, error)
}

// turns lets the runners take turns and returns what each measured, round by round.
func (b *bench) turns(ctx context.Context, rounds int, runners ...runner) ([][]float64, error) {
	all := make([][]float64, len(runners))
	for range rounds {
		for i, r := range runners {
			v, err := r.run(ctx)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.name, err)
			}
			all[i] = append(all[i], v)
		}
	}
	return all, nil
}

func same(v float64) float64 { return v }

// spread is how far values lie apart: the lowest and the highest, as parts of the median.
func spread(values []float64) string {
	m := median(values)
	return fmt.Sprintf("%.2f to %.2f of it", slices.Min(values)/m, slices.Max(values)/m)
}
