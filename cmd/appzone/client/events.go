package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
)

// lineMax is the longest line of a stream that is read.
const lineMax = 1 << 20

// Events calls fn with the data of each server-sent event until the stream or ctx ends.
func (c *Client) Events(ctx context.Context, r Request, fn func(data json.RawMessage) error) error {
	r.Header = http.Header{"Accept": {"text/event-stream"}}
	return c.lines(ctx, r, func(line []byte) error {
		if data, ok := bytes.CutPrefix(line, []byte("data: ")); ok {
			return fn(data)
		}
		return nil
	})
}

// Lines calls fn with each line of an NDJSON stream that is not empty.
func (c *Client) Lines(ctx context.Context, r Request, fn func(line json.RawMessage) error) error {
	r.Header = http.Header{"Accept": {"application/x-ndjson"}}
	return c.lines(ctx, r, func(line []byte) error {
		if len(line) == 0 {
			return nil
		}
		return fn(line)
	})
}

func (c *Client) lines(ctx context.Context, r Request, fn func([]byte) error) error {
	body, err := c.Stream(ctx, r)
	if err != nil {
		return err
	}
	defer body.Close()
	scanner := bufio.NewScanner(io.Reader(body))
	scanner.Buffer(make([]byte, 0, 64<<10), lineMax)
	for scanner.Scan() {
		if err := fn(scanner.Bytes()); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return nil // the person who watched has seen enough
	}
	return scanner.Err()
}
