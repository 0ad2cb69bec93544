package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// idlers is how many plugins do nothing at once.
const idlers = 100

// idle measures many plugins that nobody asks.
func (b *bench) idle(ctx context.Context) error {
	fmt.Printf("\n%d idle plugins on one host\n", idlers)
	for _, g := range guests {
		if g.name != "QuickJS" && g.name != "C" {
			continue
		}
		if err := b.idleOf(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) idleOf(ctx context.Context, g guest) error {
	const watched = 10 * time.Second
	code, err := g.compile(ctx, b)
	if errors.Is(err, errNoCompiler) {
		fmt.Printf("  %-8s %v\n", g.name, err)
		return nil
	}
	if err != nil {
		return err
	}
	h, err := b.startHost(ctx, "idle-"+g.name)
	if err != nil {
		return err
	}
	defer h.stop()
	own := h.cmd.Process.Pid
	began := time.Now()
	for n := range idlers {
		zip, err := g.pack(fmt.Sprintf("idle-%03d", n), code, somewhere)
		if err != nil {
			return err
		}
		if _, err := h.install(ctx, zip); err != nil {
			return err
		}
	}
	took := time.Since(began)
	h.settle(ctx)
	before := processes()
	time.Sleep(watched)
	after := processes()
	below := after.below(own)
	plugins, err := memoryOf(below)
	if err != nil {
		return err
	}
	host, err := memoryOf([]int{own})
	if err != nil {
		return err
	}
	percent := func(pids ...int) float64 {
		return 100 * float64(after.cpu(pids...)-before.cpu(pids...)) / float64(watched)
	}
	fmt.Printf("  %-8s plugins (%d processes): PSS %.1f MB, private %.1f MB, PSS of each %.2f MB, %.1f %% of a core in all\n",
		g.name, len(below), plugins.pss, plugins.private, plugins.pss/idlers, percent(below...))
	fmt.Printf("  %-8s host: PSS %.1f MB, %.1f %% of a core; all were installed and started in %.1f s\n", "", host.pss, percent(own), took.Seconds())
	return nil
}
