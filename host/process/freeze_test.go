package process_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"appzone/host/process"
)

// counter is a program with descendants that write as fast as they can: b never is ahead of a.
const counter = `echo 0 > "$0/a"; echo 0 > "$0/b"
(n=0; while :; do n=$((n+1)); echo $n > "$0/a.t"; mv "$0/a.t" "$0/a"; echo $n > "$0/b.t"; mv "$0/b.t" "$0/b"; done) &
(setsid sh -c 'while :; do date > "$0/c"; done' "$0") &
echo waiting; wait`

// files are the contents of a folder, by name.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		info, gone := e.Info()
		if err == nil && gone == nil {
			all[e.Name()] = info.ModTime().String() + string(text)
		}
	}
	return all
}

func TestAFrozenTreeWritesNothingAndGoesOnAfterwards(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		spec, out := shell(counter)
		dir := t.TempDir()
		require.NoError(t, os.Chmod(dir, 0o777))
		spec.Args = append(spec.Args, dir)
		spec.Jail.ReadWrite = append(spec.Jail.ReadWrite, dir)
		spec.Limits.CPUPercent = 20 // so that the watchdog halts it and lets it go, too
		p := start(t, spec)
		out.await(t, "waiting")
		for range 5 {
			thaw, err := p.Freeze(t.Context())
			require.NoError(t, err)
			before := files(t, dir)
			for range 20 {
				time.Sleep(5 * time.Millisecond) // what must not happen cannot be awaited
				require.Equal(t, before, files(t, dir))
			}
			number := func(name string) int {
				text := strings.TrimSpace(before[name][strings.LastIndex(before[name], "UTC")+3:])
				n, _ := strconv.Atoi(text)
				return n
			}
			assert.LessOrEqual(t, number("b"), number("a"))
			thaw()
			thaw()
			require.Eventually(t, func() bool { return files(t, dir)["a"] != before["a"] }, 20*time.Second, 5*time.Millisecond)
		}
	})
}

// Stop waits until what is frozen may run again; Kill does not.
func TestAFrozenTreeCanBeEnded(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		for _, kind := range []string{"program", "entry"} {
			spec, out := entry("wait")
			if kind == "program" {
				spec, out = shell("trap 'echo stopping; exit 0' TERM; echo waiting; while :; do sleep 0.01; done")
			}
			p := start(t, spec)
			out.await(t, "waiting")
			thaw, err := p.Freeze(t.Context())
			require.NoError(t, err)
			stopped := make(chan struct{})
			go func() { p.Stop(20 * time.Second); close(stopped) }()
			select {
			case <-stopped:
				require.Fail(t, "it was stopped while it was frozen")
			case <-time.After(50 * time.Millisecond):
			}
			thaw()
			<-stopped
			assert.Contains(t, out.text(), "stopping", kind)
		}
		spec, out := entry("wait")
		p := start(t, spec)
		out.await(t, "waiting")
		thaw, err := p.Freeze(t.Context())
		require.NoError(t, err)
		p.Kill()
		thaw()
		assert.Equal(t, "SIGKILL", p.Exit().Signal)
		thaw, err = p.Freeze(t.Context())
		require.NoError(t, err, "what has ended stands still")
		thaw()
	})
}

func TestFreezingCanBeGivenUp(t *testing.T) {
	spec, out := entry("wait")
	p := start(t, spec)
	out.await(t, "waiting")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if thaw, err := p.Freeze(ctx); err == nil {
		thaw() // it was faster
	} else {
		assert.ErrorIs(t, err, context.Canceled)
	}
	p.Stop(20 * time.Second)
	assert.Equal(t, 0, p.Exit().Code)
}

// What a program wrote beside its code is where a backup looks for it, also where the kernel mounts no overlay.
func TestAFrozenProgramsFilesBesideItsCodeAreInTheUpperFolder(t *testing.T) {
	onEach(t, func(t *testing.T, _ process.Capabilities) {
		v := overlay(t, map[string]string{"main.js": "code", "config.json": "old", "drop.txt": "drop"})
		spec, out := shell("echo new > config.json; rm drop.txt; mkdir var; echo x > var/x; echo waiting; sleep 1000")
		spec.Dir, spec.Jail.Overlay = v.Target, v
		p := start(t, spec)
		out.await(t, "waiting")
		for range 2 {
			thaw, err := p.Freeze(t.Context())
			require.NoError(t, err)
			upper := list(t, v.Upper)
			assert.Equal(t, "new\n", upper["config.json"])
			assert.Equal(t, "x\n", upper["var/x"])
			assert.NotContains(t, upper, "main.js")
			thaw()
		}
		p.Kill()
		assert.Equal(t, "new\ngone\n", in(t, v, "cat config.json; test -e drop.txt || echo gone"))
	})
}
