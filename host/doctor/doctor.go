package doctor

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	// DefaultTimeout bounds one check.
	DefaultTimeout = 10 * time.Second
	// DefaultKeep is for how long a report is good enough for who asks next.
	DefaultKeep = 5 * time.Second
)

// Check looks at one part of an installation. It only reads, and ends when its context does.
type Check struct {
	// Name is the area, for who reads that it failed.
	Name string
	Run  func(ctx context.Context) ([]Finding, error)
}

// Options are a Doctor's.
type Options struct {
	Checks []Check
	// Timeout bounds one check; default [DefaultTimeout].
	Timeout time.Duration
	// Keep is for how long a report is given out again; default [DefaultKeep].
	Keep time.Duration
	// Now is the clock; default time.Now.
	Now func() time.Time
}

// Doctor runs checks, one at a time. Its methods are safe for concurrent use.
type Doctor struct {
	o      Options
	turn   chan struct{} // held while checks run, and by who touches what is below
	last   Report
	lastAt time.Time
	// late has the checks that did not end in time, by their place, until they have.
	late map[int]<-chan struct{}

	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// New makes a Doctor.
func New(o Options) *Doctor {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Keep == 0 {
		o.Keep = DefaultKeep
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &Doctor{o: o, turn: make(chan struct{}, 1), late: map[int]<-chan struct{}{}}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	return d
}

// Close ends the checks that still run, and waits for them.
func (d *Doctor) Close() {
	d.cancel()
	d.turn <- struct{}{} // whoever has it sees the end
	d.wg.Wait()
	<-d.turn
}

// Report runs the checks, or gives the report of a moment ago. Who comes meanwhile waits for the same one.
func (d *Doctor) Report(ctx context.Context) (Report, error) {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return Report{}, ctx.Err()
	}
	if err := d.ctx.Err(); err != nil {
		return Report{}, err
	}
	now := d.o.Now()
	if age := now.Sub(d.lastAt); !d.lastAt.IsZero() && age >= 0 && age < d.o.Keep {
		return d.last, nil
	}
	var all []Finding
	for i, c := range d.o.Checks {
		all = append(all, d.run(i, c)...)
		if err := errors.Join(ctx.Err(), d.ctx.Err()); err != nil {
			return Report{}, err
		}
	}
	d.last, d.lastAt = NewReport(now, all), d.o.Now()
	return d.last, nil
}

// outcome is what a check came to.
type outcome struct {
	findings []Finding
	err      error
}

// run runs one check. One that does not end with its context, since the disk does not answer, is left behind, and not begun again
// before it has ended.
func (d *Doctor) run(i int, c Check) []Finding {
	if done := d.late[i]; done != nil {
		select {
		case <-done:
			delete(d.late, i)
		default:
			return []Finding{tooLate(c, "the last check has not ended yet")}
		}
	}
	ctx, cancel := context.WithTimeout(d.ctx, d.o.Timeout)
	defer cancel()
	came, done := make(chan outcome, 1), make(chan struct{})
	d.wg.Go(func() {
		defer close(done)
		findings, err := c.Run(ctx)
		came <- outcome{findings, err}
	})
	select {
	case out := <-came:
		return out.all(c)
	case <-ctx.Done():
	}
	select { // it may have ended because of that, and have something to say
	case out := <-came:
		return out.all(c)
	case <-time.After(d.o.Timeout / 10):
		d.late[i] = done
		return []Finding{tooLate(c, "it was given "+d.o.Timeout.String())}
	}
}

// all is what was found, and that something could not be looked at.
func (o outcome) all(c Check) []Finding {
	switch {
	case errors.Is(o.err, context.DeadlineExceeded):
		return append(o.findings, tooLate(c, "it took too long"))
	case o.err != nil:
		return append(o.findings, CheckFailed.Warn(fmt.Sprintf("the check of %s failed", c.Name), o.err.Error(),
			"the rest of the report holds; look into the host's log, and run the check again"))
	}
	return o.findings
}

func tooLate(c Check, detail string) Finding {
	return CheckTimeout.Warn(fmt.Sprintf("the check of %s did not end in time", c.Name), detail,
		"the machine or its disk is very slow or does not answer: look at its load, and at the system's log (journalctl -k)")
}
