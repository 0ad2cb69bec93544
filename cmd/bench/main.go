package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// timeLimit bounds the whole run.
const timeLimit = 25 * time.Minute

// bench is one run.
type bench struct {
	appzone string // the binary to measure, absolute
	dir     string // everything that the run writes
	seconds int    // of one cell of requests
	rounds  int
}

// parts are the comparisons, in the order in which they run.
var parts = []struct {
	name  string
	needs []string // programs
	run   func(*bench, context.Context) error
}{
	{"static", []string{"wrk", "nginx", "node", "npm"}, (*bench).static},
	{"proxy", []string{"wrk", "nginx"}, (*bench).proxy},
	{"install", []string{"unzip"}, (*bench).install},
	{"start", []string{"node", "npm"}, (*bench).start},
	{"guests", []string{"wrk", "node", "npm", "go"}, (*bench).guests},
	{"idle", nil, (*bench).idle},
	{"walls", []string{"node"}, (*bench).walls},
	{"egress", []string{"node", "go"}, (*bench).egress},
}

func main() {
	if len(os.Args) > 1 && serveAsNode(os.Args[1:]) {
		return
	}
	b := &bench{}
	flag.StringVar(&b.appzone, "appzone", "bin/appzone", "`binary` to measure")
	flag.IntVar(&b.seconds, "seconds", 1, "how long one cell of requests takes")
	flag.IntVar(&b.rounds, "rounds", 3, "how often the sides take turns")
	only := flag.String("only", "", "run one `part`: static, proxy, install, start, guests, idle, walls or egress")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := b.run(ctx, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (b *bench) run(ctx context.Context, only string) (err error) {
	ctx, cancel := context.WithTimeout(ctx, timeLimit)
	defer cancel()
	if b.appzone, err = filepath.Abs(b.appzone); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "appzone-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	for _, p := range parts {
		if only != "" && only != p.name {
			continue
		}
		if missing := lacks(p.needs); missing != "" {
			fmt.Printf("\n%s: left out, %s is not installed\n", p.name, missing)
			continue
		}
		if err := p.run(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// lacks returns the first program that is not installed.
func lacks(programs []string) string {
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return p
		}
	}
	return ""
}
