package sso

import (
	"context"
	"crypto/subtle"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"appzone/host"
	"appzone/host/fault"
)

const (
	// AttemptMax is how long a login may take at the provider.
	AttemptMax = 10 * time.Minute
	// usedMax bounds the attempts that are remembered because they came back. The provider takes a code once, too.
	usedMax = 10_000
)

// Attempt is one login on its way. It belongs to the browser that began it: whoever has it can end it.
type Attempt struct {
	// State, Nonce and Verifier tie the provider's answer, its token and its code to this attempt.
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	// Redirect is where the provider sends the browser back.
	Redirect string `json:"redirect"`
	// ReturnTo is where the caller leads the browser then.
	ReturnTo string    `json:"returnTo"`
	Expires  time.Time `json:"expires"`
}

// Answer is what the browser brings back from the provider.
type Answer struct {
	State, Code string
	// Error is the provider's word for why there is no code, Description its sentence.
	Error, Description string
	// Issuer is who answers, "" where the provider does not say (RFC 9207).
	Issuer string
}

// Begin returns a new attempt and the address to send the browser to. The *fault.Error is oidc_unavailable or oidc_busy.
func (c *Client) Begin(ctx context.Context, redirect, returnTo string) (Attempt, string, error) {
	leave, err := c.enter()
	if err != nil {
		return Attempt{}, "", err
	}
	defer leave()
	p, err := c.provider(ctx)
	if err != nil {
		return Attempt{}, "", err
	}
	a := Attempt{State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier(),
		Redirect: redirect, ReturnTo: returnTo, Expires: time.Now().Add(AttemptMax)}
	return a, c.oauth(p, redirect).AuthCodeURL(a.State, oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Finish returns who came back, with what their groups give them: no role where no rule fits. An attempt is finished once,
// whatever comes of it. The *fault.Error is [ErrAttempt] for an answer to another attempt, oidc_denied for one that says no,
// oidc_failed for one that does not hold, oidc_unavailable or oidc_busy.
func (c *Client) Finish(ctx context.Context, a Attempt, answer Answer) (host.External, error) {
	now := time.Now()
	if a.State == "" || now.After(a.Expires) || subtle.ConstantTimeCompare([]byte(a.State), []byte(answer.State)) != 1 || !c.use(a, now) {
		return host.External{}, ErrAttempt()
	}
	switch {
	case answer.Issuer != "" && answer.Issuer != c.o.Issuer:
		return host.External{}, failed(errOtherIssuer)
	case answer.Error != "":
		return host.External{}, refusal(answer)
	case answer.Code == "":
		return host.External{}, failed(errNoCode)
	}
	leave, err := c.enter()
	if err != nil {
		return host.External{}, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, 2*answerTime)
	defer cancel()
	return c.exchange(ctx, a, answer.Code)
}

// ErrAttempt is the error of an answer that belongs to no attempt of this browser.
func ErrAttempt() error {
	return fault.New(fault.Malformed, "oidc_state_invalid", "this login was not begun in this browser, took longer than 10 minutes, or has ended already; begin again")
}

// use tells whether the attempt comes back for the first time.
func (c *Client) use(a Attempt, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.used[a.State]; ok {
		return false
	}
	for state, expires := range c.used {
		if now.After(expires) {
			delete(c.used, state)
		}
	}
	for state := range c.used {
		if len(c.used) < usedMax {
			break
		}
		delete(c.used, state)
	}
	c.used[a.State] = a.Expires
	return true
}
