package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// guests compares plugins of every kind with one in Node.js: the start until the first answer, the memory, the requests.
func (b *bench) guests(ctx context.Context) error {
	fmt.Println("\nplugins of every kind, all walls, one address granted: start to the first answer, and memory of all their processes at rest")
	node, err := b.ownNode()
	if err != nil {
		return err
	}
	h, err := b.startHost(ctx, "guests-data", "XC_NODE_PATH="+node)
	if err != nil {
		return err
	}
	defer h.stop()
	all, err := b.withExpress(ctx, guests)
	if err != nil {
		return err
	}
	plugins, err := b.installGuests(ctx, h, all)
	if err != nil {
		return err
	}
	rest := make([]memory, len(plugins))
	runners := make([]runner, len(plugins))
	for i, p := range plugins {
		runners[i] = runner{p.name, func(ctx context.Context) (float64, error) {
			ms, err := h.timeFirstAnswer(ctx, p)
			if err == nil {
				rest[i], err = h.memory(ctx, p.id)
			}
			return ms, err
		}}
	}
	times, err := b.turns(ctx, b.rounds+2, runners...)
	if err != nil {
		return err
	}
	for i, p := range plugins {
		fmt.Printf("  %-14s %7.0f ms (lowest %5.0f)   %5.2f x Node   PSS %6.1f MB   private %6.1f MB   %5.2f x Node's PSS\n", p.name,
			median(times[i]), slices.Min(times[i]), ratio(times[i], times[0], same), rest[i].pss, rest[i].private, rest[i].pss/rest[0].pss)
	}
	return b.guestLoads(ctx, h, plugins)
}

// withExpress puts the packages of express where they are needed: a copied Node.js does not know npm's settings.
func (b *bench) withExpress(ctx context.Context, guests []guest) ([]guest, error) {
	dir, err := b.installExpress(ctx)
	if err != nil {
		return nil, err
	}
	guests = slices.Clone(guests)
	at := slices.IndexFunc(guests, func(g guest) bool { return g.name == express })
	guests[at].files, err = filesBelow(filepath.Join(dir, "node_modules"), "app/node_modules/")
	return guests, err
}

// ownNode copies Node.js, so that no other program of this machine shares its pages: they would take part of its PSS.
func (b *bench) ownNode() (string, error) {
	path, err := exec.LookPath("node")
	if err != nil {
		return "", err
	}
	program, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	file := filepath.Join(b.dir, "node")
	return file, os.WriteFile(file, program, 0o755)
}

// guestLoads measures requests through the host.
func (b *bench) guestLoads(ctx context.Context, h *host, plugins []plugin) error {
	fmt.Println("\nrequests through the host, 16 connections (CPU is host and plugin; in brackets the plugin alone; memory after the load)")
	h.settle(ctx)
	targets := make([]target, len(plugins))
	for i, p := range plugins {
		targets[i] = target{p.name, p.url(h), "Authorization: Bearer " + h.token, h.child, true}
	}
	cells, err := b.loads(ctx, targets...)
	if err != nil {
		return err
	}
	own := func(c cell) float64 { return float64(c.cpu-c.own) / float64(time.Microsecond) }
	var base memory
	for i, p := range plugins {
		m, err := h.memory(ctx, p.id)
		if err != nil {
			return err
		}
		if i == 0 {
			base = m
		}
		rates := make([]float64, len(cells[i]))
		for n, c := range cells[i] {
			rates[n] = c.perSecond
		}
		fmt.Printf("  %-14s %7.0f/s (%s)  %6.1f us CPU (%6.1f)  %4.2f x Node's requests/s, %4.2f (%4.2f) x its CPU   PSS %6.1f MB, %4.2f x\n",
			p.name, median(rates), spread(rates), medianOf(cells[i], cpuOf), medianOf(cells[i], own), ratio(cells[i], cells[0], rateOf),
			ratio(cells[i], cells[0], cpuOf), ratio(cells[i], cells[0], own), m.pss, m.pss/base.pss)
	}
	return nil
}

// timeFirstAnswer starts a plugin anew and returns the milliseconds until it has answered.
func (h *host) timeFirstAnswer(ctx context.Context, p plugin) (float64, error) {
	took, err := h.timeStart(ctx, p.id)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	_, err = h.ask(ctx, p.url(h))
	return float64(took+time.Since(began)) / float64(time.Millisecond), err
}

// ask requests a page of a plugin.
func (h *host) ask(ctx context.Context, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	if h.token != "" {
		req.Header.Set("Authorization", "Bearer "+h.token)
	}
	resp, err := h.http.Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %.500s", url, resp.Status, b)
	}
	return string(b), err
}

// memory is what a plugin's processes keep.
func (h *host) memory(ctx context.Context, id string) (memory, error) {
	var p struct{ PID int }
	if err := h.call(ctx, "GET", "/plugins/"+id, nil, nil, &p); err != nil {
		return memory{}, err
	}
	return memoryOf(processes().branch(h.cmd.Process.Pid, p.PID))
}
