package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// connections that wrk holds open.
const connections = 16

// target is one side of a comparison of requests.
type target struct {
	name   string
	url    string
	header string
	server *child
	tree   bool // its children do the work
}

// cell is what one side did in one turn.
type cell struct {
	perSecond float64
	// cpu is the server's processor time for one request, own that of its process without its children.
	cpu, own time.Duration
}

var (
	countPattern = regexp.MustCompile(`(\d+) requests in`)
	ratePattern  = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	wrongPattern = regexp.MustCompile(`Non-2xx or 3xx responses: \d+|Socket errors: .*`)
)

// load sends requests to one target for some seconds.
func load(ctx context.Context, t target, seconds int) (cell, error) {
	args := []string{"-t1", "-c" + strconv.Itoa(connections), "-d" + strconv.Itoa(seconds) + "s"}
	if t.header != "" {
		args = append(args, "-H", t.header)
	}
	before, ownBefore := t.server.cpu(t.tree), t.server.cpu(false)
	out, err := exec.CommandContext(ctx, "wrk", append(args, t.url)...).CombinedOutput()
	used, own := t.server.cpu(t.tree)-before, t.server.cpu(false)-ownBefore
	text := string(out)
	if err != nil {
		return cell{}, fmt.Errorf("wrk: %w: %s", err, text)
	}
	if wrong := wrongPattern.FindString(text); wrong != "" {
		return cell{}, fmt.Errorf("%s answered wrongly: %s", t.name, strings.TrimSpace(wrong))
	}
	count, rate := countPattern.FindStringSubmatch(text), ratePattern.FindStringSubmatch(text)
	if count == nil || rate == nil {
		return cell{}, fmt.Errorf("wrk said something else: %s", text)
	}
	n, _ := strconv.Atoi(count[1])
	perSecond, _ := strconv.ParseFloat(rate[1], 64)
	requests := time.Duration(max(n, 1))
	return cell{perSecond: perSecond, cpu: used / requests, own: own / requests}, nil
}

// loads lets the targets take turns and returns what each did, round by round.
func (b *bench) loads(ctx context.Context, targets ...target) ([][]cell, error) {
	cells := make([][]cell, len(targets))
	for _, t := range targets { // connections, caches, and just-in-time compilers get warm
		if _, err := load(ctx, t, 1); err != nil {
			return nil, err
		}
	}
	for range b.rounds {
		for i, t := range targets {
			c, err := load(ctx, t, b.seconds)
			if err != nil {
				return nil, err
			}
			cells[i] = append(cells[i], c)
		}
	}
	return cells, nil
}

func rateOf(c cell) float64 { return c.perSecond }
func cpuOf(c cell) float64  { return float64(c.cpu) / float64(time.Microsecond) }

// compare prints a line for each target, the first of them being what the others are compared with.
func (b *bench) compare(ctx context.Context, what string, targets ...target) error {
	cells, err := b.loads(ctx, targets...)
	if err != nil {
		return err
	}
	for i, t := range targets {
		line := fmt.Sprintf("  %-26s %-8s %9.0f/s  %7.1f us CPU", what, t.name, medianOf(cells[i], rateOf), medianOf(cells[i], cpuOf))
		if i > 0 {
			line += fmt.Sprintf("   appzone: %.2f x requests/s, %.2f x CPU", ratio(cells[0], cells[i], rateOf), ratio(cells[0], cells[i], cpuOf))
		}
		fmt.Println(line)
		what = ""
	}
	return nil
}
