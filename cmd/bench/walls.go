package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"time"
)

// walls compares the start of a Node program behind its walls with the same program started by hand. What each wall costs by
// itself is measured inside host/process: go test -run '^$' -bench Walls -benchtime 1x ./host/process
func (b *bench) walls(ctx context.Context) error {
	fmt.Println("\nstart of a Node program (plain http) until it answers, behind its walls and bare")
	if err := writeFiles(b.dir, map[string][]byte{"bare/hello.js": []byte(nodeHello)}); err != nil {
		return err
	}
	h, err := b.startHost(ctx, "walls-data")
	if err != nil {
		return err
	}
	defer h.stop()
	runners := []runner{{"bare node", func(ctx context.Context) (float64, error) {
		took, err := timeNode(ctx, filepath.Join(b.dir, "bare"))
		return float64(took) / float64(time.Millisecond), err
	}}}
	for _, v := range []struct {
		name     string
		outbound []string
	}{{"all walls no network", nil}, {"all walls one address granted", []string{somewhere}}} {
		zip, err := guests[0].pack(v.name, []byte(nodeHello), v.outbound...)
		if err != nil {
			return err
		}
		id, err := h.install(ctx, zip)
		if err != nil {
			return err
		}
		runners = append(runners, runner{v.name, func(ctx context.Context) (float64, error) {
			took, err := h.timeStart(ctx, id)
			return float64(took) / float64(time.Millisecond), err
		}})
	}
	times, err := b.turns(ctx, 3*b.rounds, runners...)
	if err != nil {
		return err
	}
	for i, r := range runners {
		fmt.Printf("  %-32s %6.0f ms (lowest %5.0f; %s)   %.2f x bare\n", r.name, median(times[i]), slices.Min(times[i]), spread(times[i]), ratio(times[i], times[0], same))
	}
	return nil
}
