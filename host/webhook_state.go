package host

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

const (
	// webhookFirstDelay is the wait after the first failure, doubled for each further one up to webhookMaxDelay.
	webhookFirstDelay = 5 * time.Second
	webhookMaxDelay   = time.Hour
	// webhookAskedDelay is the longest wait that a receiver can ask for: webhookTries of them are less than webhookEventLife.
	webhookAskedDelay = 2 * time.Hour
	// webhookEventLife is how long one event is tried. Then it is dropped, and those behind it have their turn.
	webhookEventLife = 24 * time.Hour
	// webhookFailing is how long a receiver may fail without an interruption until the host switches its webhook off.
	webhookFailing = 72 * time.Hour
	// webhookTries is how often it must have failed before either, so that a clock that jumps does neither.
	webhookTries = 10
)

// webhookState is how far a receiver has got, and how it went. It is no part of backups: a host that was restored has other events.
type webhookState struct {
	// Seq is the last event that is done with: taken, dropped, or not wanted.
	Seq           uint64    `json:"seq"`
	LastSuccessAt time.Time `json:"lastSuccessAt,omitzero"`
	LastFailureAt time.Time `json:"lastFailureAt,omitzero"`
	// LastStatus is the last answer's, 0 where there was none. LastError says what was wrong with it.
	LastStatus int    `json:"lastStatus,omitempty"`
	LastError  string `json:"lastError,omitempty"`
	// Failures counts those in a row, the first of which was at FailingSince.
	Failures     int       `json:"failures,omitempty"`
	FailingSince time.Time `json:"failingSince,omitzero"`
	// TriedSince is the first failure of the event that follows Seq.
	TriedSince time.Time `json:"triedSince,omitzero"`
	NextAt     time.Time `json:"nextAt,omitzero"`
	Delivered  uint64    `json:"delivered,omitempty"`
	Dropped    uint64    `json:"dropped,omitempty"`
}

// WebhookDeliveries is how the deliveries of a webhook went.
type WebhookDeliveries struct {
	LastSuccessAt *time.Time `json:"lastSuccessAt"`
	LastFailureAt *time.Time `json:"lastFailureAt"`
	// LastStatus is the HTTP status of the last attempt, nil where there was no answer or no attempt.
	LastStatus *int `json:"lastStatus"`
	// LastError says why the last attempt failed, "" where it did not.
	LastError string `json:"lastError"`
	// Failures counts those in a row.
	Failures int `json:"failures"`
	// NextAttemptAt is when an event that failed is tried again, nil where none waits.
	NextAttemptAt *time.Time `json:"nextAttemptAt"`
	// Delivered and Dropped count events since the webhook was made: those that were taken, and those that were given up.
	Delivered uint64 `json:"delivered"`
	Dropped   uint64 `json:"dropped"`
}

func (s *webhookState) view() WebhookDeliveries {
	v := WebhookDeliveries{LastSuccessAt: timeOrNil(s.LastSuccessAt), LastFailureAt: timeOrNil(s.LastFailureAt), LastError: s.LastError, Failures: s.Failures,
		NextAttemptAt: timeOrNil(s.NextAt), Delivered: s.Delivered, Dropped: s.Dropped}
	if status := s.LastStatus; status != 0 {
		v.LastStatus = &status
	}
	return v
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// begin goes on after the event seq, as if nothing had failed.
func (s *webhookState) begin(seq uint64) {
	s.skip(seq)
	s.Failures, s.FailingSince, s.NextAt = 0, time.Time{}, time.Time{}
}

// skip is done with an event: it is not wanted, or dropped.
func (s *webhookState) skip(seq uint64) { s.Seq, s.TriedSince = seq, time.Time{} }

// taken is done with an event that the receiver has.
func (s *webhookState) taken(seq uint64, at time.Time, status int) {
	s.begin(seq)
	s.LastSuccessAt, s.LastStatus, s.LastError = at, status, ""
	s.Delivered++
}

// failed counts an attempt to send the event seq, and says how long to wait before the next one, and why the webhook is to be switched off, if it is.
// An event that was tried for too long is dropped by it.
func (s *webhookState) failed(seq uint64, a WebhookAttempt, retryAfter time.Duration) (wait time.Duration, off string) {
	s.LastFailureAt, s.LastError, s.LastStatus = a.Time, a.Error, 0
	if a.Status != nil {
		s.LastStatus = *a.Status
	}
	if s.Failures++; s.Failures == 1 {
		s.FailingSince = a.Time
	}
	if s.TriedSince.IsZero() {
		s.TriedSince = a.Time
	}
	switch tired := s.Failures >= webhookTries; {
	case s.LastStatus == http.StatusGone:
		off = "the receiver answered 410: it is gone"
	case tired && a.Time.Sub(s.FailingSince) >= webhookFailing:
		off = fmt.Sprintf("every attempt of the last %d hours failed: %s", int(webhookFailing.Hours()), a.Error)
	case tired && a.Time.Sub(s.TriedSince) >= webhookEventLife:
		s.skip(seq)
		s.Dropped++
	}
	wait = webhookDelay(s.Failures)
	if retryAfter > wait {
		wait = min(retryAfter, webhookAskedDelay)
	}
	s.NextAt = a.Time.Add(wait)
	return wait, off
}

// webhookDelay is the wait after so many failures in a row, of which up to a half is chance, so that receivers that failed together are not called together.
func webhookDelay(failures int) time.Duration {
	d := min(webhookMaxDelay, webhookFirstDelay<<min(failures-1, 20))
	return d/2 + rand.N(d/2+1)
}
