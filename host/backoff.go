package host

import (
	"math"
	"math/rand/v2"
	"time"
)

// crashes keeps the budget of one plugin: each crash weighs 1, and weights decay, so that rare
// crashes never add up and a loop is found soon.
type crashes struct {
	policy Backoff
	score  float64
	row    int // crashes without a stable run between them
	last   time.Time
}

// add counts a crash at now of an instance that was ready at since (zero: never). It returns the delay
// before the next start, or false when the budget is used up.
func (c *crashes) add(now, since time.Time) (time.Duration, bool) {
	if !c.last.IsZero() {
		c.score *= math.Exp2(-float64(now.Sub(c.last)) / float64(c.policy.HalfLife))
	}
	c.last = now
	c.score++
	if !since.IsZero() && now.Sub(since) >= c.policy.Stable {
		c.row = 0
	}
	c.row++
	if c.score > c.policy.Budget {
		return 0, false
	}
	d := min(c.policy.Max, c.policy.First<<min(c.row-1, 20))
	return jitter(d), true
}

// reset forgives everything: somebody started the plugin by hand.
func (c *crashes) reset() { c.score, c.row, c.last = 0, 0, time.Time{} }

// jitter spreads d by a tenth either way, so that plugins that crashed together do not come back together.
func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.9 + 0.2*rand.Float64()))
}
