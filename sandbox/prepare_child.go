package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"appzone/host"
	"appzone/host/fault"
	"appzone/host/process"
)

// maxCompileLines bounds what is kept of a child's output.
const maxCompileLines = 100

// childSpec is a child that reads what a plugin brings: bounded in memory, time and files, and able to write where it says.
type childSpec struct {
	entry, args         string
	env                 []string
	readOnly, readWrite []string
}

// runChild runs such a child to its end and returns what it found. Errors: compile_memory_limit, compile_timeout,
// compile_failed, ctx's.
func (r *Runtime) runChild(ctx context.Context, s host.Staged, c childSpec) (compileResult, error) {
	var out transcript
	child, err := process.Start(ctx, process.Spec{
		Name: c.entry, Entry: c.entry, Args: []string{c.args}, Env: c.env,
		Jail:   process.Jail{ReadOnly: c.readOnly, ReadWrite: c.readWrite, User: process.BuildUser},
		Limits: process.Limits{MemoryBytes: r.options.CompileMemoryBytes, OpenFiles: 64, FileBytes: maxCodeBytes},
		Output: out.add,
	})
	if err != nil {
		return compileResult{}, err
	}
	timer := time.NewTimer(r.options.CompileTimeout)
	defer timer.Stop()
	select {
	case <-child.Done():
		return r.explainChild(s, child.Exit(), &out)
	case <-ctx.Done():
		child.Kill()
		return compileResult{}, ctx.Err()
	case <-timer.C:
		child.Kill()
		return compileResult{}, fault.New(fault.Invalid, codeCompileTimeout,
			"%s was not compiled within %s: a function in it is built to be hard to compile, or the machine is very slow", s.Manifest.Parameters.WASMPath, r.options.CompileTimeout)
	}
}

// explainChild turns the end of a child into what it found.
func (r *Runtime) explainChild(s host.Staged, exit process.Exit, out *transcript) (compileResult, error) {
	result, err := out.result()
	switch {
	case exit.Code == 0 && err == nil && result.Code != codeCompileMemory:
		return result, nil
	case result.Code == codeCompileMemory, exit.Limit == process.LimitMemory, exit.Signal == "SIGKILL", exit.Code != 0 && out.outOfMemory():
		return result, fault.New(fault.Invalid, codeCompileMemory,
			"%s needs more than %s of memory to be compiled: a function in it is far too large, or built to be hard to compile",
			s.Manifest.Parameters.WASMPath, mebibytes(r.options.CompileMemoryBytes))
	}
	return result, fault.Wrap(errors.New(out.text()), fault.Internal, "compile_failed", "the compiler ended without a result (%s)", exit.Cause)
}

// transcript keeps the beginning of a child's output.
type transcript struct {
	mu    sync.Mutex
	lines []process.Line
}

func (t *transcript) add(l process.Line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) < maxCompileLines {
		t.lines = append(t.lines, l)
	}
}

// result is the last line of standard output.
func (t *transcript) result() (compileResult, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var r compileResult
	for i := len(t.lines) - 1; i >= 0; i-- {
		if t.lines[i].Stream == process.Stdout {
			return r, json.Unmarshal([]byte(t.lines[i].Text), &r)
		}
	}
	return r, errors.New("no result")
}

// outOfMemory says whether the Go runtime of the child gave up for lack of memory.
func (t *transcript) outOfMemory() bool {
	text := t.text()
	return strings.Contains(text, "out of memory") || strings.Contains(text, "cannot allocate memory") ||
		strings.Contains(text, "pthread_create failed") // there was no room for a stack
}

func (t *transcript) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var b strings.Builder
	for _, l := range t.lines {
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	return b.String()
}
