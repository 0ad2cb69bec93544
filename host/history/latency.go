package history

import (
	"math/bits"
	"time"
)

const (
	// firstPower and lastPower are the powers of two, in microseconds, between which latency has classes of its own: from 16 µs up to
	// 67 s. What is shorter is one class, and so is what is longer.
	firstPower, lastPower = 4, 26
	// classes is how many there are.
	classes = (lastPower-firstPower)*4 + 2
)

// classOf is the class of a latency.
func classOf(took time.Duration) int {
	us := uint64(max(0, took.Microseconds()))
	power := bits.Len64(us) - 1
	switch {
	case power < firstPower:
		return 0
	case power >= lastPower:
		return classes - 1
	}
	return 1 + (power-firstPower)*4 + int(us>>(power-2)&3)
}

// least is the shortest latency of a class, in microseconds; the class of the shortest ones has none.
func least(class int) uint64 {
	power, quarter := firstPower+(class-1)/4, (class-1)%4
	return uint64(4+quarter) << (power - 2)
}

// latencies counts requests by class. They wrap: differences are what counts, and no step has as many.
type latencies [classes]uint32

// since is what was counted after base.
func (l *latencies) since(base *latencies) (d latencies, n uint32) {
	for i := range l {
		d[i] = l[i] - base[i]
		n += d[i]
	}
	return d, n
}

// p95 is the least latency, in milliseconds, that 95 of 100 requests did not exceed; 0 without requests. Of the class in which it lies
// it is the value whose relative error is the same at both ends.
func (l *latencies) p95() float64 {
	var all uint64
	for _, n := range l {
		all += uint64(n)
	}
	if all == 0 {
		return 0
	}
	rank := (all*95 + 99) / 100
	class := 0
	for below := uint64(l[0]); below < rank; below += uint64(l[class]) {
		class++
	}
	switch class {
	case 0:
		return float64(least(1)) / 2 / 1000
	case classes - 1:
		return float64(least(class)) / 1000
	}
	from, to := float64(least(class)), float64(least(class+1))
	return 2 * from * to / (from + to) / 1000
}
