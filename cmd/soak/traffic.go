package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"appzone/cmd/appzone/client"
)

// sendRequests visits one plugin after the other until ctx ends, and counts what went wrong.
func (s *soak) sendRequests(ctx context.Context) error {
	for ctx.Err() == nil {
		p := s.fleet[rand.IntN(len(s.fleet))]
		before := p.troubled.Load()
		wrong := s.request(ctx, p)
		if ctx.Err() != nil {
			return nil
		}
		s.tally.count(p.id, wrong, before%2 == 1 || p.troubled.Load() != before)
	}
	return nil
}

// request makes one and tells what was wrong with its answer, "" for nothing.
func (s *soak) request(ctx context.Context, p *plugin) string {
	method, body, want := http.MethodGet, "", "version 1.0."
	path := "index.html"
	if p.kind != kindHTML {
		path = "anything"
		if rand.IntN(3) == 0 {
			method, body = http.MethodPost, filler(fmt.Sprint(rand.Uint64()), rand.IntN(64<<10))
			want = body
		}
	}
	status, text, err := s.zone.visit(ctx, method, p.id, path, body)
	switch {
	case err != nil:
		return err.Error()
	case status != http.StatusOK:
		return fmt.Sprintf("%s %s: %d %.300s", method, path, status, text)
	case method == http.MethodPost && text != want, !strings.HasPrefix(text, want):
		return fmt.Sprintf("%s %s: an answer of %d bytes is not the one that was expected", method, path, len(text))
	}
	return ""
}

// watchStreams follows events and logs, for some seconds each time, as consoles do.
func (s *soak) watchStreams(ctx context.Context) error {
	for ctx.Err() == nil {
		path, query := client.Path("events"), url.Values{}
		if p := s.fleet[rand.IntN(len(s.fleet))]; p.kind != kindHTML && rand.IntN(2) == 0 {
			path, query = client.Path("plugins", p.id, "logs"), url.Values{"follow": {"true"}, "tail": {"20"}}
		}
		if err := s.watch(ctx, path, query); err != nil {
			return err
		}
	}
	return nil
}

func (s *soak) watch(ctx context.Context, path string, query url.Values) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(1+rand.IntN(5))*time.Second)
	defer cancel()
	stream, err := s.zone.Stream(ctx, client.Request{Method: http.MethodGet, Path: path, Query: query, Header: http.Header{"Accept": {"text/event-stream"}}})
	if err != nil {
		return excuse(ctx, err)
	}
	defer stream.Close()
	_, err = io.Copy(io.Discard, stream)
	return excuse(ctx, err)
}

// excuse drops an error that is the end of the time, and that of a plugin which is being removed and installed again.
func excuse(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil {
		return nil
	}
	if problem := (*client.Problem)(nil); errors.As(err, &problem) && problem.Status == http.StatusNotFound {
		return nil
	}
	return err
}
