package webhook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// Timeout bounds one attempt, from the look-up of the name to the end of the answer.
	Timeout = 10 * time.Second
	// answerMax is how much of an answer's body is read.
	answerMax = 4 << 10
)

// Message is what is sent.
type Message struct {
	// URL is the receiver's.
	URL string
	// Secrets sign it; one is enough. A receiver that knows any of them takes it.
	Secrets []string
	// ID is the same at each attempt, so that a receiver knows what it has already.
	ID string
	// Body is JSON.
	Body []byte
}

// Answer is what the receiver said.
type Answer struct {
	Status int
	// RetryAfter is how long it asks to be left alone; zero when it does not.
	RetryAfter time.Duration
}

// Taken tells whether the receiver has the message.
func (a Answer) Taken() bool { return a.Status >= 200 && a.Status <= 299 }

// Send makes one attempt through the transport, within [Timeout]. An error says why there is no answer; it does not have the URL, whose path may be a
// secret.
func Send(ctx context.Context, transport http.RoundTripper, m Message) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	request, err := m.request(ctx, time.Now())
	if err != nil {
		return Answer{}, err
	}
	response, err := transport.RoundTrip(request) // which follows no redirect
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	defer context.AfterFunc(ctx, func() { _ = response.Body.Close() })() // after a change of the protocol it is the connection, and knows nothing of ctx
	_, _ = io.CopyN(io.Discard, response.Body, answerMax)                // so that the connection can be used again; the status is all that counts
	return Answer{response.StatusCode, retryAfter(response.Header.Get("Retry-After"), time.Now())}, nil
}

func (m Message) request(ctx context.Context, at time.Time) (*http.Request, error) {
	signatures := make([]string, len(m.Secrets))
	for i, secret := range m.Secrets {
		var err error
		if signatures[i], err = Sign(secret, m.ID, at, m.Body); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return nil, withoutURL(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "AppZone-Webhook/1")
	r.Header.Set("Webhook-Id", m.ID)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("Webhook-Signature", strings.Join(signatures, " "))
	return r, nil
}

// withoutURL is the cause alone.
func withoutURL(err error) error {
	var with *url.Error
	if errors.As(err, &with) {
		return with.Err
	}
	return err
}

// retryAfter reads a header of seconds or a date (RFC 9110); what is neither, or past, is zero.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}
