package history

import "time"

// Window is how far a history goes back.
type Window string

// The windows: 60 steps of a minute, and 96 of a quarter of an hour.
const (
	Hour Window = "hour"
	Day  Window = "day"
)

// Valid tells whether it is one of them.
func (w Window) Valid() bool { return w == Hour || w == Day }

// Step is the length of its steps.
func (w Window) Step() time.Duration {
	if w == Day {
		return 15 * time.Minute
	}
	return time.Minute
}

// Steps is how many it has, the open one included.
func (w Window) Steps() int {
	if w == Day {
		return 96
	}
	return 60
}
