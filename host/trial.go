package host

import (
	"context"
	"fmt"
	"time"
)

// trial is the time in which a version that was upgraded to must prove itself. Its supervisor's goroutine owns it. It begins with the
// first start, and anew with a restart or the first start after a stop that somebody asked for, and after the host's boot.
type trial struct {
	// on says that the version has to prove itself at all.
	on bool
	// version is on trial; listens says that it has to take requests, as the former one did.
	version Digest
	listens bool
	// judged says that who asked for the present start deals with its failure.
	judged bool
	// failed says that the version has to go.
	failed bool

	timer *time.Timer
	// half is when its second half begins, and until when it ends; zero while it is suspended.
	half, until time.Time
	// crashes counts those since it began; late says that one of them was in its second half.
	crashes int
	late    bool
}

// crashLoop is how many crashes in a trial are a crash loop, unless all of them were in its first half. Waits before restarts grow, so
// that a loop may have one crash alone in the second half.
const crashLoop = 2

func newTrial(on bool, version Digest) trial {
	t := trial{on: on, version: version, timer: time.NewTimer(time.Hour)}
	t.timer.Stop()
	return t
}

// trialOf is the trial of the plugin's installed version.
func (h *Host) trialOf(ctx context.Context, p Plugin) (t trial, err error) {
	t = newTrial(p.Trial, p.Installed)
	if !p.Trial {
		return t, nil
	}
	err = h.view(ctx, func(r Reader) error {
		former, _, err := tableFormer.find(r, p.ID)
		t.listens = former.Listened
		return err
	})
	return t, err
}

// begin lets it run from a start on, unless it does.
func (t *trial) begin(length time.Duration) {
	if !t.on || t.failed || !t.half.IsZero() {
		return
	}
	now := time.Now()
	t.half, t.until, t.crashes, t.late = now.Add(length/2), now.Add(length), 0, false
	t.timer.Reset(length)
}

// suspend ends it until the next start.
func (t *trial) suspend() {
	t.renew()
	t.judged = false
}

// renew lets it begin anew with the next start, which somebody asked for: that the version is not up meanwhile is not its doing.
func (t *trial) renew() {
	t.timer.Stop()
	t.half, t.until = time.Time{}, time.Time{}
}

// ends is when the version is judged, nil where it is not.
func (t *trial) ends() *time.Time {
	if !t.on || t.until.IsZero() {
		return nil
	}
	at := t.until.UTC()
	return &at
}

// crashed counts a crash.
func (t *trial) crashed(now time.Time) {
	if !t.half.IsZero() {
		t.crashes++
		t.late = now.After(t.half)
	}
}

// verdict tells why a version in this state has not proven itself at the end of its trial, "" if it has.
func (t *trial) verdict(now Status) string {
	switch {
	case now.State == Starting, now.State == BackingOff:
		why := "it is not up at the end of its trial"
		if now.LastExit != nil {
			why += ": " + now.LastExit.Cause
		}
		return why
	case t.late && t.crashes >= crashLoop && now.LastExit != nil:
		return fmt.Sprintf("it crashed %d times in its trial, and not at its beginning alone; the last time: %s", t.crashes, now.LastExit.Cause)
	case t.listens && now.State == Running && !now.Listening:
		return "it takes no requests at the end of its trial, and the former version did"
	}
	return ""
}

// endTrial judges the version when its time is over.
func (s *supervisor) endTrial() {
	if !s.trial.on || s.trial.failed || s.trial.half.IsZero() {
		return
	}
	s.trial.suspend()
	if why := s.trial.verdict(s.status); why != "" {
		s.failTrial(why)
		s.publish()
		return
	}
	s.trial.on = false
	s.publish()
	s.host.inBackground(func() { s.host.proven(s.id, s.trial.version) })
}

// failTrial begins the way back to the former version, unless somebody waits to do that.
func (s *supervisor) failTrial(why string) {
	if s.trial.failed {
		return
	}
	judged := s.trial.judged
	s.trial.suspend()
	s.trial.failed = true
	if !judged {
		s.host.inBackground(func() { s.host.leave(s.id, s.trial.version, why) })
	}
}

// inBackground runs fn in a goroutine that Close waits for, unless the host is closed.
func (h *Host) inBackground(fn func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.background.Go(fn)
	return true
}

// proven ends the trial of a version that has proven itself.
func (h *Host) proven(id string, version Digest) {
	act := Act{Kind: "plugin.proven", Plugin: id, Data: map[string]any{"digest": version}}
	err := h.change(h.ctx, System, act, func(w Writer, act *Act) error {
		p, ok, err := tablePlugins.find(w, id)
		if err != nil || !ok || p.Installed != version || !p.Trial {
			act.Kind = ""
			return err
		}
		p.Trial = false
		return h.savePlugin(w, &p)
	})
	if err != nil && h.ctx.Err() == nil { // it begins anew with the next boot, which does no harm
		h.log.Warn("the end of a trial is not recorded", "plugin", id, "error", err)
	}
}
