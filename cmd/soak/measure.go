package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"appzone/cmd/appzone/client"
)

// measures is what must not grow.
type measures struct {
	// memory is what the host has for itself (anonymous pages), in MB; mapped files of the database come and go with the page cache.
	memory      float64
	descriptors int
	goroutines  int
	// children are the host's, whole trees.
	children int
	// disk is what the data folder takes, in MB.
	disk float64
}

func (m measures) String() string {
	return fmt.Sprintf("%6.1f MB memory, %4d descriptors, %4d goroutines, %3d children, %6.1f MB on disk", m.memory, m.descriptors, m.goroutines, m.children, m.disk)
}

const (
	// restTime is how long nothing may change for the host to be at rest, restPatience how long that is waited for.
	restTime     = 5 * time.Second
	restPatience = 3 * time.Minute
)

// atRest waits until the measures stay the same, or are as low as they get, and returns them.
func (s *soak) atRest(ctx context.Context) (measures, error) {
	best, err := s.measure(ctx)
	last := time.Now()
	for end := time.Now().Add(restPatience); err == nil && time.Since(last) < restTime && time.Now().Before(end); {
		select {
		case <-ctx.Done():
			return best, ctx.Err()
		case <-time.After(time.Second):
		}
		s.zone.visits.CloseIdleConnections()
		var now measures
		if now, err = s.measure(ctx); err == nil && now.below(&best) {
			last = time.Now()
		}
	}
	return best, err
}

// below lowers best where m is noticeably lower, and tells whether it was.
func (m measures) below(best *measures) (lower bool) {
	for _, f := range []struct {
		now  float64
		best *float64
	}{{m.memory, &best.memory}, {m.disk, &best.disk}} {
		if f.now < *f.best-0.5 {
			*f.best, lower = f.now, true
		}
	}
	for _, n := range []struct {
		now  int
		best *int
	}{{m.descriptors, &best.descriptors}, {m.goroutines, &best.goroutines}, {m.children, &best.children}} {
		if n.now < *n.best {
			*n.best, lower = n.now, true
		}
	}
	return lower
}

func (s *soak) measure(ctx context.Context) (m measures, err error) {
	pid := s.zone.cmd.Process.Pid
	if m.memory, err = anonymous(pid); err != nil {
		return m, err
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return m, err
	}
	m.descriptors, m.children = len(open), len(below(pid))
	if m.disk, err = sizeOf(s.zone.data); err != nil {
		return m, err
	}
	text, err := s.zone.Stream(ctx, client.Request{Method: http.MethodGet, Path: "/metrics"})
	if err != nil {
		return m, err
	}
	defer text.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(text); err != nil {
		return m, err
	}
	for line := range strings.Lines(b.String()) {
		if value, ok := strings.CutPrefix(line, "go_goroutines "); ok {
			m.goroutines, err = strconv.Atoi(strings.TrimSpace(value))
		}
	}
	return m, err
}

// anonymous is how much memory the process has that is no file's, in MB.
func anonymous(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if value, ok := strings.CutPrefix(line, "Anonymous:"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 64)
			return kb / 1024, err
		}
	}
	return 0, fmt.Errorf("smaps_rollup of %d has no line Anonymous", pid)
}

// below are the processes that descend from root.
func below(root int) []int {
	parents := map[int]int{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		// The name stands in brackets and may hold anything; what follows is the state and the parent.
		if fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:])); len(fields) > 1 {
			parents[pid], _ = strconv.Atoi(fields[1])
		}
	}
	var found []int
	for pid := range parents {
		for p := parents[pid]; p > 1; p = parents[p] {
			if p == root {
				found = append(found, pid)
				break
			}
		}
	}
	return found
}

// sizeOf is what a folder takes on the disk, in MB.
func sizeOf(dir string) (float64, error) {
	var blocks int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // it was removed meanwhile
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return nil //nolint:nilerr // the same
		}
		if stat, ok := info.Sys().(*syscall.Stat_t); ok {
			blocks += stat.Blocks
		}
		return nil
	})
	return float64(blocks) * 512 / (1 << 20), err
}
