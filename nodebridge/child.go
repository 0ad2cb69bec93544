package nodebridge

import (
	"context"
	"encoding/json"
	"time"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/process"
)

// importsEntry is the word for the child that reads code.
const importsEntry = "nodebridge-imports"

const (
	readTimeout     = 30 * time.Second
	readMemoryBytes = 1 << 30
)

// Entries are the functions that children of this package run in place of a program; the
// binary gives them to process.Main.
func Entries() map[string]process.Entry {
	return map[string]process.Entry{importsEntry: runReadImports}
}

// run starts a child and waits for its end, or ends it when ctx does.
func run(ctx context.Context, spec process.Spec) (process.Exit, error) {
	p, err := process.Start(ctx, spec)
	if err != nil {
		return process.Exit{}, err
	}
	select {
	case <-p.Done():
		return p.Exit(), nil
	case <-ctx.Done():
		p.Kill()
		return p.Exit(), ctx.Err()
	}
}

// readCode reads a version's code in a child of its own: a parser's memory and time are the
// code's to decide.
func readCode(ctx context.Context, s host.Staged, entry string) ([]fact, error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	var facts []fact
	exit, err := run(ctx, process.Spec{
		Name: "appzone-imports", Entry: importsEntry, Args: []string{s.CodeDir, entry}, Dir: s.CodeDir,
		Env:    []string{"GOMAXPROCS=2", "GOMEMLIMIT=512MiB", "GOTRACEBACK=none"},
		Jail:   process.Jail{ReadOnly: []string{s.CodeDir}, User: process.BuildUser},
		Limits: process.Limits{MemoryBytes: readMemoryBytes},
		Output: func(l process.Line) {
			var f fact
			if l.Stream == process.Stdout && len(facts) < factsMax && json.Unmarshal([]byte(l.Text), &f) == nil {
				facts = append(facts, f)
			}
		},
	})
	if err != nil {
		return nil, err
	}
	if exit.Code != 0 {
		return nil, fault.New(fault.Invalid, "code_unreadable", "the code could not be read for its imports: %s", exit.Cause)
	}
	return facts, nil
}
