package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// soak is one run.
type soak struct {
	appzone  string // the binary, absolute
	dir      string // everything that the run writes
	duration time.Duration
	plugins  int
	workers  int

	zone  *zone
	fleet []*plugin
	tally tally
}

func main() {
	s := &soak{}
	flag.StringVar(&s.appzone, "appzone", "bin/appzone", "`binary` to run")
	flag.DurationVar(&s.duration, "duration", 20*time.Minute, "how long the load lasts")
	flag.IntVar(&s.plugins, "plugins", 240, "how many plugins there are")
	flag.IntVar(&s.workers, "workers", 8, "how many clients send requests, each as fast as it is answered")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

func (s *soak) run(ctx context.Context) (err error) {
	if s.appzone, err = filepath.Abs(s.appzone); err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp("", "appzone-soak-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.dir)) }()
	if s.zone, err = startZone(ctx, s.appzone, s.dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.zone.stop()) }()
	if err := s.settleIn(ctx); err != nil {
		return err
	}
	before, err := s.atRest(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("before  %s\n", before)
	s.tally.reset()
	if err := s.load(ctx, s.duration, true); err != nil {
		return err
	}
	after, err := s.atRest(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("after   %s\n\n%s\n", after, s.tally.String())
	return errors.Join(verdict(before, after), s.tally.verdict())
}

// settleIn installs the plugins and lets everything happen for a while, so that caches are full and old versions are as many as are kept.
func (s *soak) settleIn(ctx context.Context) error {
	began := time.Now()
	if err := s.installFleet(ctx); err != nil {
		return err
	}
	fmt.Printf("%d plugins installed in %s\n", len(s.fleet), time.Since(began).Round(time.Second))
	for range versionsKept + 2 {
		for _, p := range s.fleet {
			if p.moves {
				if err := s.upgrade(ctx, p); err != nil {
					return err
				}
			}
		}
	}
	return s.load(ctx, min(max(s.duration/5, 5*time.Second), 2*time.Minute), false)
}

// load lets all that the run does happen at the same time. Its first error that is no counted failure ends it.
func (s *soak) load(ctx context.Context, d time.Duration, show bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, d, errTimeIsUp)
	defer cancel()
	var all sync.WaitGroup
	failed := make(chan error, 64)
	goAll := func(n int, work func(context.Context) error) {
		for range n {
			all.Go(func() {
				if err := work(ctx); err != nil && ctx.Err() == nil {
					failed <- err
					cancel()
				}
			})
		}
	}
	goAll(s.workers, s.sendRequests)
	goAll(2, s.watchStreams)
	goAll(1, s.killPrograms)
	goAll(1, s.restartPrograms)
	goAll(1, s.moveVersions)
	goAll(1, s.replacePlugins)
	if show {
		goAll(1, s.showProgress)
	}
	all.Wait()
	select {
	case err := <-failed:
		return err
	default:
	}
	if cause := context.Cause(ctx); !errors.Is(cause, errTimeIsUp) {
		return cause
	}
	return nil
}

var errTimeIsUp = errors.New("the time is up")

// every calls work now and then until ctx ends. What was begun is brought to its end.
func every(ctx context.Context, d time.Duration, work func(context.Context) error) error {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := work(context.WithoutCancel(ctx)); err != nil {
				return err
			}
		}
	}
}

// showProgress prints a line a few times, so that growth can be seen while it happens.
func (s *soak) showProgress(ctx context.Context) error {
	return every(ctx, max(s.duration/10, time.Second), func(ctx context.Context) error {
		m, err := s.measure(ctx)
		if err == nil {
			fmt.Printf("        %s  %s\n", m, s.tally.short())
		}
		return err
	})
}
