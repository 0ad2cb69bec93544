package main

import "slices"

// median of values, which must not be empty.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func medianOf[T any](cells []T, value func(T) float64) float64 {
	values := make([]float64, len(cells))
	for i, c := range cells {
		values[i] = value(c)
	}
	return median(values)
}

// ratio is the median of what a was to b in each round.
func ratio[T any](a, b []T, value func(T) float64) float64 {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = value(a[i]) / value(b[i])
	}
	return median(ratios)
}
