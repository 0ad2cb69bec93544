package doctor

import (
	"fmt"
	"time"
)

const (
	// jumpMin is a difference that no slow correction of the clock makes.
	jumpMin = 30 * time.Second
	// aheadMax is how far a time that was written may lie ahead.
	aheadMax = time.Minute
	timeFix  = "set the clock and keep it right with NTP: timedatectl set-ntp true, or chrony"
)

// Built is a time before which nobody can run this program.
var Built = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

// Times are what is known of the clock.
type Times struct {
	// Now is the present time.
	Now time.Time
	// Started is when the host started, by the clock; zero if no host runs.
	Started time.Time
	// Running is for how long it has run, by the monotonic clock, which nobody sets.
	Running time.Duration
	// Newest is the newest time that the host wrote down, zero if there is none.
	Newest time.Time
}

// Clock tells whether the clock can be right.
func Clock(t Times) []Finding {
	var out []Finding
	now := t.Now.UTC().Format(time.RFC3339)
	if t.Now.Before(Built) || t.Now.Year() > Built.Year()+50 {
		out = append(out, ClockWrong.Bad("the clock is wrong: it is "+now, "certificates, sessions and tokens are judged by it", timeFix))
	}
	if !t.Started.IsZero() {
		if jump := t.Now.Round(0).Sub(t.Started.Round(0)) - t.Running; jump.Abs() >= jumpMin {
			out = append(out, ClockJumped.Warn(fmt.Sprintf("the clock was set by %s since the host started", jump.Round(time.Second)),
				"sessions and tokens may have ended early or late, and times in the logs jump", timeFix))
		}
	}
	if ahead := t.Newest.Sub(t.Now.Round(0)); ahead > aheadMax {
		out = append(out, ClockBehind.Bad(fmt.Sprintf("the clock is behind by %s or more", ahead.Round(time.Second)),
			"the audit trail has an entry of "+t.Newest.UTC().Format(time.RFC3339)+", and it is "+now+" now", timeFix))
	}
	if len(out) == 0 {
		out = append(out, ClockOK.Good("the clock is plausible: it is "+now, ""))
	}
	return out
}
