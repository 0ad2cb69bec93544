//go:build linux

package process

import "math"

// Measure adds up what a folder holds, as the watchdog does.
func Measure(folder string) (int64, error) { return measure(nil, []string{folder}, math.MaxInt64/4) }
