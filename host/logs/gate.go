package logs

import (
	"fmt"
	"time"
)

// burst is how much of the rate may be used at once, in seconds.
const burst = 4

// gate is a token bucket over stored bytes. When it is empty it stays shut until a second's worth is there again:
// what a flood loses is then a few long gaps, each with one line that tells about it, and not every other line.
type gate struct {
	rate   float64 // bytes a second
	tokens float64
	last   time.Time
	shut   bool
	lines  int // dropped since the last report
	bytes  int64
}

func newGate(rate int64, now time.Time) gate {
	return gate{rate: float64(rate), tokens: burst * float64(rate), last: now}
}

// fill adds the tokens that have come since the last call, and reports whether the gate is open.
func (g *gate) fill(now time.Time) bool {
	g.tokens = min(burst*g.rate, g.tokens+g.rate*max(0, now.Sub(g.last).Seconds()))
	g.last = now
	if g.shut && g.tokens >= g.rate {
		g.shut = false
	}
	return !g.shut
}

// admit says whether a line may pass; if not, it counts the line with its length as dropped.
func (g *gate) admit(now time.Time, length int) bool {
	if g.fill(now) && g.tokens > 0 {
		return true
	}
	g.shut = true
	g.lines++
	g.bytes += int64(length)
	return false
}

// spend takes tokens for a line that passed. They may be fewer than it costs: the debt is paid before the next line.
func (g *gate) spend(cost int) { g.tokens -= float64(cost) }

// report tells what was dropped, once; "" if nothing was.
func (g *gate) report() string {
	if g.lines == 0 {
		return ""
	}
	text := fmt.Sprintf("%d lines (%d bytes) were dropped: more output than %d bytes a second", g.lines, g.bytes, int64(g.rate))
	g.lines, g.bytes = 0, 0
	return text
}
