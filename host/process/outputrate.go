package process

import "time"

// rate is a bucket that fills with perSecond bytes a second up to two seconds' worth (and one
// line at least). It counts what did not fit.
type rate struct {
	perSecond float64
	level     float64
	last      time.Time
	lines     int64
	bytes     int64
}

func (r *rate) take(now time.Time, n int) bool {
	if r.perSecond <= 0 {
		return true
	}
	full, cost := max(2*r.perSecond, maxLine+lineCost), float64(n+lineCost)
	if r.last.IsZero() {
		r.level = full
	} else if d := now.Sub(r.last); d > 0 {
		r.level = min(full, r.level+d.Seconds()*r.perSecond)
	}
	r.last = now
	if cost > r.level {
		r.lines++
		r.bytes += int64(n + 1) // with its end
		return false
	}
	r.level -= cost
	return true
}

// pace decides how long the reader of a stream waits before it reads on.
type pace struct {
	pause time.Duration // after the last read that was dropped
	small float64       // small reads that may still follow at once
	last  time.Time
}

// after is the pause after a read of n bytes.
func (p *pace) after(now time.Time, n int, dropped bool) time.Duration {
	if dropped {
		p.pause = min(max(2*p.pause, floodPause), floodMost)
		return p.pause
	}
	p.pause = 0
	if n >= smallRead {
		return 0
	}
	if p.last.IsZero() {
		p.small = smallReads
	}
	p.small = min(smallReads, p.small+smallReads*min(now.Sub(p.last), time.Second).Seconds())
	p.last = now
	if p.small < 1 {
		return floodPause
	}
	p.small--
	return 0
}
