package process_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/fault"
	"appzone/host/process"
)

func TestExit(t *testing.T) {
	tests := map[string]struct {
		script string
		exit   process.Exit
	}{
		"clean":           {"exit 0", process.Exit{Code: 0, Cause: "exited with code 0"}},
		"with a code":     {"exit 7", process.Exit{Code: 7, Cause: "exited with code 7"}},
		"crash":           {"kill -SEGV $$", process.Exit{Code: -1, Signal: "SIGSEGV", Cause: "crashed (SIGSEGV)"}},
		"killed":          {"kill -KILL $$", process.Exit{Code: -1, Signal: "SIGKILL", Cause: "killed from outside (SIGKILL): by a person, another program, or the kernel when memory ran out"}},
		"ended by itself": {"kill -TERM $$", process.Exit{Code: -1, Signal: "SIGTERM", Cause: "ended by SIGTERM"}},
	}
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				spec, out := shell("echo hello; echo oops >&2; " + test.script)
				exit := run(t, spec)
				assert.WithinDuration(t, time.Now(), exit.Time, 10*time.Second)
				exit.Time = time.Time{}
				assert.Equal(t, test.exit, exit)
				assert.ElementsMatch(t, []string{"hello", "oops"}, strings.Fields(out.text()))
			})
		}
	})
}

func TestEntry(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		spec, out := entry("args", "a", "b c")
		spec.Env = []string{"X=1"}
		assert.Equal(t, 3, run(t, spec).Code)
		assert.Equal(t, "[\"test-entry\" \"a\" \"b c\"] [\"a\" \"b c\"]\nX=1\n", out.text())
	})
}

func TestEntryThatPanicsEndsWithCode2(t *testing.T) {
	spec, out := entry("panic")
	assert.Equal(t, 2, run(t, spec).Code)
	assert.Contains(t, out.text(), "on purpose")
}

func TestStopLetsTheProgramEnd(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		for _, kind := range []string{"program", "entry"} {
			spec, out := entry("wait")
			if kind == "program" {
				spec, out = shell("trap 'echo stopping; exit 0' TERM; echo waiting; while :; do sleep 0.01; done")
			}
			p := start(t, spec)
			out.await(t, "waiting")
			p.Stop(20 * time.Second)
			assert.Equal(t, "exited with code 0 after it was told to stop", p.Exit().Cause, kind)
			assert.Contains(t, out.text(), "stopping")
		}
	})
}

// F4: SIGTERM ignored, and a child that was stopped by SIGSTOP.
func TestStopKillsWhatIgnoresIt(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		n := word()
		spec, out := shell("trap '' TERM; echo waiting; sleep " + n + " & while :; do sleep " + n + "; done")
		p := start(t, spec)
		out.await(t, "waiting")
		p.Stop(100 * time.Millisecond)
		assert.Equal(t, "killed by the host: it did not end in time after SIGTERM", p.Exit().Cause)
		assert.Equal(t, "SIGKILL", p.Exit().Signal)
		requireGone(t, n)
	})
}

func TestStopReachesAStoppedProgram(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		spec, out := shell("trap 'exit 4' TERM; echo waiting; kill -STOP $$; sleep 1000")
		p := start(t, spec)
		out.await(t, "waiting")
		p.Stop(20 * time.Second)
		assert.Equal(t, 4, p.Exit().Code)
	})
}

// F6: double click, two administrators at once.
func TestStopJoins(t *testing.T) {
	spec, out := entry("wait")
	p := start(t, spec)
	out.await(t, "waiting")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { p.Stop(20 * time.Second) })
		all.Go(func() { _, _ = p.Usage() })
	}
	all.Wait()
	assert.Equal(t, 0, p.Exit().Code)
	p.Stop(0)
	p.Kill()
	assert.Equal(t, 0, p.Exit().Code)
}

// F1: setsid, double fork, orphans.
const escape = "setsid sleep $0 & (setsid sleep $0 & ) ; (sleep $0 &) ; "

func TestTheWholeTreeEnds(t *testing.T) {
	ways := map[string]func(p *process.Process){
		"by stop": func(p *process.Process) { p.Stop(10 * time.Second) },
		"by kill": func(p *process.Process) { p.Kill() },
		"when the program is killed from outside": func(p *process.Process) {
			_ = syscall.Kill(p.PID(), syscall.SIGKILL)
		},
	}
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		for name, end := range ways {
			t.Run(name, func(t *testing.T) {
				n := word()
				spec, out := shell(escape + "echo waiting; sleep 1000")
				spec.Args = append(spec.Args, n)
				p := start(t, spec)
				out.await(t, "waiting")
				require.Eventually(t, func() bool { return len(running("sleep "+n)) == 3 }, 5*time.Second, 10*time.Millisecond)
				end(p)
				await(t, p)
				assert.NotEmpty(t, p.Exit().Signal)
				requireGone(t, n)
			})
		}
	})
}

func TestTheWholeTreeEndsWithTheProgram(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		n := word()
		spec, _ := shell(escape + "exit 5")
		spec.Args = append(spec.Args, n)
		assert.Equal(t, 5, run(t, spec).Code)
		requireGone(t, n)
	})
}

func TestStartFails(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Chmod(dir, 0o755))
	text := filepath.Join(dir, "text")
	require.NoError(t, os.WriteFile(text, []byte("not a program"), 0o755))
	plain := filepath.Join(dir, "plain")
	require.NoError(t, os.WriteFile(plain, []byte("#!/bin/sh\n"), 0o644))
	tests := map[string]struct {
		change func(s *process.Spec)
		code   string
	}{
		"missing program":           {func(s *process.Spec) { s.Path = "/usr/bin/no-such-program" }, "program_missing"},
		"missing interpreter":       {func(s *process.Spec) { s.Path = text; _ = os.WriteFile(text, []byte("#!/no/such\n"), 0o755) }, "program_missing"},
		"not executable":            {func(s *process.Spec) { s.Path = plain }, "program_refused"},
		"a folder":                  {func(s *process.Spec) { s.Path = "/usr" }, "program_refused"},
		"unknown entry":             {func(s *process.Spec) { s.Path, s.Entry = "", "no-such" }, "entry_unknown"},
		"neither program nor entry": {func(s *process.Spec) { s.Path = "" }, "process_invalid"},
		"both":                      {func(s *process.Spec) { s.Entry = "args" }, "process_invalid"},
		"relative program":          {func(s *process.Spec) { s.Path = "bin/sh" }, "process_invalid"},
		"no name":                   {func(s *process.Spec) { s.Name = "" }, "process_invalid"},
		"NUL in an argument":        {func(s *process.Spec) { s.Args = []string{"a\x00b"} }, "process_invalid"},
		"not UTF-8":                 {func(s *process.Spec) { s.Env = []string{"A=\xff"} }, "process_invalid"},
		"environment without name":  {func(s *process.Spec) { s.Env = []string{"=x"} }, "process_invalid"},
		"mark with a slash":         {func(s *process.Spec) { s.Mark = "../x" }, "process_invalid"},
		"jail of everything":        {func(s *process.Spec) { s.Jail.ReadWrite = []string{"/"} }, "process_invalid"},
		"jail path with dots":       {func(s *process.Spec) { s.Jail.ReadOnly = []string{"/usr/../etc"} }, "process_invalid"},
		"missing working folder":    {func(s *process.Spec) { s.Dir = "/no/such/folder" }, "jail_refused"},
		"missing writable folder":   {func(s *process.Spec) { s.Jail.ReadWrite = []string{"/no/such/folder"} }, "jail_refused"},
		"no place for its mark":     {func(s *process.Spec) { s.Mark, s.MarkDir = "m", "/no/such/folder" }, "start_failed"},
	}
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				require.NoError(t, os.WriteFile(text, []byte("not a program"), 0o755))
				spec, _ := shell("exit 0")
				spec.Jail.ReadOnly = []string{dir}
				test.change(&spec)
				_, err := process.Start(context.Background(), spec)
				require.Error(t, err)
				assert.Equal(t, test.code, fault.CodeOf(err), err.Error())
			})
		}
	})
}

// F6: stop during start.
func TestStartIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	spec, _ := shell("exit 0")
	_, err := process.Start(ctx, spec)
	require.ErrorIs(t, err, context.Canceled)

	onEach(t, func(t *testing.T, _ process.Capabilities) {
		n := word()
		for delay := time.Duration(0); delay < 8*time.Millisecond; delay += time.Millisecond {
			ctx, cancel := context.WithTimeout(context.Background(), delay)
			spec, _ := shell("sleep " + n)
			if p, err := process.Start(ctx, spec); err == nil {
				p.Kill()
			} else {
				require.ErrorIs(t, err, context.DeadlineExceeded)
			}
			cancel()
		}
		requireGone(t, n)
	})
}
