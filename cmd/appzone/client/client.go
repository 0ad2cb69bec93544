package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// answerMax bounds an answer that is read whole.
const answerMax = 32 << 20

// Client calls one host.
type Client struct {
	base  *url.URL
	token string
	// cookie is that of a session, which stands for the token.
	cookie string
	http   *http.Client
}

// New makes a client for the host at server, with a bearer token or none.
func New(server, token string) (*Client, error) {
	u, err := url.Parse(server)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("server %q is not a URL such as https://zone.example.org", server)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// No timeout of the whole: uploads and streams take as long as they move. Waiting for a job is bounded by the host.
	transport.ResponseHeaderTimeout = 11 * time.Minute
	return &Client{base: u, token: token, http: &http.Client{Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// Request is one call.
type Request struct {
	Method string
	// Path below the server's URL, its parts escaped; see Path.
	Path  string
	Query url.Values
	// JSON is encoded as the body; Body is sent as it is, with Length bytes if that is not negative.
	JSON   any
	Body   io.Reader
	Length int64
	Header http.Header
}

// Path joins parts of a path, each escaped.
func Path(parts ...string) string {
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return "/api/v1/" + strings.Join(parts, "/")
}

// Answer is a call's outcome.
type Answer struct {
	Status int
	Header http.Header
	Body   json.RawMessage
}

// Into decodes the body.
func (a *Answer) Into(v any) error {
	if err := json.Unmarshal(a.Body, v); err != nil {
		return fmt.Errorf("the answer is not what was expected: %w", err)
	}
	return nil
}

// Do makes the call and reads its answer. What the host refuses is a *Problem.
func (c *Client) Do(ctx context.Context, r Request) (*Answer, error) {
	res, err := c.open(ctx, r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, answerMax))
	if err != nil {
		return nil, explain(err)
	}
	return &Answer{Status: res.StatusCode, Header: res.Header, Body: b}, nil
}

// Stream makes the call and returns the body as it comes. The caller closes it.
func (c *Client) Stream(ctx context.Context, r Request) (io.ReadCloser, error) {
	res, err := c.open(ctx, r)
	if err != nil {
		return nil, err
	}
	return res.Body, nil
}

func (c *Client) open(ctx context.Context, r Request) (*http.Response, error) {
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, explain(err)
	}
	if res.StatusCode >= 300 {
		defer res.Body.Close()
		return nil, problemOf(res)
	}
	return res, nil
}

func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	body, length, kind := r.Body, r.Length, ""
	if r.JSON != nil {
		b, err := json.Marshal(r.JSON)
		if err != nil {
			return nil, err
		}
		body, length, kind = bytes.NewReader(b), int64(len(b)), "application/json"
	}
	target := strings.TrimSuffix(c.base.String(), "/") + r.Path
	if len(r.Query) > 0 {
		target += "?" + r.Query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, target, body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.ContentLength = length
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	if kind != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", kind)
	}
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.cookie != "" {
		req.Header.Set("Cookie", c.cookie)
	}
	req.Header.Set("User-Agent", "appzone")
	return req, nil
}

// explain drops what a person does not need from the errors of net/http.
func explain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		if errors.Is(err, context.Canceled) {
			return errors.New("interrupted")
		}
		return fmt.Errorf("cannot reach the host: %w; is it running, and is --server right", u.Err)
	}
	return err
}
