package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"appzone/cmd/appzone/client"
)

// How often each kind of change happens.
const (
	killInterval    = 2 * time.Second
	restartInterval = 3 * time.Second
	moveInterval    = 2 * time.Second
	replaceInterval = 5 * time.Second
	// recovery bounds how long a killed program may take to come back.
	recovery = time.Minute
)

// one picks a plugin that fits and that nothing else changes at the moment, nil if there is none. The caller unlocks it.
func (s *soak) one(fits func(*plugin) bool) *plugin {
	for range 100 {
		if p := s.fleet[rand.IntN(len(s.fleet))]; fits(p) && p.busy.TryLock() {
			return p
		}
	}
	return nil
}

// killPrograms kills one program after the other, and waits until it is back.
func (s *soak) killPrograms(ctx context.Context) error {
	return every(ctx, killInterval, func(ctx context.Context) error {
		p := s.one(func(p *plugin) bool { return p.kind != kindHTML })
		if p == nil {
			return nil
		}
		defer p.busy.Unlock()
		view, err := s.view(ctx, p)
		if err != nil || view.PID == 0 {
			return err
		}
		defer p.trouble()()
		if err := syscall.Kill(view.PID, syscall.SIGKILL); err != nil {
			return fmt.Errorf("kill the program of %s: %w", p.id, err)
		}
		s.tally.kills.Add(1)
		return s.awaitReturn(ctx, p, view.PID)
	})
}

// view is what is needed of GET /plugins/{id}.
type view struct {
	State string
	PID   int
}

func (s *soak) view(ctx context.Context, p *plugin) (v view, err error) {
	answer, err := s.zone.Do(ctx, client.Request{Method: http.MethodGet, Path: client.Path("plugins", p.id)})
	if err != nil {
		return v, err
	}
	return v, answer.Into(&v)
}

// awaitReturn waits until the plugin runs in another process than before.
func (s *soak) awaitReturn(ctx context.Context, p *plugin, before int) error {
	for end := time.Now().Add(recovery); ; time.Sleep(50 * time.Millisecond) {
		now, err := s.view(ctx, p)
		if err != nil || now.State == "running" && now.PID != before {
			return err
		}
		if now.State == "failed" || time.Now().After(end) {
			return fmt.Errorf("%s is %s after a kill, and does not come back", p.id, now.State)
		}
	}
}

// restartPrograms restarts one program after the other. Requests wait meanwhile, and none may fail.
func (s *soak) restartPrograms(ctx context.Context) error {
	return every(ctx, restartInterval, func(ctx context.Context) error {
		p := s.one(func(p *plugin) bool { return p.kind != kindHTML })
		if p == nil {
			return nil
		}
		defer p.busy.Unlock()
		s.tally.restarts.Add(1)
		return s.act(ctx, p, "restart", nil, nil)
	})
}

// moveVersions upgrades some plugins, and goes back to the former version sometimes. No request may fail.
func (s *soak) moveVersions(ctx context.Context) error {
	return every(ctx, moveInterval, func(ctx context.Context) error {
		p := s.one(func(p *plugin) bool { return p.moves })
		if p == nil {
			return nil
		}
		defer p.busy.Unlock()
		if err := s.upgrade(ctx, p); err != nil {
			return err
		}
		s.tally.upgrades.Add(1)
		if rand.IntN(3) > 0 {
			return nil
		}
		s.tally.rollbacks.Add(1)
		return s.act(ctx, p, "rollback", map[string]any{}, nil)
	})
}

// upgrade gives the plugin its next version.
func (s *soak) upgrade(ctx context.Context, p *plugin) error {
	p.number++
	return s.install(ctx, p)
}

// replacePlugins removes a plugin with all that it has, and installs it again.
func (s *soak) replacePlugins(ctx context.Context) error {
	return every(ctx, replaceInterval, func(ctx context.Context) error {
		p := s.one(func(p *plugin) bool { return p.comes })
		if p == nil {
			return nil
		}
		defer p.busy.Unlock()
		defer p.trouble()()
		_, err := s.zone.Do(ctx, client.Request{Method: http.MethodDelete, Path: client.Path("plugins", p.id), Query: url.Values{"force": {"true"}}})
		if err != nil {
			return fmt.Errorf("remove %s: %w", p.id, err)
		}
		s.tally.replacements.Add(1)
		return s.install(ctx, p)
	})
}
