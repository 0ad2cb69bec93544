package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/webhook"
)

// The example of the specification.
func TestTheSignatureIsTheSpecifications(t *testing.T) {
	got, err := webhook.Sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	require.NoError(t, err)
	assert.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", got)
	_, err = webhook.Sign("whsec_", "id", time.Unix(1, 0), nil)
	assert.Error(t, err)
	assert.NotEqual(t, webhook.NewSecret(), webhook.NewSecret())
}

func TestAMessageIsSignedWithEachSecret(t *testing.T) {
	secrets := []string{webhook.NewSecret(), webhook.NewSecret()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seconds, _ := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
		for i, got := range strings.Fields(r.Header.Get("webhook-signature")) {
			want, _ := webhook.Sign(secrets[i], r.Header.Get("webhook-id"), time.Unix(seconds, 0), body)
			if !hmac.Equal([]byte(want), []byte(got)) || time.Since(time.Unix(seconds, 0)) > time.Minute || r.Method != http.MethodPost {
				w.WriteHeader(http.StatusUnauthorized)
			}
		}
	}))
	defer server.Close()
	answer, err := webhook.Send(t.Context(), http.DefaultTransport, webhook.Message{URL: server.URL, Secrets: secrets, ID: "one", Body: []byte(`{"a":1}`)})
	require.NoError(t, err)
	assert.True(t, answer.Taken())
}

// E1: a redirect is an answer, and not followed.
func TestARedirectIsNotFollowed(t *testing.T) {
	followed := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed = true }))
	defer inside.Close()
	server := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	answer, err := webhook.Send(t.Context(), http.DefaultTransport, webhook.Message{URL: server.URL, ID: "one"})
	require.NoError(t, err)
	assert.Equal(t, http.StatusTemporaryRedirect, answer.Status)
	assert.False(t, answer.Taken())
	assert.False(t, followed)
}

// E1: so is one that leads nowhere.
func TestARedirectIsAnAnswerWhereverItLeads(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://[::1]:port/topsecret")
		w.WriteHeader(http.StatusFound)
	}))
	defer server.Close()
	answer, err := webhook.Send(t.Context(), http.DefaultTransport, webhook.Message{URL: server.URL, ID: "one"})
	require.NoError(t, err)
	assert.Equal(t, http.StatusFound, answer.Status)
}

// transport answers by itself.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// E5, D10: an endless answer is not read to its end, and a slow one not waited for.
func TestAnAnswerIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		endless := &counted{}
		answer, err := webhook.Send(t.Context(), transport(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Body: endless, Header: http.Header{"Retry-After": {"7"}}}, nil
		}), webhook.Message{URL: "https://receiver.example", ID: "one"})
		require.NoError(t, err)
		assert.Equal(t, webhook.Answer{Status: 200, RetryAfter: 7 * time.Second}, answer)
		assert.LessOrEqual(t, endless.read, 64<<10)

		begun := time.Now()
		_, err = webhook.Send(t.Context(), transport(func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}), webhook.Message{URL: "https://receiver.example", ID: "one"})
		require.Error(t, err)
		assert.Equal(t, webhook.Timeout, time.Since(begun))
	})
}

// D10: one that changes the protocol is not waited for either: what follows it is the connection, which knows nothing of the request's time.
func TestAnAnswerThatIsAConnectionIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		begun := time.Now()
		answer, err := webhook.Send(t.Context(), transport(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusSwitchingProtocols, Body: near}, nil
		}), webhook.Message{URL: "https://receiver.example", ID: "one"})
		require.NoError(t, err)
		assert.False(t, answer.Taken())
		assert.LessOrEqual(t, time.Since(begun), webhook.Timeout)
	})
}

// counted is a body without an end.
type counted struct{ read int }

func (c *counted) Read(p []byte) (int, error) { c.read += len(p); return len(p), nil }
func (*counted) Close() error                 { return nil }

func TestRetryAfterIsSecondsOrADate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for text, want := range map[string]time.Duration{"": 0, "0": 0, "120": 2 * time.Minute, "-5": 0, "soon": 0, "99999999999999999999": 0,
			time.Now().UTC().Add(time.Hour).Format(http.TimeFormat): time.Hour, time.Now().UTC().Add(-time.Hour).Format(http.TimeFormat): 0} {
			answer, err := webhook.Send(t.Context(), transport(func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: 503, Body: http.NoBody, Header: http.Header{"Retry-After": {text}}}, nil
			}), webhook.Message{URL: "https://receiver.example", ID: "one"})
			require.NoError(t, err)
			assert.Equal(t, want, answer.RetryAfter, text)
		}
	})
}

// H8: an error is told to people, and the URL's path is often all that a receiver asks for.
func TestAnErrorDoesNotHaveTheURL(t *testing.T) {
	cause := errors.New("connection refused")
	_, err := webhook.Send(t.Context(), transport(func(*http.Request) (*http.Response, error) { return nil, cause }),
		webhook.Message{URL: "https://receiver.example/secret-path", ID: "one", Body: bytes.Repeat([]byte("x"), 100)})
	require.ErrorIs(t, err, cause)
	assert.NotContains(t, err.Error(), "secret-path")
	_, err = webhook.Send(t.Context(), http.DefaultTransport, webhook.Message{URL: "https://receiver.example:port/secret-path"})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "secret-path")
}
