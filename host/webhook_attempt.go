package host

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"appzone/host/egress"
	"appzone/host/fault"
	"appzone/host/webhook"
)

// webhookTestsAtOnce bounds the test messages under way, of all webhooks.
const webhookTestsAtOnce = 4

// WebhookAttempt is one attempt to tell a receiver of an event.
type WebhookAttempt struct {
	Time time.Time `json:"time"`
	// Seq and Type are the event's; a test has the number 0.
	Seq  uint64 `json:"seq"`
	Type string `json:"type"`
	// Status is the HTTP status of the answer, nil where there was none.
	Status *int `json:"status"`
	// DurationMs is how long it took, in milliseconds.
	DurationMs int64 `json:"durationMs"`
	// Error says why the receiver has not got it, "" where it has.
	Error string `json:"error"`
}

// messageID is the same at each attempt, and no other event's, also of this number after a restore.
func (e Event) messageID() string { return fmt.Sprintf("evt_%d_%d", e.Time.UnixMicro(), e.Seq) }

// attempt sends an event to the receiver once. The cause of a missing answer is in err alone.
func (b *webhookHub) attempt(ctx context.Context, rec *webhookRecord, e Event) (a WebhookAttempt, answer webhook.Answer, err error) {
	a = WebhookAttempt{Time: time.Now().UTC(), Seq: e.Seq, Type: e.Type}
	defer func() { a.DurationMs = time.Since(a.Time).Milliseconds() }()
	secrets, err := b.host.signers(rec)
	var body []byte
	if err == nil {
		body, err = json.Marshal(e)
	}
	if err == nil {
		answer, err = webhook.Send(ctx, b.transport, webhook.Message{URL: rec.URL, Secrets: secrets, ID: e.messageID(), Body: body})
	}
	if err != nil {
		a.Error = receiverError(err)
		return a, answer, err
	}
	if a.Status = &answer.Status; !answer.Taken() {
		a.Error = fmt.Sprintf("the receiver answered %d where 200 to 299 say that it has the event", answer.Status)
		if answer.Status/100 == 3 && answer.Status != http.StatusNotModified {
			a.Error = fmt.Sprintf("the receiver answered %d and sends elsewhere, which is not followed: set the URL where it leads", answer.Status)
		}
	}
	return a, answer, nil
}

// receiverError is a cause for people, without an address of the host's own, without the URL, and without anything of an answer that is none: what
// else listens on this organisation's machines tells nobody its greeting by it.
func receiverError(err error) string {
	var judged *egress.Error
	var own *fault.Error
	var errno syscall.Errno
	switch {
	case errors.As(err, &judged):
		return judged.Message
	case errors.As(err, &own):
		return own.Message
	case errors.Is(err, context.DeadlineExceeded), os.IsTimeout(err):
		return fmt.Sprintf("no answer within %d seconds", int(webhook.Timeout.Seconds()))
	case errors.As(err, &errno):
		return errno.Error()
	case strings.HasPrefix(err.Error(), "tls: "), strings.HasPrefix(err.Error(), "remote error: tls: "): // some have no type
		return cut(err.Error(), 200)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the receiver ended the connection without an answer"
	}
	return "what the receiver answered is not HTTP, or has too large a head"
}

// TestWebhook sends an event webhook.test to the receiver at once, enabled or not, and tells what it answered. Errors: webhook_unreachable, when there is
// no answer; too_many_tests.
func (h *Host) TestWebhook(ctx context.Context, id string, actor Actor) (WebhookAttempt, error) {
	rec, err := h.webhookOf(ctx, id)
	if err != nil {
		return WebhookAttempt{}, err
	}
	b := h.webhooks
	select {
	case b.tests <- struct{}{}:
		defer func() { <-b.tests }()
	default:
		e := fault.New(fault.TooMany, "too_many_tests", "%d webhooks are being tested already; try again in a moment", webhookTestsAtOnce)
		e.RetryAfter = webhook.Timeout
		return WebhookAttempt{}, e
	}
	e := Event{Time: time.Now().UTC(), Type: "webhook.test", Actor: actor.User, Data: map[string]any{"webhook": id}}
	a, _, failed := b.attempt(ctx, &rec, e)
	b.mu.Lock()
	if live := b.known[id]; live != nil {
		live.note(a)
	}
	b.mu.Unlock()
	data := map[string]any{"status": a.Status, "error": a.Error}
	if err := h.change(ctx, actor, Act{Kind: "webhook.tested", Subject: id, Data: data}, nil); h.noted(err) != nil {
		return a, err
	}
	var own *fault.Error
	switch {
	case errors.As(failed, &own): // its secret cannot be opened
		return a, own
	case failed != nil:
		return a, fault.Wrap(failed, fault.Gateway, "webhook_unreachable", "the receiver gave no answer: %s", a.Error)
	}
	return a, nil
}
